#include "http/metrics.hpp"

#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <initializer_list>
#include <limits>
#include <utility>

#include "actors/messages.hpp"

namespace lithair::http {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using families = std::vector<MetricFamily>;

struct label {
  std::string name;
  std::string value;
};

ClientMetric with_labels(std::initializer_list<label> labels) {
  ClientMetric result;
  for (const auto& x : labels) result.label.push_back({x.name, x.value});
  return result;
}

MetricFamily& family(families& all, MetricType type, std::string name, std::string help) {
  all.push_back({"lithair_" + std::move(name), std::move(help), type, {}});
  return all.back();
}

void add(MetricFamily& to, double value, std::initializer_list<label> labels = {}) {
  auto metric = with_labels(labels);
  metric.gauge.value = metric.counter.value = value;
  to.metric.push_back(std::move(metric));
}

void gauge(families& all, std::string name, std::string help, double value) {
  add(family(all, MetricType::Gauge, std::move(name), std::move(help)), value);
}

void counter(families& all, std::string name, std::string help, double value) {
  add(family(all, MetricType::Counter, std::move(name), std::move(help)), value);
}

double number(std::uint64_t x) {
  return static_cast<double>(x);
}

template <class Pick>
std::uint64_t sum(const std::vector<const lane_metrics*>& lanes, const Pick& pick) {
  std::uint64_t result = 0;
  for (const auto* x : lanes) result += pick(*x).now();
  return result;
}

// -- the group ----------------------------------------------------------------------------------

void add_group(families& all, const actors::node_status& node) {
  auto& role = family(all, MetricType::Gauge, "raft_role", "1 for the role that the node has now.");
  const std::pair<const char*, bool> roles[] = {
      {"leader", node.raft.now == protocol::role::leader},
      {"follower", node.raft.now == protocol::role::follower},
      {"candidate", node.raft.now == protocol::role::candidate ||
                        node.raft.now == protocol::role::pre_candidate},
      {"learner", node.raft.now == protocol::role::learner},
  };
  const auto group = std::to_string(node.raft.group.value);
  for (const auto& [name, held] : roles)
    add(role, held ? 1 : 0, {{"group", group}, {"role", name}});
  gauge(all, "raft_term", "The current term.", number(node.raft.term.value));
  gauge(all, "raft_leader_id", "The leader's node id; 0 when unknown.",
        number(node.raft.leader.value));
  gauge(all, "raft_commit_index", "The last committed entry.", number(node.raft.commit.value));
  gauge(all, "raft_applied_index", "The last applied entry.", number(node.applied));
  gauge(all, "raft_last_index", "The last entry of the log.", number(node.raft.last_index.value));
  gauge(all, "raft_durable_index", "The last entry that is safe on disk.",
        number(node.raft.durable_index.value));
  gauge(all, "raft_first_index", "The first entry still in the log.",
        number(node.raft.first_index.value));
  counter(all, "raft_elections_total", "Elections that this node started.",
          number(node.raft.elections));
  gauge(all, "pending_requests", "Proposals and reads in flight.", number(node.pending));
  gauge(all, "ready", "1 when linearizable reads are served.", node.ready ? 1 : 0);
  gauge(all, "data_bytes", "Size of the data on disk.", number(node.data_bytes));
  gauge(all, "uptime_seconds", "Since the node started.",
        static_cast<double>(node.uptime_ms) / 1000);
}

void add_members(families& all, const actors::node_status& node) {
  auto& connected =
      family(all, MetricType::Gauge, "member_connected", "1 while the link to the member is up.");
  for (const auto& m : node.members)
    add(connected, m.connected ? 1 : 0, {{"member", std::to_string(m.id)}});
  if (node.raft.now != protocol::role::leader) return;
  auto& match = family(all, MetricType::Gauge, "member_match_index",
                       "The last entry known to be on the member.");
  for (const auto& m : node.members)
    add(match, number(m.match), {{"member", std::to_string(m.id)}});
  auto& lag =
      family(all, MetricType::Gauge, "member_lag_entries", "Entries that the member lacks.");
  for (const auto& m : node.members)
    add(lag, number(m.lag_entries), {{"member", std::to_string(m.id)}});
}

// -- HTTP ---------------------------------------------------------------------------------------

void add_requests(families& all, const std::vector<const lane_metrics*>& lanes) {
  auto& requests = family(all, MetricType::Counter, "http_requests_total",
                          "Requests answered, by route and status.");
  for (std::size_t i = 0; i < endpoint_count; ++i) {
    const std::string route{name_of(static_cast<endpoint>(i))};
    for (std::size_t s = 0; s < counted_statuses.size(); ++s) {
      const auto n = sum(
          lanes, [ i, s ](const auto& x) -> auto& { return x.routes[i].by_status[s]; });
      if (n > 0)
        add(requests, number(n),
            {{"route", route}, {"status", std::to_string(counted_statuses[s])}});
    }
  }
}

ClientMetric histogram(const std::vector<const lane_metrics*>& lanes, std::size_t route) {
  auto result = with_labels({{"route", std::string{name_of(static_cast<endpoint>(route))}}});
  auto& h = result.histogram;
  for (std::size_t b = 0; b <= latency_bounds_us.size(); ++b) {
    h.sample_count += sum(
        lanes, [ route, b ](const auto& x) -> auto& { return x.routes[route].by_latency[b]; });
    const auto bound = b < latency_bounds_us.size() ? number(latency_bounds_us[b]) / 1e6
                                                    : std::numeric_limits<double>::infinity();
    h.bucket.push_back({h.sample_count, bound});
  }
  h.sample_sum =
      number(sum(
          lanes, [route](const auto& x) -> auto& { return x.routes[route].latency_sum_us; })) /
      1e6;
  return result;
}

void add_http(families& all, const std::vector<const lane_metrics*>& lanes,
              std::size_t open_connections) {
  add_requests(all, lanes);
  auto& seconds = family(all, MetricType::Histogram, "http_request_seconds",
                         "From a whole request to its answer, by route.");
  for (std::size_t i = 0; i < endpoint_count; ++i) {
    auto h = histogram(lanes, i);
    if (h.histogram.sample_count > 0) seconds.metric.push_back(std::move(h));
  }
  gauge(all, "http_connections", "Connections open now.", number(open_connections));
  counter(all, "http_connections_total", "Connections accepted.",
          number(sum(
              lanes, [](const auto& x) -> auto& { return x.connections; })));
  counter(all, "http_malformed_total", "Connections ended for a malformed or late request.",
          number(sum(
              lanes, [](const auto& x) -> auto& { return x.malformed; })));
  counter(all, "http_received_bytes_total", "Bytes read from clients.",
          number(sum(
              lanes, [](const auto& x) -> auto& { return x.bytes_in; })));
  counter(all, "http_sent_bytes_total", "Bytes of answers.",
          number(sum(
              lanes, [](const auto& x) -> auto& { return x.bytes_out; })));
}

// -- the process --------------------------------------------------------------------------------

void add_process(families& all) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& x) {
    return static_cast<double>(x.tv_sec) + static_cast<double>(x.tv_usec) / 1e6;
  };
  counter(all, "process_cpu_seconds_total", "CPU time used.",
          seconds(usage.ru_utime) + seconds(usage.ru_stime));
  std::ifstream statm{"/proc/self/statm"};
  std::uint64_t pages = 0;
  std::uint64_t resident = 0;
  if (statm >> pages >> resident)
    gauge(all, "process_resident_bytes", "Memory resident now.",
          number(resident) * number(static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE))));
}

}  // namespace

void lane_metrics::answered(endpoint what, int status, std::uint64_t microseconds) {
  auto& r = routes[static_cast<std::size_t>(what)];
  auto at = static_cast<std::size_t>(std::ranges::find(counted_statuses, status) -
                                     counted_statuses.begin());
  if (at == counted_statuses.size())
    at = static_cast<std::size_t>(std::ranges::find(counted_statuses, 500) -
                                  counted_statuses.begin());
  r.by_status[at].add(1);
  const auto* bound = std::ranges::lower_bound(latency_bounds_us, microseconds);
  r.by_latency[static_cast<std::size_t>(bound - latency_bounds_us.begin())].add(1);
  r.latency_sum_us.add(microseconds);
}

std::string metrics_text(const actors::node_status& node,
                         const std::vector<const lane_metrics*>& lanes,
                         std::size_t open_connections) {
  families all;
  add_group(all, node);
  add_members(all, node);
  add_http(all, lanes, open_connections);
  add_process(all);
  return prometheus::TextSerializer{}.Serialize(all);
}

}  // namespace lithair::http
