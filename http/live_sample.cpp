#include "http/live_sample.hpp"

#include <sys/resource.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "actors/messages/status_messages.hpp"
#include "actors/runtime/unix_time.hpp"
#include "http/pages.hpp"

namespace lithair::http {

namespace json = boost::json;

namespace {

// What programs ask for; probes and those who look at the node are left out.
bool is_of_data(endpoint what) {
  switch (what) {
    case endpoint::items:
    case endpoint::item:
    case endpoint::count:
    case endpoint::random_id:
    case endpoint::history:
    case endpoint::bulk:
    case endpoint::transaction:
    case endpoint::projections:
    case endpoint::projection:
      return true;
    default:
      return false;
  }
}

struct http_counts {
  std::uint64_t requests = 0;
  std::uint64_t refused = 0;
  std::uint64_t failed = 0;
  std::array<std::uint64_t, latency_bounds_us.size() + 1> by_latency{};
  std::uint64_t latency_sum_us = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t streams = 0;

  void add(const lane_metrics::route& of) {
    for (std::size_t s = 0; s < counted_statuses.size(); ++s) {
      const auto n = of.by_status[s].now();
      requests += n;
      if (counted_statuses[s] >= 500)
        failed += n;
      else if (counted_statuses[s] >= 400)
        refused += n;
    }
    for (std::size_t b = 0; b < by_latency.size(); ++b) by_latency[b] += of.by_latency[b].now();
    latency_sum_us += of.latency_sum_us.now();
  }
};

http_counts count(const std::vector<const lane_metrics*>& lanes) {
  http_counts made;
  for (const auto* lane : lanes) {
    for (std::size_t i = 0; i < endpoint_count; ++i)
      if (is_of_data(static_cast<endpoint>(i))) made.add(lane->routes[i]);
    made.bytes_in += lane->bytes_in.now();
    made.bytes_out += lane->bytes_out.now();
    made.streams += lane->streams_begun.now() - lane->streams_ended.now();
  }
  return made;
}

template <class Bounds, class Counts>
json::object histogram(const Bounds& bounds, const Counts& counts, std::uint64_t sum) {
  return {{"bounds", json::array(bounds.begin(), bounds.end())},
          {"counts", json::array(counts.begin(), counts.end())},
          {"sum", sum}};
}

// Of one, or of several of the same kind.
template <const auto& Bounds>
json::object histogram(std::initializer_list<const actors::histogram<Bounds>*> all) {
  std::array<std::uint64_t, Bounds.size() + 1> counts{};
  std::uint64_t sum = 0;
  for (const auto* each : all) {
    for (std::size_t b = 0; b < counts.size(); ++b) counts[b] += each->buckets[b].now();
    sum += each->sum.now();
  }
  return histogram(Bounds, counts, sum);
}

json::object turns(const std::vector<const actors::loop_meters*>& loops) {
  std::array<std::uint64_t, actors::time_bounds_us.size() + 1> counts{};
  std::uint64_t sum = 0;
  for (const auto* each : loops) {
    for (std::size_t b = 0; b < counts.size(); ++b) counts[b] += each->turn.buckets[b].now();
    sum += each->turn.sum.now();
  }
  return histogram(actors::time_bounds_us, counts, sum);
}

std::uint64_t cpu_us() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& time) {
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000 +
           static_cast<std::uint64_t>(time.tv_usec);
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

json::object counters(const http_counts& seen, const actors::node_status& status) {
  json::object made{{"requests", seen.requests},   {"refused", seen.refused},
                    {"failed", seen.failed},       {"bytes_in", seen.bytes_in},
                    {"bytes_out", seen.bytes_out}, {"cpu_us", cpu_us()}};
  if (!status.meters) return made;
  made["writes"] = status.meters->proposals.now();
  made["reads"] = status.meters->reads.now();
  return made;
}

json::object levels(const http_counts& seen, const actors::node_status& status,
                    const std::vector<const actors::loop_meters*>& loops) {
  std::uint64_t longest = 0;
  for (const auto* each : loops) longest = std::max(longest, each->longest_us.now());
  json::object made{{"streams", seen.streams},
                    {"turn_longest_us", longest},
                    {"log_map_bytes", status.log_map_bytes},
                    {"log_used_bytes", status.log_used_bytes}};
  if (!status.meters) return made;
  made["state_map_bytes"] = status.meters->state_map_bytes.now();
  made["state_used_bytes"] = status.meters->state_used_bytes.now();
  made["unsaved_bytes"] = status.meters->unsaved_bytes.now();
  return made;
}

json::object histograms(const http_counts& seen, const actors::node_status& status,
                        const std::vector<const actors::loop_meters*>& loops) {
  json::object made{
      {"request_us", histogram(latency_bounds_us, seen.by_latency, seen.latency_sum_us)},
      {"turn_us", turns(loops)}};
  if (status.meters) {
    made["commit_us"] = histogram({&status.meters->commit});
    made["batch_entries"] = histogram({&status.meters->batch});
  }
  if (status.log) {
    made["sync_us"] = histogram({&status.log->sync});
    made["writes_per_sync"] = histogram({&status.log->writes});
  }
  return made;
}

}  // namespace

std::string live_event(const actors::node_status& status, const models::schema& schema,
                       const std::vector<const lane_metrics*>& lanes,
                       const std::vector<const actors::loop_meters*>& loops, const holdings& held) {
  const auto seen = count(lanes);
  // The page of /status is an object: the rest goes on behind it.
  return "event: sample\ndata: {\"at_us\":" + std::to_string(actors::unix_time_us()) +
         ",\"status\":" + status_page(status, schema, held).body +
         ",\"counters\":" + json::serialize(counters(seen, status)) +
         ",\"levels\":" + json::serialize(levels(seen, status, loops)) +
         ",\"histograms\":" + json::serialize(histograms(seen, status, loops)) + "}\n\n";
}

}  // namespace lithair::http
