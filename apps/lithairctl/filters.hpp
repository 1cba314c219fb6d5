#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lithair::ctl {

/// Parameters of a request, put together and escaped.
class query_text {
 public:
  void add(std::string_view name, std::string_view value);
  /// Nothing where the value is empty.
  void add_known(std::string_view name, std::string_view value);
  /// A filter as people write it: `price=>3` as in a URL, and `price>3`, `state!=draft`,
  /// `name~tea`. Throws `failure` (usage) where it is none.
  void add_filter(std::string_view text);
  void add_filters(const std::vector<std::string>& all);
  /// With the `?` in front; empty: there are none.
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace lithair::ctl
