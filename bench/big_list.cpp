// Lists of a collection with many records: how long a page takes by how it is found, and what
// writes feel of long lists beside them.

#include <CLI/CLI.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "bench/fill.hpp"
#include "bench/load.hpp"
#include "test/cluster/harness/cluster.hpp"
#include "test/cluster/harness/http_client.hpp"

namespace lithair::bench {
namespace {

using clock = std::chrono::steady_clock;

// Each indexed field has as many values as its name says.
constexpr auto model = R"([models.records.fields]
id       = { type = "integer", primary_key = true, replicate = true }
ten      = { type = "integer", indexed = true, replicate = true }
hundred  = { type = "integer", indexed = true, replicate = true }
thousand = { type = "integer", indexed = true, replicate = true }
many     = { type = "integer", indexed = true, replicate = true }
plain    = { type = "integer", replicate = true }
text     = { type = "string", replicate = true }
)";
constexpr std::chrono::seconds patience{120};

struct wishes {
  std::uint64_t records = 1'000'000;
  std::size_t payload = 100;
  std::size_t bulk = 1000;
  unsigned pages = 200;
  unsigned long_lists = 5;
  unsigned seconds = 8;
};

std::string item(std::uint64_t id, const wishes& x) {
  const auto field = [](const char* name, std::uint64_t n) {
    return ",\"" + std::string(name) + "\":" + std::to_string(n);
  };
  // The plain field goes through all numbers below that of the records in no order.
  return "{\"id\":" + std::to_string(id) + field("ten", id % 10) + field("hundred", id % 100) +
         field("thousand", id % 1000) + field("many", id / 3) +
         field("plain", id * 7919 % x.records) + ",\"text\":\"" + std::string(x.payload, 't') +
         "\"}";
}

/// Asks for a list again and again, each time of another value, and prints how long that took.
void measure(test::http_client& client, const char* what, unsigned times,
             const std::function<std::string(unsigned)>& target) {
  std::vector<double> took;
  for (unsigned i = 0; i < times; ++i) {
    const auto began = clock::now();
    const auto answer = client.get(target(i));
    took.push_back(std::chrono::duration<double, std::milli>(clock::now() - began).count());
    if (answer.status != 200)
      throw std::runtime_error(target(i) + " was answered " + std::to_string(answer.status) + " " +
                               answer.body);
  }
  std::sort(took.begin(), took.end());
  std::printf("  %-58s p50 %9.2f ms, p99 %9.2f ms\n", what, took[took.size() / 2],
              took[took.size() * 99 / 100]);
  std::fflush(stdout);
}

void measure_pages(test::http_client& client, const wishes& x) {
  struct filter {
    const char* field;
    std::uint64_t values;
    std::uint64_t matches;
  };
  const filter filters[] = {{"many", x.records / 3, 3},
                            {"thousand", 1000, x.records / 1000},
                            {"hundred", 100, x.records / 100},
                            {"ten", 10, x.records / 10}};
  for (const auto& [field, values, matches] : filters) {
    for (const bool total : {false, true}) {
      const auto what = "100 of " + std::to_string(matches) + " by an index" +
                        (total ? ", with total" : ", total=false");
      const auto list =
          "/api/records?total=" + std::string(total ? "true&" : "false&") + field + "=";
      measure(client, what.c_str(), x.pages,
              [&, n = values](unsigned i) { return list + std::to_string(i * 7919u % n); });
    }
  }
}

void measure_long_lists(test::http_client& client, const wishes& x) {
  measure(client, "first page in key order, with total", x.pages,
          [](unsigned) { return "/api/records"; });
  measure(client, "scan: 1 match, not indexed", x.long_lists, [&](unsigned i) {
    return "/api/records?plain=" + std::to_string(i * 99'991 % x.records);
  });
  measure(client, "count of half of all, not indexed", x.long_lists,
          [&](unsigned) { return "/api/records/count?plain=%3E" + std::to_string(x.records / 2); });
  measure(client, "sort by a field that is not indexed", x.long_lists,
          [](unsigned) { return "/api/records?sort=-plain"; });
  measure(client, "sort by an indexed field", x.pages,
          [](unsigned) { return "/api/records?sort=-many"; });
}

/// Writes while so many clients have a long list under way each all the time.
std::uint64_t measure_writes(std::uint16_t port, const wishes& x, unsigned lists,
                             std::uint64_t first) {
  std::atomic<bool> over{false};
  std::atomic<std::uint64_t> listed{0};
  std::vector<std::thread> clients;
  for (unsigned i = 0; i < lists; ++i)
    clients.emplace_back([&, sorts = i % 2 != 0] {
      test::http_client client{port, patience};
      while (!over)
        if (client.get(sorts ? "/api/records?sort=-plain" : "/api/records?plain=77").status == 200)
          ++listed;
    });
  load_plan plan;
  plan.ports = {port};
  plan.connections = 16;
  plan.write = make_request("POST", "/api/records",
                            "{\"id\":9########,\"ten\":1,\"hundred\":1,\"thousand\":1,\"many\":1,"
                            "\"plain\":1,\"text\":\"t\"}",
                            201);
  plan.first_number = first;
  plan.measured = std::chrono::seconds{x.seconds};
  const auto load = run_load(plan);
  over = true;
  for (auto& each : clients) each.join();
  std::printf(
      "  %u long lists beside: %6.0f writes/s, p50 %6.2f ms, p99 %6.2f ms, p99.9 %6.2f ms, %llu "
      "failed; %llu lists\n",
      lists, load.rate(), load.percentile(0.5), load.percentile(0.99), load.percentile(0.999),
      static_cast<unsigned long long>(load.failed), static_cast<unsigned long long>(listed.load()));
  std::fflush(stdout);
  return load.writes;
}

int run(const wishes& x) {
  const models_file models{model};
  test::cluster node({.nodes = 1, .models = models.path(), .flags = {"--max-body", "33554432"}});
  node.start(0);
  node.await_ready(0);
  test::http_client client{node.port(0), patience};
  const auto began = clock::now();
  fill(client, "/api/records", 0, x.records, x.bulk,
       [&x](std::uint64_t id) { return item(id, x); });
  std::printf("%llu records in %.1f s\n", static_cast<unsigned long long>(x.records),
              std::chrono::duration<double>(clock::now() - began).count());
  client.post("/_admin/snapshot", "");
  std::printf("a page of 100, from a state that is on the disk as a whole\n");
  measure_pages(client, x);
  measure_long_lists(client, x);
  std::printf("writes over 16 connections\n");
  std::uint64_t used = 0;
  for (const unsigned lists : {0u, 1u, 4u, 16u})
    used += measure_writes(node.port(0), x, lists, used);
  return 0;
}

}  // namespace
}  // namespace lithair::bench

int main(int argc, char** argv) {
  lithair::bench::wishes x;
  CLI::App app(
      "What lists of many records cost: those who ask for them, and those who write meanwhile.");
  app.add_option("--records", x.records, "how many records")->capture_default_str();
  app.add_option("--payload", x.payload, "bytes of text in each")->capture_default_str();
  app.add_option("--bulk", x.bulk, "records in one request while filling")->capture_default_str();
  app.add_option("--pages", x.pages, "that are asked for, each kind")->capture_default_str();
  app.add_option("--long-lists", x.long_lists, "that are asked for, each kind")
      ->capture_default_str();
  app.add_option("--seconds", x.seconds, "of load, each time")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return lithair::bench::run(x);
}
