#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

namespace lithair::http {

/// Whether bytes move as fast as they must, so that nobody holds memory by a trickle: within each
/// window 16 KiB and an eighth of the whole, or what is left when that is less. So the whole takes
/// eight windows at most, or as many as it has 16 KiB, whichever ends first. Pure; times are
/// milliseconds of any clock.
class pace {
 public:
  static constexpr std::uint64_t least = std::uint64_t{16} << 10;  ///< bytes of a window
  static constexpr std::uint64_t parts = 8;                        ///< windows of the whole

  /// `window`: milliseconds.
  explicit pace(std::uint32_t window) : window_(window) {}

  /// The first window. `moved`: bytes so far, in whatever count rises with them; `left`: bytes that
  /// are still to move; `whole`: all that are known of.
  void begin(std::uint64_t now, std::uint64_t moved, std::uint64_t left, std::uint64_t whole) {
    since_ = now;
    from_ = moved;
    whole_ = whole;
    owed_ = std::min(left, std::max(least, whole_ / parts));
  }
  /// Behind every step: whether bytes are on their way. True when they were not before: then the
  /// first window has to `begin`. What leaves in pieces goes on in the same ones.
  [[nodiscard]] bool starts(bool moves) { return !std::exchange(moves_, moves) && moves; }
  /// When the window ends.
  std::uint64_t due() const { return since_ + window_; }
  /// At a window's end: false when too little has moved; else the next one begins.
  [[nodiscard]] bool go_on(std::uint64_t now, std::uint64_t moved, std::uint64_t left,
                           std::uint64_t whole) {
    if (moved - from_ < owed_) return false;
    begin(now, moved, left, std::max(whole, whole_));
    return true;
  }
  /// Before its end: whether less has moved than this part of the window asks for.
  bool is_behind(std::uint64_t now, std::uint64_t moved) const {
    const auto passed = std::min<std::uint64_t>(now - since_, window_);
    return (moved - from_) * window_ < owed_ * passed;
  }
  /// When the window began.
  std::uint64_t since() const { return since_; }

 private:
  std::uint32_t window_;
  std::uint64_t since_ = 0;
  std::uint64_t from_ = 0;
  std::uint64_t whole_ = 0;
  std::uint64_t owed_ = 0;
  bool moves_ = false;  // see `starts`
};

}  // namespace lithair::http
