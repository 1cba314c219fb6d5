#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lithair::ctl {

/// Rows whose columns stand below each other. Numbers stand to the right.
class table {
 public:
  explicit table(std::vector<std::string> heads) : heads_(std::move(heads)) {}

  /// As many cells as there are heads.
  void add(std::vector<std::string> cells);
  bool is_empty() const { return rows_.empty(); }
  /// A line for the heads and one for each row. What would pass `width` columns is cut within the
  /// last column, 0: nothing is. Control characters of the cells show as ` `.
  std::string text(std::size_t width = 0) const;

 private:
  std::vector<std::string> heads_;
  std::vector<std::vector<std::string>> rows_;
};

/// How many columns of a terminal it takes, as far as that can be told: code points, wide ones of
/// East Asia twice, combining marks not at all.
std::size_t width_of(std::string_view utf8);
/// At most so many columns, with `…` where something was cut.
std::string cut_to(std::string_view utf8, std::size_t width);
/// Without characters that would do something to a terminal.
std::string printable(std::string_view text);

}  // namespace lithair::ctl
