#pragma once

#include <cstddef>
#include <initializer_list>
#include <limits>

#include "actors/meters.hpp"
#include "http/metric_families.hpp"

namespace lithair::http::exposition {

/// A histogram that the parts of a node counted, as a sample; what it counted times `scale` is in
/// the unit that is told.
template <const auto& Bounds>
ClientMetric metric_of(const actors::histogram<Bounds>& histogram, double scale,
                       std::initializer_list<label> labels) {
  auto result = with_labels(labels);
  auto& h = result.histogram;
  for (std::size_t b = 0; b <= Bounds.size(); ++b) {
    // Cumulative, as the format has it: each bucket holds those before it.
    h.sample_count += histogram.buckets[b].now();
    const auto bound =
        b < Bounds.size() ? number(Bounds[b]) * scale : std::numeric_limits<double>::infinity();
    h.bucket.push_back({h.sample_count, bound});
  }
  h.sample_sum = number(histogram.sum.now()) * scale;
  return result;
}

/// Of what is counted in microseconds and told in seconds.
inline constexpr double microseconds = 1e-6;

}  // namespace lithair::http::exposition
