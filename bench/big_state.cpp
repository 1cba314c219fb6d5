// One node with many records: what memory it takes, how soon it serves after a kill, and what
// checkpoints cost the writes meanwhile.

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

#include "bench/fill.hpp"
#include "bench/load.hpp"
#include "bench/process_costs.hpp"
#include "test/cluster/harness/cluster.hpp"
#include "test/cluster/harness/http_client.hpp"

namespace lithair::bench {
namespace {

using clock = std::chrono::steady_clock;

constexpr auto model = R"([models.records.fields]
id = { type = "integer", primary_key = true, replicate = true }
text = { type = "string", replicate = true }
)";
constexpr auto route = "/api/records";

struct wishes {
  std::uint64_t records = 2'000'000;
  std::size_t payload = 200;
  std::size_t bulk = 1000;
  unsigned seconds = 10;
};

double seconds_since(clock::time_point began) {
  return std::chrono::duration<double>(clock::now() - began).count();
}

/// What the node said about its checkpoints.
void print_checkpoints(const std::string& log) {
  std::istringstream lines(log);
  std::vector<double> took;
  for (std::string line; std::getline(lines, line);) {
    const auto at = line.find(" changes in ");
    if (line.find("checkpoint as of") != std::string::npos && at != std::string::npos)
      took.push_back(std::stod(line.substr(at + 12)));
  }
  std::sort(took.begin(), took.end());
  if (took.empty()) return;
  std::printf("  %zu checkpoints, median %.0f ms, longest %.0f ms\n", took.size(),
              took[took.size() / 2], took.back());
}

void fill(test::http_client& client, const wishes& x) {
  const std::string text(x.payload, 't');
  bench::fill(client, route, 0, x.records, x.bulk, [&text](std::uint64_t id) {
    return "{\"id\":" + std::to_string(id) + ",\"text\":\"" + text + "\"}";
  });
}

void print_memory(const char* when, pid_t pid) {
  const auto now = costs_of(pid);
  std::printf("  %-34s %7.1f MiB private, %7.1f MiB of the files mapped\n", when, now.private_mib,
              now.resident_mib - now.private_mib);
  std::fflush(stdout);
}

load_result write_for(std::uint16_t port, const wishes& x, std::uint64_t first) {
  load_plan plan;
  plan.ports = {port};
  plan.connections = 64;
  plan.write = make_request(
      "POST", route, "{\"id\":9########,\"text\":\"" + std::string(x.payload, 't') + "\"}", 201);
  plan.first_number = first;
  plan.measured = std::chrono::seconds{x.seconds};
  return run_load(plan);
}

int run(const wishes& x) {
  const models_file models{model};
  std::uint64_t used = 0;
  for (const std::string interval : {"3600s", "1s"}) {
    test::cluster node({.nodes = 1,
                        .models = models.path(),
                        .flags = {"--checkpoint-interval", interval, "--log-level", "debug",
                                  "--max-body", "33554432"}});
    node.start(0);
    node.await_ready(0);
    auto client = node.client(0);
    std::printf("checkpoints every %s or as memory fills\n", interval.c_str());
    print_memory("empty", node.at(0).pid());
    auto began = clock::now();
    fill(client, x);
    std::printf("  %llu records in %.1f s\n", static_cast<unsigned long long>(x.records),
                seconds_since(began));
    print_memory("after filling", node.at(0).pid());
    node.kill(0);
    began = clock::now();
    node.start(0);
    node.await_ready(0);
    const auto found = node.client(0).get(std::string(route) + "/" + std::to_string(x.records - 1));
    std::printf("  serves %.3f s after kill -9 and a new start (a read gave %d)\n",
                seconds_since(began), found.status);
    print_memory("after the restart", node.at(0).pid());
    const auto load = write_for(node.port(0), x, used);
    std::printf(
        "  64 connections: %.0f writes/s, p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, %llu failed\n",
        load.rate(), load.percentile(0.5), load.percentile(0.99), load.percentile(0.999),
        static_cast<unsigned long long>(load.failed));
    print_memory("after the load", node.at(0).pid());
    print_checkpoints(node.log(0));
    used += load.writes;
  }
  return 0;
}

}  // namespace
}  // namespace lithair::bench

int main(int argc, char** argv) {
  lithair::bench::wishes x;
  CLI::App app("What a large state costs: memory, restart, checkpoints.");
  app.add_option("--records", x.records, "how many records")->capture_default_str();
  app.add_option("--payload", x.payload, "bytes of text in each")->capture_default_str();
  app.add_option("--bulk", x.bulk, "records in one request while filling")->capture_default_str();
  app.add_option("--seconds", x.seconds, "of load, each time")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return lithair::bench::run(x);
}
