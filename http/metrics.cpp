#include "http/metrics.hpp"

#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <initializer_list>
#include <limits>
#include <utility>

#include "actors/messages/status_messages.hpp"
#include "http/metric_families.hpp"

namespace lithair::http {

namespace {

using namespace exposition;

template <class Pick>
std::uint64_t sum(const std::vector<const lane_metrics*>& lanes, const Pick& pick) {
  std::uint64_t result = 0;
  for (const auto* x : lanes) result += pick(*x).now();
  return result;
}

// -- groups --------------------------------------------------------------------------------------

using statuses = std::vector<actors::node_status>;

label group_of(const actors::node_status& status) {
  return {"group", std::to_string(status.raft.group.value)};
}

void add_roles(families& all, const statuses& groups) {
  auto& to = family(all, MetricType::Gauge, "raft_role", "1 for the role that the node has now.");
  for (const auto& x : groups) {
    using protocol::role;
    const std::pair<const char*, bool> roles[] = {
        {"leader", x.raft.now == role::leader},
        {"follower", x.raft.now == role::follower},
        {"candidate", x.raft.now == role::candidate || x.raft.now == role::pre_candidate},
        {"learner", x.raft.now == role::learner},
    };
    // A series for each role: the one that is held has 1.
    for (const auto& [name, held] : roles) add(to, held ? 1 : 0, {group_of(x), {"role", name}});
  }
}

struct group_number {
  MetricType type;
  const char* name;
  const char* help;
  std::uint64_t (*of)(const actors::node_status&);
};

constexpr auto gauge_type = MetricType::Gauge;
constexpr auto counter_type = MetricType::Counter;
using status = const actors::node_status&;

constexpr group_number group_numbers[] = {
    {gauge_type, "raft_term", "The current term.",
     [](status node) { return node.raft.term.value; }},
    {gauge_type, "raft_leader_id", "The leader's node id; 0 when unknown.",
     [](status node) { return node.raft.leader.value; }},
    {gauge_type, "raft_commit_index", "The last committed entry.",
     [](status node) { return node.raft.commit.value; }},
    {gauge_type, "raft_applied_index", "The last applied entry.",
     [](status node) { return node.applied; }},
    {gauge_type, "raft_last_index", "The last entry of the log.",
     [](status node) { return node.raft.last_index.value; }},
    {gauge_type, "raft_durable_index", "The last entry that is safe on disk.",
     [](status node) { return node.raft.durable_index.value; }},
    {gauge_type, "raft_first_index", "The first entry still in the log.",
     [](status node) { return node.raft.first_index.value; }},
    {counter_type, "raft_elections_total", "Elections that this node started.",
     [](status node) { return node.raft.elections; }},
    {gauge_type, "proposals_in_flight", "Writes of this node's clients that are not answered yet.",
     [](status node) { return node.pending; }},
    {gauge_type, "ready", "1 when linearizable reads are served.",
     [](status node) { return std::uint64_t{node.ready}; }},
    {gauge_type, "trouble",
     "1 while something is damaged, lost, full or failed; /status says what.",
     [](status node) { return std::uint64_t{!node.trouble.empty()}; }},
    {gauge_type, "state_compared_index",
     "The last entry as of which the state was found equal to a peer's.",
     [](status node) { return node.compared; }},
    {gauge_type, "state_divergence_index",
     "The first entry as of which it was not; 0 while none is known.",
     [](status node) { return node.diverged; }},
};

void add_numbers(families& all, const statuses& groups) {
  for (const auto& each : group_numbers) {
    auto& to = family(all, each.type, each.name, each.help);
    for (const auto& x : groups) add(to, number(each.of(x)), {group_of(x)});
  }
}

// Followers know the link only, leaders also how far a member is.
void add_members(families& all, const statuses& groups) {
  auto& connected =
      family(all, MetricType::Gauge, "member_connected", "1 while the link to the member is up.");
  for (const auto& x : groups)
    for (const auto& m : x.members)
      add(connected, m.connected ? 1 : 0, {group_of(x), {"member", std::to_string(m.id)}});
  const auto told_by_leaders = [&](const char* name, const char* help, const auto& of) {
    auto& to = family(all, MetricType::Gauge, name, help);
    for (const auto& x : groups) {
      // Only a leader knows how far others are.
      if (x.raft.now != protocol::role::leader) continue;
      for (const auto& m : x.members)
        add(to, number(of(m)), {group_of(x), {"member", std::to_string(m.id)}});
    }
  };
  told_by_leaders("member_match_index", "The last entry known to be on the member.",
                  [](const auto& m) { return m.match; });
  told_by_leaders("member_lag_entries", "Entries that the member lacks.",
                  [](const auto& m) { return m.lag_entries; });
}

// -- what the parts of a node counted ------------------------------------------------------------

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

constexpr double microseconds = 1e-6;

template <class Histogram>
void add_histograms(families& all, const statuses& groups, const char* name, const char* help,
                    double scale, const Histogram& of) {
  auto& to = family(all, MetricType::Histogram, name, help);
  for (const auto& x : groups)
    if (x.meters) to.metric.push_back(metric_of(of(*x.meters), scale, {group_of(x)}));
}

void add_stages(families& all, const statuses& groups) {
  add_histograms(
      all, groups, "raft_append_seconds",
      "From handing entries to the log until they are safe on this disk.", microseconds,
      [](const auto& each) -> auto& { return each.append; });
  add_histograms(
      all, groups, "raft_commit_seconds",
      "From handing entries to the log until they are known to be committed.", microseconds,
      [](const auto& each) -> auto& { return each.commit; });
  add_histograms(
      all, groups, "raft_apply_seconds",
      "From handing on committed entries until they are applied.", microseconds,
      [](const auto& each) -> auto& { return each.apply; });
  add_histograms(
      all, groups, "raft_batch_entries", "Entries of one write to the log.", 1,
      [](const auto& each) -> auto& { return each.batch; });
  add_histograms(
      all, groups, "checkpoint_seconds", "Time of a checkpoint's transaction.", microseconds,
      [](const auto& each) -> auto& { return each.checkpoint; });
}

void add_requests_to_groups(families& all, const statuses& groups) {
  const auto count = [&](const char* name, const char* help, const auto& of) {
    auto& to = family(all, MetricType::Counter, name, help);
    for (const auto& x : groups)
      if (x.meters) add(to, number(of(*x.meters).now()), {group_of(x)});
  };
  count(
      "proposals_total", "Writes that clients of this node asked for.",
      [](const auto& each) -> auto& { return each.proposals; });
  count(
      "reads_total", "Reads of clients of this node that were not local.",
      [](const auto& each) -> auto& { return each.reads; });
}

// -- the disk ------------------------------------------------------------------------------------

void add_maps(families& all, const statuses& groups) {
  auto& size = family(all, MetricType::Gauge, "map_bytes", "Address space of an LMDB environment.");
  for (const auto& x : groups)
    if (x.meters)
      add(size, number(x.meters->state_map_bytes.now()), {{"environment", "state"}, group_of(x)});
  add(size, number(groups.front().log_map_bytes), {{"environment", "log"}});
  auto& used = family(all, MetricType::Gauge, "map_used_bytes", "How much of it is in use.");
  for (const auto& x : groups)
    if (x.meters)
      add(used, number(x.meters->state_used_bytes.now()), {{"environment", "state"}, group_of(x)});
  add(used, number(groups.front().log_used_bytes), {{"environment", "log"}});
}

void add_disk(families& all, const statuses& groups) {
  const auto& first = groups.front();
  gauge(all, "data_bytes", "Size of the data on disk.", number(first.data_bytes));
  add_maps(all, groups);
  if (!first.log) return;
  family(all, MetricType::Histogram, "log_sync_seconds",
         "Time of a durable write to the log, with its syncs.")
      .metric.push_back(metric_of(first.log->sync, microseconds, {}));
  family(all, MetricType::Histogram, "log_writes_per_sync", "Writes that shared one sync.")
      .metric.push_back(metric_of(first.log->writes, 1, {}));
}

// -- HTTP ----------------------------------------------------------------------------------------

void add_requests(families& all, const std::vector<const lane_metrics*>& lanes) {
  auto& requests = family(all, MetricType::Counter, "http_requests_total",
                          "Requests answered, by route and status.");
  for (std::size_t i = 0; i < endpoint_count; ++i) {
    const std::string route{name_of(static_cast<endpoint>(i))};
    for (std::size_t s = 0; s < counted_statuses.size(); ++s) {
      const auto n = sum(
          lanes, [ i, s ](const auto& each) -> auto& { return each.routes[i].by_status[s]; });
      // Series that were never touched are left out: there would be thousands.
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
        lanes,
        [ route, b ](const auto& each) -> auto& { return each.routes[route].by_latency[b]; });
    const auto bound = b < latency_bounds_us.size() ? number(latency_bounds_us[b]) / 1e6
                                                    : std::numeric_limits<double>::infinity();
    h.bucket.push_back({h.sample_count, bound});
  }
  h.sample_sum =
      number(sum(
          lanes,
          [route](const auto& each) -> auto& { return each.routes[route].latency_sum_us; })) /
      1e6;
  return result;
}

// Names of what is held end in its unit; "limit" is what it may come to.
void add_holdings(families& all, const std::vector<const lane_metrics*>& lanes,
                  const holdings& held) {
  gauge(all, "http_connections", "Connections open now.", number(held.connections));
  gauge(all, "http_connections_limit", "Connections that may be open, the reserve left out.",
        number(held.max_connections));
  gauge(all, "http_connections_reserved",
        "Connections open now that may only ask for /livez, /readyz and /metrics.",
        number(held.reserved));
  gauge(all, "http_bodies_bytes", "Requests that arrive or wait for their outcome.",
        number(held.bodies));
  gauge(all, "http_bodies_limit_bytes", "What they may come to.", number(held.max_bodies));
  gauge(all, "http_unsent_bytes", "Answers that are made or wait for their readers.",
        number(held.unsent));
  gauge(all, "http_unsent_limit_bytes", "What they may come to.", number(held.max_unsent));
  counter(all, "http_connections_turned_away_total",
          "Connections refused, or left to the reserve, for want of a place.",
          number(sum(
              lanes, [](const auto& each) -> auto& { return each.turned_away; })));
  counter(all, "http_connections_reclaimed_total", "Connections closed to make room for others.",
          number(sum(
              lanes, [](const auto& each) -> auto& { return each.reclaimed; })));
  counter(all, "http_late_readers_total", "Connections closed for taking their answers too slowly.",
          number(sum(
              lanes, [](const auto& each) -> auto& { return each.late_readers; })));
  auto& refused = family(all, MetricType::Counter, "http_full_total",
                         "Requests refused with 503 because too much is held already.");
  add(refused,
      number(sum(
          lanes, [](const auto& each) -> auto& { return each.full_bodies; })),
      {{"of", "bodies"}});
  add(refused,
      number(sum(
          lanes, [](const auto& each) -> auto& { return each.full_unsent; })),
      {{"of", "unsent"}});
}

void add_https(families& all, const std::vector<const lane_metrics*>& lanes, const holdings& held) {
  if (!held.tls) return;
  auto& handshakes = family(all, MetricType::Counter, "tls_handshakes_total",
                            "Handshakes that are over, by what came of them.");
  for (std::size_t i = 0; i < handshake_outcome_count; ++i) {
    const auto n = sum(
        lanes, [i](const auto& each) -> auto& { return each.handshakes[i]; });
    if (n > 0 || i == 0)
      add(handshakes, number(n),
          {{"outcome", std::string{name_of(static_cast<handshake_outcome>(i))}}});
  }
  const auto begun = sum(
      lanes, [](const auto& each) -> auto& { return each.handshakes.front(); });
  const auto ended = sum(
      lanes, [](const auto& each) -> auto& { return each.secure_ended; });
  gauge(all, "tls_connections", "Connections under TLS open now.", number(begun - ended));
  gauge(all, "tls_certificate_days", "Days until the certificate ends; below 0 when it has.",
        static_cast<double>(held.tls->left_s) / 86'400);
}

void add_links(families& all, const holdings& held) {
  if (held.programs)
    gauge(all, "programs", "C++ programs outside of the cluster that are connected.",
          static_cast<double>(*held.programs));
  if (!held.peer_tls) return;
  gauge(all, "peer_tls_certificate_days",
        "Days until the certificate for other nodes ends; below 0 when it has.",
        static_cast<double>(held.peer_tls->left_s) / 86'400);
}

void add_http(families& all, const std::vector<const lane_metrics*>& lanes, const holdings& held) {
  add_requests(all, lanes);
  auto& seconds = family(all, MetricType::Histogram, "http_request_seconds",
                         "From a whole request to its answer, by route.");
  for (std::size_t i = 0; i < endpoint_count; ++i) {
    auto h = histogram(lanes, i);
    if (h.histogram.sample_count > 0) seconds.metric.push_back(std::move(h));
  }
  add_holdings(all, lanes, held);
  counter(all, "http_connections_total", "Connections accepted.",
          number(sum(
              lanes, [](const auto& each) -> auto& { return each.connections; })));
  const auto begun = sum(
      lanes, [](const auto& each) -> auto& { return each.streams_begun; });
  const auto ended = sum(
      lanes, [](const auto& each) -> auto& { return each.streams_ended; });
  // Read one after the other, so the difference may be off by those that came between.
  gauge(all, "stream_subscribers", "Streams of changes open now.", number(begun - ended));
  counter(all, "http_malformed_total", "Connections ended for a malformed or late request.",
          number(sum(
              lanes, [](const auto& each) -> auto& { return each.malformed; })));
  counter(all, "http_received_bytes_total", "Bytes read from clients.",
          number(sum(
              lanes, [](const auto& each) -> auto& { return each.bytes_in; })));
  counter(all, "http_sent_bytes_total", "Bytes of answers.",
          number(sum(
              lanes, [](const auto& each) -> auto& { return each.bytes_out; })));
}

// -- the event loops -----------------------------------------------------------------------------

void add_loops(families& all, const std::vector<const actors::loop_meters*>& loops) {
  auto& turns = family(all, MetricType::Histogram, "loop_turn_seconds",
                       "What an event loop did between two looks at its sockets.");
  for (std::size_t i = 0; i < loops.size(); ++i)
    turns.metric.push_back(metric_of(loops[i]->turn, microseconds, {{"loop", std::to_string(i)}}));
  auto& longest = family(all, MetricType::Gauge, "loop_turn_max_seconds",
                         "The longest of them since the node started.");
  for (std::size_t i = 0; i < loops.size(); ++i)
    add(longest, number(loops[i]->longest_us.now()) * microseconds, {{"loop", std::to_string(i)}});
  auto& busiest = family(all, MetricType::Gauge, "loop_turn_max_cpu_seconds",
                         "The most processor time that one of them took.");
  for (std::size_t i = 0; i < loops.size(); ++i)
    add(busiest, number(loops[i]->longest_cpu_us.now()) * microseconds,
        {{"loop", std::to_string(i)}});
}

// -- the process ---------------------------------------------------------------------------------

void add_process(families& all) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  counter(all, "process_cpu_seconds_total", "CPU time used.",
          seconds(usage.ru_utime) + seconds(usage.ru_stime));
  std::ifstream statm{"/proc/self/statm"};
  std::uint64_t pages = 0;
  std::uint64_t resident = 0;
  std::uint64_t shared = 0;  // with files, as the LMDB maps are
  // No /proc: the rest is told without it.
  if (!(statm >> pages >> resident >> shared)) return;
  const auto page = number(static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)));
  gauge(all, "process_resident_bytes", "Memory resident now, mapped files included.",
        number(resident) * page);
  gauge(all, "process_private_bytes", "Memory resident now that is this process's alone.",
        number(resident - std::min(resident, shared)) * page);
}

}  // namespace

