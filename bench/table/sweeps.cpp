#include "bench/table/sweeps.hpp"

#include <cstdio>

#include "bench/table/posts.hpp"
#include "bench/table/single_node.hpp"

namespace lithair::bench {
namespace {

void say(const char* what) { std::fprintf(stderr, "curves over %s\n", what); }

/// The systems that are compared: three nodes each.
std::vector<measured_system*> systems(const three_nodes& all) {
  std::vector<measured_system*> made{all.lithair.get()};
  if (all.etcd) made.push_back(all.etcd.get());
  return made;
}

void over_connections(const settings& how, std::vector<chart>& charts) {
  say("connections");
  const auto all = how.three();
  chart rates{"POST, three nodes", "connections", "requests/s", {}, false};
  chart times{"POST, three nodes", "connections", "ms", {}, true};
  const std::vector<std::size_t> connections =
      how.quick ? std::vector<std::size_t>{1, 16}
                : std::vector<std::size_t>{1, 4, 16, 64, 256, 512};
  for (auto* const system : systems(*all)) {
    chart::curve rate{system->name(), {}};
    chart::curve p50{system->name() + ", p50", {}};
    chart::curve p99{system->name() + ", p99", {}};
    for (const auto each : connections) {
      const auto at = static_cast<double>(each);
      const auto found = measure_posts(how, *system, each, all->next_number);
      rate.points.emplace_back(at, found.load.rate());
      p50.points.emplace_back(at, found.load.percentile(0.5));
      p99.points.emplace_back(at, found.load.percentile(0.99));
    }
    rates.curves.push_back(rate);
    times.curves.push_back(p50);
    times.curves.push_back(p99);
  }
  charts.push_back(rates);
  charts.push_back(times);
}

void over_payload(const settings& how, std::vector<chart>& charts) {
  say("payload");
  const auto all = how.three();
  chart made{"CPU of three nodes a POST, 64 connections", "bytes of the value", "µs", {}, true};
  const std::vector<std::size_t> sizes =
      how.quick ? std::vector<std::size_t>{100, 16384}
                : std::vector<std::size_t>{100, 1024, 4096, 16384, 65536};
  for (auto* const system : systems(*all)) {
    chart::curve cost{system->name(), {}};
    for (const auto each : sizes) {
      auto of_size = how;
      of_size.payload = each;
      cost.points.emplace_back(each,
                               measure_posts(of_size, *system, 64, all->next_number).cpu_us());
    }
    made.curves.push_back(cost);
  }
  charts.push_back(made);
}

void over_nodes(const settings& how, std::vector<chart>& charts) {
  say("nodes");
  chart rates{"POST, 64 connections", "nodes", "requests/s", {{"lithair", {}}}, false};
  chart costs{"CPU of all nodes a POST, 64 connections", "nodes", "µs", {{"lithair", {}}}, false};
  for (const std::size_t nodes : {1u, 3u, 5u}) {
    const auto system = how.nodes(nodes);
    std::uint64_t next_number = measured_system::readable;
    const auto found = measure_posts(how, *system, 64, next_number);
    const auto at = static_cast<double>(nodes);
    rates.curves.front().points.emplace_back(at, found.load.rate());
    costs.curves.front().points.emplace_back(at, found.cpu_us());
  }
  charts.push_back(rates);
  charts.push_back(costs);
}

void over_records(const settings& how, std::vector<chart>& charts) {
  say("records");
  chart made{
      "one node, 64 connections", "records", "requests/s", {{"GET", {}}, {"POST", {}}}, false};
  record_node node(how);
  for (std::uint64_t records = how.quick ? 100 : 1000; records <= how.records; records *= 10) {
    node.fill_to(records, how.payload);
    const auto at = static_cast<double>(records);
    made.curves[0].points.emplace_back(at, node.get(how).rate());
    made.curves[1].points.emplace_back(at, node.post(how).rate());
  }
  charts.push_back(made);
}

}  // namespace

std::vector<chart> run_sweeps(const settings& how) {
  std::vector<chart> made;
  over_connections(how, made);
  over_payload(how, made);
  over_nodes(how, made);
  over_records(how, made);
  return made;
}

}  // namespace lithair::bench
