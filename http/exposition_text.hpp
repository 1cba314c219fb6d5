#pragma once

#include <string>

#include "http/metric_families.hpp"

namespace lithair::http::exposition {

/// The families as a page in the text format of Prometheus (0.0.4); those without samples are left
/// out. Bounds of buckets are decimals without an exponent, for a series is known by their text:
/// `le="0.0001"`. A bound is told to the nanosecond, any other number exactly.
std::string text_of(const families& all);

}  // namespace lithair::http::exposition