void lane_metrics::answered(endpoint what, int status, std::uint64_t took_us) {
  auto& r = routes[static_cast<std::size_t>(what)];
  auto at = static_cast<std::size_t>(std::ranges::find(counted_statuses, status) -
                                     counted_statuses.begin());
  // A status without a place is a mistake of ours, and counted as one.
  if (at == counted_statuses.size())
    at = static_cast<std::size_t>(std::ranges::find(counted_statuses, 500) -
                                  counted_statuses.begin());
  r.by_status[at].add(1);
  // The first bound that is not below it; none: the last bucket.
  const auto* bound = std::ranges::lower_bound(latency_bounds_us, took_us);
  r.by_latency[static_cast<std::size_t>(bound - latency_bounds_us.begin())].add(1);
  r.latency_sum_us.add(took_us);
}

std::string metrics_text(const std::vector<actors::node_status>& groups,
                         const std::vector<const lane_metrics*>& lanes,
                         const std::vector<const actors::loop_meters*>& loops, const holdings& held,
                         std::uint64_t log_lines_dropped) {
  families all;
  add_roles(all, groups);
  add_numbers(all, groups);
  add_members(all, groups);
  add_stages(all, groups);
  add_requests_to_groups(all, groups);
  add_disk(all, groups);
  add_http(all, lanes, held);
  add_https(all, lanes, held);
  add_links(all, held);
  add_loops(all, loops);
  gauge(all, "uptime_seconds", "Since the node started.",
        static_cast<double>(groups.front().uptime_ms) / 1000);
  add_process(all);
  counter(all, "log_lines_dropped_total", "Lines of the log that nobody took from stderr in time.",
          number(log_lines_dropped));
  std::erase_if(all, [](const MetricFamily& family) { return family.metric.empty(); });
  return prometheus::TextSerializer{}.Serialize(all);
}

}  // namespace lithair::http
