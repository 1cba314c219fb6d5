#include "http/metrics.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <initializer_list>
#include <limits>
#include <utility>

#include "actors/messages/status_messages.hpp"
#include "http/backup_metrics.hpp"
#include "http/exposition_text.hpp"
#include "http/group_metrics.hpp"
#include "http/histogram_metric.hpp"

namespace lithair::http {

namespace {

using namespace exposition;

template <class Pick>
std::uint64_t sum(const std::vector<const lane_metrics*>& lanes, const Pick& pick) {
  std::uint64_t result = 0;
  for (const auto* x : lanes) result += pick(*x).now();
  return result;
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
  gauge(all, "tls_certificate_left_seconds", "Until the certificate ends; below 0 when it has.",
        static_cast<double>(held.tls->left_s));
}

// One direction; frames are few kinds of things, and each class waits for itself.
void add_frames(families& all, const char* prefix, const char* what,
                const actors::link_meters::one_way& of) {
  constexpr std::array<const char*, actors::link_meters::classes> names{"liveness", "raft", "calls",
                                                                        "bulk"};
  auto& frames = family(all, MetricType::Counter, std::string{prefix} + "_frames_total",
                        std::string{"Frames "} + what + " other nodes, by their class.");
  for (std::size_t i = 0; i < names.size(); ++i)
    add(frames, number(of.frames[i].now()), {{"class", names[i]}});
  auto& bytes = family(all, MetricType::Counter, std::string{prefix} + "_bytes_total",
                       std::string{"Bytes of the frames "} + what + " other nodes.");
  for (std::size_t i = 0; i < names.size(); ++i)
    add(bytes, number(of.bytes[i].now()), {{"class", names[i]}});
}

void add_links(families& all, const std::vector<actors::node_status>& groups,
               const holdings& held) {
  if (const auto& links = groups.front().links) {
    counter(all, "links_total", "Connections with other nodes that began.",
            number(links->begun.now()));
    gauge(all, "links", "Of them, those that are open now.",
          number(links->begun.now() - links->ended.now()));
    gauge(all, "link_queued_bytes", "Said to other nodes and not taken by the system yet.",
          number(links->queued_bytes.now()));
    add_frames(all, "link_sent", "to", links->out);
    add_frames(all, "link_received", "from", links->in);
  }
  if (held.programs)
    gauge(all, "programs", "C++ programs outside of the cluster that are connected.",
          static_cast<double>(*held.programs));
  if (!held.peer_tls) return;
  gauge(all, "peer_tls_certificate_left_seconds",
        "Until the certificate for other nodes ends; below 0 when it has.",
        static_cast<double>(held.peer_tls->left_s));
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
  add_groups(all, groups);
  add_backups(all, groups);
  add_http(all, lanes, held);
  add_https(all, lanes, held);
  add_links(all, groups, held);
  add_loops(all, loops);
  add(family(all, MetricType::Gauge, "build_info", "1; the version of the node is in its label."),
      1, {{"version", LITHAIR_VERSION}});
  gauge(all, "uptime_seconds", "Since the node started.",
        static_cast<double>(groups.front().uptime_ms) / 1000);
  add_process(all);
  counter(all, "log_lines_dropped_total", "Lines of the log that nobody took from stderr in time.",
          number(log_lines_dropped));
  return text_of(all);
}

}  // namespace lithair::http
