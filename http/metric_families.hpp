#pragma once

#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>
#include <prometheus/metric_type.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

/// How families of metrics are put together, for the pages that tell them.
namespace lithair::http::exposition {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using families = std::vector<MetricFamily>;  ///< in the order in which they are told

/// `name="value"`.
struct label {
  std::string name;
  std::string value;
};

/// A sample that has no value yet.
inline ClientMetric with_labels(std::initializer_list<label> labels) {
  ClientMetric result;
  for (const auto& x : labels) result.label.push_back({x.name, x.value});
  return result;
}

/// Begins one, at the end; good until the next one begins.
inline MetricFamily& family(families& all, MetricType type, std::string name, std::string help) {
  // All names have one prefix, as Prometheus advises.
  all.push_back({"lithair_" + std::move(name), std::move(help), type, {}});
  return all.back();
}

/// One more sample.
inline void add(MetricFamily& to, double value, std::initializer_list<label> labels = {}) {
  auto metric = with_labels(labels);
  metric.gauge.value = metric.counter.value = value;
  to.metric.push_back(std::move(metric));
}

/// A family of one sample, as the next.
inline void gauge(families& all, std::string name, std::string help, double value) {
  add(family(all, MetricType::Gauge, std::move(name), std::move(help)), value);
}

inline void counter(families& all, std::string name, std::string help, double value) {
  add(family(all, MetricType::Counter, std::move(name), std::move(help)), value);
}

/// Exact up to 2^53, which no counter here reaches soon.
inline double number(std::uint64_t number) { return static_cast<double>(number); }

}  // namespace lithair::http::exposition
