#pragma once

#include <cstdint>
#include <optional>
#include <utility>

namespace lithair::actors {

/// Which writes took so long that the log should say so: one a second at most, for where one is
/// slow there are many. Times are microseconds of a steady clock. Pure.
class slow_writes {
 public:
  /// 0: none is.
  explicit slow_writes(std::uint32_t limit_ms) : limit_us_(std::uint64_t{limit_ms} * 1000) {}

  /// Whether one that took so long is slow.
  bool is_slow(std::uint64_t took_us) const { return limit_us_ != 0 && took_us >= limit_us_; }
  /// One was slow. Returns how many before it were not told of; none: this one is not, either.
  std::optional<std::uint64_t> tell(std::uint64_t now_us) {
    if (next_us_ > now_us) {
      ++untold_;
      return {};
    }
    next_us_ = now_us + 1'000'000;
    return std::exchange(untold_, 0);
  }

 private:
  std::uint64_t limit_us_;
  std::uint64_t next_us_ = 0;
  std::uint64_t untold_ = 0;
};

}  // namespace lithair::actors
