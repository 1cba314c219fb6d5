// Streams, nodes without work, and what the worst writes wait for.

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

#include "bench/process_costs.hpp"
#include "bench/stream_readers.hpp"
#include "bench/table/single_node.hpp"
#include "bench/table/stalls.hpp"

namespace lithair::bench {
namespace {

using kind = target::kind;
using clock = std::chrono::steady_clock;

// -- streams -------------------------------------------------------------------------------------

constexpr auto streamed_model = R"([models.records.fields]
id   = { type = "integer", primary_key = true, replicate = true }
text = { type = "string", replicate = true }
)";
constexpr std::uint64_t events_per_second = 5000;

/// One writer: a bulk each 20 ms, so that the disk does not bound how much it writes.
std::uint64_t write_paced(test::http_client& client, const settings& how, std::uint64_t next) {
  const auto tick = std::chrono::milliseconds{20};
  const auto of_tick = how.quick ? 2 : events_per_second / 50;
  const auto until = clock::now() + how.measured();
  for (auto due = clock::now(); due < until; due += tick) {
    std::this_thread::sleep_until(due);
    std::string items = "[";
    for (std::uint64_t i = 0; i < of_tick; ++i)
      items += (i == 0 ? "{\"id\":" : ",{\"id\":") + std::to_string(next++) + ",\"text\":\"t\"}";
    if (client.post("/api/records/_bulk", items + "]").status != 201)
      throw std::runtime_error("a bulk was refused");
  }
  return next;
}

row make_stream(const settings& how) {
  const auto node = std::make_shared<single_node>(streamed_model, how);
  const auto next = std::make_shared<std::uint64_t>(1);
  const auto measure = [=, &how] {
    stream_readers all(node->port(), "/api/records/stream", how.subscribers);
    auto client = node->client();
    const auto first = *next;
    const auto before = costs_of(node->process().pid());
    const auto began = clock::now();
    *next = write_paced(client, how, first);
    all.await_events(*next - first);
    const std::chrono::duration<double> took = clock::now() - began;
    const auto used = costs_of(node->process().pid()).since(before);
    if (!all.all_saw(first, *next - first))
      throw std::runtime_error("a subscriber missed an event, or saw one twice");
    const auto events = static_cast<double>(*next - first);
    return figures{{"rate", events / took.count()},
                   {"cores", used.cpu_us / 1e6 / took.count()},
                   {"cpu", used.cpu_us / events / static_cast<double>(how.subscribers)}};
  };
  const auto whom = std::to_string(how.subscribers) + " subscribers";
  return {{{"stream", measure}},
          {{"events a second to " + whom + ", each exactly once",
            "/s",
            "stream",
            "rate",
            "",
            "",
            {kind::at_least, how.quick ? 0 : 0.95 * events_per_second}},
           {"  CPU of the node", "cores", "stream", "cores", "", "", {kind::at_most, 1}},
           {"  CPU an event and subscriber", "µs", "stream", "cpu", "", ""}}};
}

// -- idle nodes ----------------------------------------------------------------------------------

/// What each process uses while nobody asks for anything; the costliest counts.
figures idle(const settings& how, measured_system& system) {
  const auto processes = system.processes();
  std::vector<process_costs> before;
  for (const auto* each : processes) before.push_back(costs_of(each->pid()));
  // Passes the time, unless one ends, which would spoil the measurement.
  if (processes.front()->wait(how.measured())) throw std::runtime_error("a node ended");
  figures made{{"rss", 0}, {"private", 0}, {"wakes", 0}, {"cpu", 0}};
  const auto largest = [&made](const std::string& name, double value) {
    made[name] = std::max(made[name], value);
  };
  for (std::size_t i = 0; i < processes.size(); ++i) {
    const auto used = costs_of(processes[i]->pid()).since(before[i]);
    largest("rss", used.resident_mib);
    largest("private", used.private_mib);
    largest("wakes", used.voluntary_switches / how.seconds);
    largest("cpu", used.cpu_us / 1e4 / how.seconds);
  }
  return made;
}

row make_idle(const settings& how) {
  // Fresh ones: what memory load left behind is no idle node's.
  const std::shared_ptr<measured_system> alone = how.nodes(1);
  const std::shared_ptr<measured_system> three = how.nodes(3);
  const std::shared_ptr<measured_system> etcd = start_etcd(how.payload);
  // What follows their start is over then.
  std::this_thread::sleep_for(std::chrono::milliseconds{how.quick ? 100 : 5000});
  row made{{{"alone", [=, &how] { return idle(how, *alone); }},
            {"three", [=, &how] { return idle(how, *three); }}},
           {{"idle node alone: memory, mapped files too",
             "MiB",
             "alone",
             "rss",
             "etcd",
             "rss",
             {kind::at_most, 12}},
            {"  its private memory", "MiB", "alone", "private", "etcd", "private"},
            {"  its wake-ups", "/s", "alone", "wakes", "etcd", "wakes", {kind::at_most, 0}},
            {"idle node of three: CPU",
             "% of a core",
             "three",
             "cpu",
             "etcd",
             "cpu",
             {kind::at_most, 0.5}},
            {"  its wake-ups", "/s", "three", "wakes", "etcd", "wakes"}}};
  if (etcd) made.sides.push_back({"etcd", [=, &how] { return idle(how, *etcd); }});
  return made;
}

// -- stalls --------------------------------------------------------------------------------------

row make_stalls(const settings& how) {
  const auto quiet = std::make_shared<stalled_cluster>(how, false);
  const auto busy = std::make_shared<stalled_cluster>(how, true);
  const auto side_of = [](const char* name, auto measure) {
    return side{name, [measure] {
                  const load_result load = measure();
                  return figures{{"longest", load.percentile(1)}, {"p99", load.percentile(0.99)}};
                }};
  };
  const auto during = [](const char* what, const char* of) {
    return line{what, "ms", of, "longest", "without", "p99", {kind::ratio_at_most, 3}};
  };
  return {{side_of("without", [=] { return quiet->write(200); }),
           side_of("checkpoints", [=] { return busy->write_beside_checkpoints(); }),
           side_of("asked", [=] { return quiet->write_beside_asked_checkpoints(); }),
           side_of("snapshot", [=] { return busy->write_beside_snapshot(); }),
           side_of("large", [=] { return quiet->write(4000); })},
          {during("longest of all writes, 64: none of these, beside its own p99", "without"),
           during("  checkpoints and purges each second", "checkpoints"),
           during("  checkpoints asked for again and again", "asked"),
           during("  a snapshot to a member that was away", "snapshot"),
           {"  turns of segments (4000 B), beside its own p99",
            "ms",
            "large",
            "longest",
            "large",
            "p99",
            {kind::ratio_at_most, 3}}}};
}

}  // namespace

std::vector<row_kind> other_rows() {
  return {{"stream", "one writer's changes to many subscribers", make_stream},
          {"idle", "memory, wake-ups and CPU of nodes without work, beside etcd", make_idle},
          {"stalls", "the longest write while the node tidies up", make_stalls}};
}

}  // namespace lithair::bench
