#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace lithair::ctl {

/// One Server-Sent Event.
struct stream_event {
  std::string id;    ///< the last one that was told, here or before
  std::string type;  ///< create, update or delete
  std::string data;
};

/// Takes a stream of Server-Sent Events apart (HTML, "Server-sent events"), whatever pieces it
/// comes in. Pure.
class event_reader {
 public:
  /// What is longer than an item can be is no event: `next` then throws std::length_error.
  static constexpr std::size_t longest_line = std::size_t{64} << 20;

  void add(std::string_view piece);
  /// The next whole event with data; none: more is needed.
  std::optional<stream_event> next();
  /// Where to go on: of the last line that told one, with an event or without.
  const std::string& last_id() const { return last_id_; }

 private:
  void take_line(std::string_view line);

  std::string rest_;
  std::size_t read_ = 0;  // of the rest
  stream_event made_;
  bool has_data_ = false;
  bool ended_ = false;  // a blank line was met
  std::string last_id_;
};

}  // namespace lithair::ctl
