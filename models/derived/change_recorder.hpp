#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/derived/feed.hpp"
#include "models/derived/secondary_indexes.hpp"

namespace lithair::models {

/// How a command's changes lie in the feed, see feed.hpp.
enum class feed_layout : std::uint8_t {
  one_pair,  ///< as of commands of format 1
  pieces,    ///< in pieces where they are many
};

/// Gathers what a command changes, and adds it to the feed once the command is accepted. One for
/// each command, on the thread of the state.
class change_recorder {
 public:
  /// Copies what it needs of the transition.
  void add(const transition& change);
  /// Of what was added, as they are going to be written.
  std::size_t bytes() const { return bytes_; }

  /// Adds to `out` what is written and what is dropped for it: the oldest changes where `limit`,
  /// the bytes that the feed may hold, asks for it, some 64th of it at a time. Nothing when nothing
  /// changed. True: that is all of it. False: `is_late` said so, or `out` got a few hundred pairs;
  /// then it is to be called again with the same state and layout.
  [[nodiscard]] bool write(const moment& at, const state_view& state, feed_layout layout,
                           change_set& out, const std::function<bool()>& is_late,
                           std::uint64_t limit);

 private:
  void append(std::string_view bytes);
  void append_fields(const stored_fields& fields);
  void flush();
  void begin(const moment& at, const state_view& state);
  bool cut(const state_view& state, change_set& out, const std::function<bool()>& is_late,
           std::uint64_t wanted);
  void write_changes(const moment& at, feed_layout layout, change_set& out);

  std::vector<std::string> pieces_;  // of the events, full ones but for the last
  std::string scratch_;              // of the event in the making
  std::size_t bytes_ = 0;            // of all pieces
  std::size_t count_ = 0;
  std::string head_;                   // what stands before the events
  std::optional<feed_extent> extent_;  // once writing has begun
  bool cutting_ = false;
};

}  // namespace lithair::models
