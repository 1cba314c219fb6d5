#pragma once

#include <array>
#include <cstdint>

namespace lithair::ctl {

/// Durations, counted in steps of about 1.6 %: of bounded size, however many there are.
class latencies {
 public:
  void add(std::uint64_t us);
  void add(const latencies& others);
  std::uint64_t count() const { return count_; }
  std::uint64_t most() const { return most_; }
  /// The duration that `part` of all do not pass, in microseconds; 0 where there are none.
  std::uint64_t quantile(double part) const;

 private:
  static constexpr std::size_t steps = 64;  // of each power of two

  std::array<std::uint64_t, steps * 40> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t most_ = 0;
};

}  // namespace lithair::ctl
