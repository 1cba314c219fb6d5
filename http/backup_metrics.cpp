#include "http/backup_metrics.hpp"

#include <algorithm>

namespace lithair::http {

using namespace exposition;

namespace {

struct backup_number {
  const char* name;
  MetricType type;
  const char* help;
  double (*of)(const actors::backup_status&);
};

constexpr backup_number backup_numbers[] = {
    {"backup_last_success_timestamp_seconds", MetricType::Gauge,
     "When the newest base was kept, in Unix time; 0: none is.",
     [](const auto& x) { return static_cast<double>(x.base_time_us) / 1e6; }},
    {"backup_base_index", MetricType::Gauge, "The entry that the newest base is as of.",
     [](const auto& x) { return number(x.base_index); }},
    {"backup_base_bytes", MetricType::Gauge, "Size of the newest base.",
     [](const auto& x) { return number(x.base_bytes); }},
    {"backup_archived_index", MetricType::Gauge, "The last entry of the archived log.",
     [](const auto& x) { return number(x.archived_index); }},
    {"backup_bytes_total", MetricType::Counter, "Bases that were kept.",
     [](const auto& x) { return number(x.bytes); }},
    {"backup_failures_total", MetricType::Counter,
     "Bases and pieces of the log that could not be kept.",
     [](const auto& x) { return number(x.failures); }},
    {"backup_gaps_total", MetricType::Counter, "Gaps of the archived log.",
     [](const auto& x) { return number(x.gaps); }},
};

}  // namespace

void add_backups(families& all, const std::vector<actors::node_status>& groups) {
  if (std::ranges::none_of(groups, [](const auto& x) { return x.backups.has_value(); })) return;
  for (const auto& each : backup_numbers) {
    auto& to = family(all, each.type, each.name, each.help);
    for (const auto& x : groups)
      if (x.backups) add(to, each.of(*x.backups), {{"group", std::to_string(x.raft.group.value)}});
  }
}

}  // namespace lithair::http
