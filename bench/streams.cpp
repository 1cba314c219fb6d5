// Streams of changes: what followers of a large change cost, what writes feel of thousands of
// subscribers, and each beside the same without them.

#include <CLI/CLI.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "bench/fill.hpp"
#include "bench/load.hpp"
#include "bench/stream_readers.hpp"
#include "test/cluster/harness/cluster.hpp"
#include "test/cluster/harness/http_client.hpp"

namespace lithair::bench {
namespace {

using clock = std::chrono::steady_clock;
using test::milliseconds;

constexpr auto model = R"([models.records.fields]
id   = { type = "integer", primary_key = true, replicate = true }
text = { type = "string", replicate = true }
[models.others.fields]
id   = { type = "integer", primary_key = true, replicate = true }
text = { type = "string", replicate = true }
)";
constexpr std::chrono::seconds patience{120};

struct wishes {
  std::uint64_t items = 10'000;
  std::size_t payload = 1400;
  std::size_t followers = 10;
  std::size_t subscribers = 3000;
  unsigned seconds = 8;
  unsigned bulks = 3;
  std::string program;
};

std::string bulk(std::uint64_t first, const wishes& what) {
  std::string items = "[";
  for (auto i = first; i < first + what.items; ++i)
    items += (i == first ? "{\"id\":" : ",{\"id\":") + std::to_string(i) + ",\"text\":\"" +
             std::string(what.payload, 't') + "\"}";
  return items + "]";
}

/// How long small writes of another collection take, one after the other, until it is destroyed.
class small_writes {
 public:
  small_writes(std::uint16_t port, std::uint64_t first)
      : thread_([this, port, first] { run(port, first); }) {}

  /// Ends it; sorted, in ms.
  std::vector<double> finish() {
    over_ = true;
    thread_.join();
    std::sort(took_.begin(), took_.end());
    return took_;
  }

 private:
  void run(std::uint16_t port, std::uint64_t id) {
    test::http_client client{port, patience};
    while (!over_) {
      const auto began = clock::now();
      const auto answer =
          client.post("/api/others", "{\"id\":" + std::to_string(id++) + ",\"text\":\"t\"}");
      took_.push_back(std::chrono::duration<double, std::milli>(clock::now() - began).count());
      if (answer.status != 201) ++failed_;
    }
  }

  std::atomic<bool> over_{false};
  std::vector<double> took_;
  std::uint64_t failed_ = 0;
  std::thread thread_;
};

struct bulk_cost {
  double cpu_ms = 0;
  double longest_ms = 0;  // of the other writes
  double all_told_ms = 0;
};

bulk_cost measure_bulk(test::cluster& node, const wishes& what, std::size_t followers,
                       std::uint64_t first) {
  stream_readers all(node.port(0), "/api/records/stream", followers);
  test::http_client client{node.port(0), patience};
  const auto body = bulk(first, what);
  small_writes others(node.port(0), first);
  const auto cpu = node.at(0).used().cpu;
  const auto began = clock::now();
  if (const auto made = client.post("/api/records/_bulk", body); made.status != 201)
    throw std::runtime_error("a bulk was answered " + std::to_string(made.status) + " " +
                             made.body.substr(0, 200));
  all.await_events(what.items);
  const auto told = clock::now() - began;
  // As long in all cases, so that what the small writes cost is the same.
  std::this_thread::sleep_until(began + std::chrono::seconds{what.seconds} / 2);
  const auto took = others.finish();
  return {static_cast<double>((node.at(0).used().cpu - cpu).count()), took.back(),
          std::chrono::duration<double, std::milli>(told).count()};
}

void measure_bulks(test::cluster& node, const wishes& what) {
  std::printf("a bulk of %llu items, %.1f MB\n", static_cast<unsigned long long>(what.items),
              static_cast<double>(bulk(0, what).size()) / 1e6);
  std::uint64_t first = 1'000'000;
  bulk_cost none;
  for (const auto followers : {std::size_t{0}, std::size_t{1}, what.followers}) {
    bulk_cost best;
    for (unsigned i = 0; i < what.bulks; ++i, first += what.items) {
      const auto cost = measure_bulk(node, what, followers, first);
      if (i == 0 || cost.cpu_ms < best.cpu_ms) best = cost;
    }
    if (followers == 0) none = best;
    std::printf(
        "  %4zu followers: %6.0f ms of CPU (x%.2f), told after %6.0f ms, another write took %6.1f "
        "ms at most (x%.2f)\n",
        followers, best.cpu_ms, best.cpu_ms / none.cpu_ms, best.all_told_ms, best.longest_ms,
        best.longest_ms / none.longest_ms);
    std::fflush(stdout);
  }
}

void measure_subscribers(test::cluster& node, const wishes& what) {
  std::printf("writes over one connection, each told to all subscribers\n");
  double none = 0;
  std::uint64_t used = 0;
  for (const auto subscribers :
       {std::size_t{0}, what.subscribers / 10, what.subscribers, std::size_t{0}}) {
    stream_readers all(node.port(0), "/api/records/stream", subscribers);
    load_plan plan;
    plan.ports = {node.port(0)};
    plan.connections = 1;
    plan.write = make_request("POST", "/api/records", "{\"id\":9########,\"text\":\"t\"}", 201);
    plan.first_number = used;
    plan.measured = std::chrono::seconds{what.seconds};
    const auto cpu = node.at(0).used().cpu;
    const auto load = run_load(plan);
    const auto spent = static_cast<double>((node.at(0).used().cpu - cpu).count());
    used += load.writes;
    const auto began = clock::now();
    all.await_events(load.writes - 1);
    const auto late = std::chrono::duration<double, std::milli>(clock::now() - began).count();
    if (none == 0) none = load.percentile(0.5);
    std::printf(
        "  %5zu subscribers: %6.0f writes/s, p50 %6.2f ms (x%.1f), p99 %6.2f ms; %7.0f events/s, "
        "the last %4.0f ms behind; %.0f %% CPU\n",
        subscribers, load.rate(), load.percentile(0.5), load.percentile(0.5) / none,
        load.percentile(0.99), static_cast<double>(all.events()) / what.seconds, late,
        spent / what.seconds / 10);
    std::fflush(stdout);
  }
}

int run(const wishes& what) {
  allow_many_connections();
  const models_file models{model};
  test::cluster node({.nodes = 1, .models = models.path(), .program = what.program});
  node.start(0);
  node.await_ready(0);
  if (what.followers > 0) measure_bulks(node, what);
  if (what.subscribers > 0) measure_subscribers(node, what);
  return 0;
}

}  // namespace
}  // namespace lithair::bench

int main(int argc, char** argv) {
  lithair::bench::wishes what;
  CLI::App app("What streams of changes cost: the node, and those who write meanwhile.");
  app.add_option("--items", what.items, "of a bulk")->capture_default_str();
  app.add_option("--payload", what.payload, "bytes of text in each")->capture_default_str();
  app.add_option("--followers", what.followers, "of the bulk")->capture_default_str();
  app.add_option("--bulks", what.bulks, "of each kind; the cheapest counts")->capture_default_str();
  app.add_option("--subscribers", what.subscribers, "of small writes")->capture_default_str();
  app.add_option("--seconds", what.seconds, "of load, each time")->capture_default_str();
  app.add_option("--program", what.program, "the node's, if it is another one");
  CLI11_PARSE(app, argc, argv);
  return lithair::bench::run(what);
}
