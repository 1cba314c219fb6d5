#include "apps/lithairctl/latencies.hpp"

#include <algorithm>
#include <bit>

namespace lithair::ctl {

void latencies::add(std::uint64_t us) {
  // Below 64 each has a step of its own; above, the six bits behind the highest.
  const auto width = static_cast<std::size_t>(std::bit_width(us));
  const auto power = width > 6 ? width - 6 : 0;
  const auto step = power == 0 ? us : (us >> (power - 1)) - steps;
  ++counts_[std::min(power * steps + static_cast<std::size_t>(step), counts_.size() - 1)];
  ++count_;
  most_ = std::max(most_, us);
}

void latencies::add(const latencies& others) {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += others.counts_[i];
  count_ += others.count_;
  most_ = std::max(most_, others.most_);
}

std::uint64_t latencies::quantile(double part) const {
  if (count_ == 0) return 0;
  const auto wanted = static_cast<std::uint64_t>(part * static_cast<double>(count_ - 1)) + 1;
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen < wanted) continue;
    const auto power = i / steps;
    const auto step = i % steps;
    return power == 0 ? step : std::min((step + steps + 1) << (power - 1), most_);
  }
  return most_;
}

}  // namespace lithair::ctl
