// What scheduled backups cost those who write: latencies while a base is being made and verified
// beside those of all other moments of the same run; and of a node that archives its log beside one
// that does not, in turns. Then how long a restore takes.

#include <CLI/CLI.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench/fill.hpp"
#include "bench/load.hpp"
#include "test/cluster/harness/cluster.hpp"
#include "test/cluster/harness/http_client.hpp"

namespace lithair::bench {
namespace {

namespace fs = std::filesystem;
using clock = std::chrono::steady_clock;

constexpr auto model = R"([models.records.fields]
id = { type = "integer", primary_key = true, replicate = true }
text = { type = "string", replicate = true }
)";
constexpr auto route = "/api/records";

struct wishes {
  std::uint64_t records = 800'000;
  std::size_t payload = 300;
  unsigned connections = 8;
  unsigned seconds = 90;
  unsigned every = 15;
  unsigned turns = 10;
};

using latencies = std::vector<double>;

double percentile(latencies& of, double share) {
  if (of.empty()) return 0;
  const auto at = static_cast<std::size_t>(share * static_cast<double>(of.size() - 1));
  std::nth_element(of.begin(), of.begin() + static_cast<std::ptrdiff_t>(at), of.end());
  return of[at];
}

void print(const char* what, latencies& of) {
  std::printf("  %-28s %8zu writes, p50 %6.2f ms, p99 %6.2f ms, p99.9 %6.2f ms\n", what, of.size(),
              percentile(of, 0.5), percentile(of, 0.99), percentile(of, 0.999));
  std::fflush(stdout);
}

std::string record(std::uint64_t id, std::size_t payload) {
  return "{\"id\":" + std::to_string(id) + ",\"text\":\"" + std::string(payload, 't') + "\"}";
}

std::unique_ptr<test::cluster> node_with(const models_file& models,
                                         std::vector<std::string> flags) {
  flags.insert(flags.end(), {"--max-body", "33554432"});
  auto made = std::make_unique<test::cluster>(
      test::cluster_options{.nodes = 1, .models = models.path(), .flags = std::move(flags)});
  made->start(0);
  made->await_ready(0);
  return made;
}

bool holds_unfinished(const fs::path& directory) {
  std::error_code gone;
  for (fs::directory_iterator each(directory, gone); !gone && each != fs::directory_iterator{};
       each.increment(gone))
    if (each->path().extension() == ".new") return true;
  return false;
}

/// Writes on some connections, each put down by what was done for a base meanwhile.
struct split_load {
  latencies snapshot;  ///< the state becomes a file
  latencies copy;      ///< that is copied and read back
  latencies without;

  void run(test::cluster& node, const fs::path& backups, const wishes& x) {
    std::atomic<latencies split_load::*> now{&split_load::without};
    std::atomic<bool> stops{false};
    std::vector<split_load> parts(x.connections);
    std::vector<std::thread> threads;
    threads.emplace_back([&] {
      for (; !stops; std::this_thread::sleep_for(std::chrono::milliseconds{5}))
        now = holds_unfinished(backups)                                ? &split_load::copy
              : holds_unfinished(node.data_directory(0) / "snapshots") ? &split_load::snapshot
                                                                       : &split_load::without;
    });
    const auto until = clock::now() + std::chrono::seconds{x.seconds};
    for (unsigned i = 0; i < x.connections; ++i)
      threads.emplace_back([&, i] {
        auto through = node.client(0);
        for (std::uint64_t id = 1'000'000'000 * (i + 1ull); clock::now() < until; ++id) {
          const auto began = clock::now();
          const auto before = now.load();
          if (through.post(route, record(id, x.payload)).status != 201) std::abort();
          const std::chrono::duration<double, std::milli> took = clock::now() - began;
          const auto part = before == &split_load::without ? now.load() : before;
          (parts[i].*part).push_back(took.count());
        }
      });
    for (std::size_t i = 1; i < threads.size(); ++i) threads[i].join();
    stops = true;
    threads.front().join();
    for (auto& each : parts)
      for (const auto part : {&split_load::snapshot, &split_load::copy, &split_load::without})
        (this->*part).insert((this->*part).end(), (each.*part).begin(), (each.*part).end());
  }
};

void bases(const models_file& models, const wishes& x) {
  const test::temporary_directory place;
  auto node = node_with(models, {"--backup-dir", place.path().string(), "--backup-every",
                                 std::to_string(x.every) + "s", "--backup-keep", "2"});
  auto client = node->client(0);
  fill(client, route, 0, x.records, 1000, [&](std::uint64_t id) { return record(id, x.payload); });
  split_load load;
  load.run(*node, place.path(), x);
  std::printf(
      "while bases of %llu MiB are made every %u s, and between them\n",
      static_cast<unsigned long long>(
          test::number_at(client.get("/status").body, "/backups/base/bytes").value_or(0) >> 20),
      x.every);
  auto beside = load.snapshot;
  beside.insert(beside.end(), load.copy.begin(), load.copy.end());
  print("the state becomes a file", load.snapshot);
  print("it is copied and verified", load.copy);
  print("both", beside);
  print("without", load.without);
  std::printf("  ratio of p99: %.3f\n", percentile(beside, 0.99) / percentile(load.without, 0.99));
  node->stop(0);
  const auto began = clock::now();
  test::process restore({{LITHAIR_NODE, "--restore", place.path().string(), "--data-dir",
                          (node->directory() / "restored").string()},
                         node->directory() / "said",
                         {},
                         {}});
  restore.wait(std::chrono::minutes{10});
  std::printf("%s\n  in %.2f s\n", test::read_file(node->directory() / "said").c_str(),
              std::chrono::duration<double>(clock::now() - began).count());
}

void archive(const models_file& models, const wishes& x) {
  const test::temporary_directory place;
  const auto with = node_with(models, {"--backup-dir", place.path().string()});
  const auto without = node_with(models, {});
  latencies all[2];
  for (unsigned turn = 0; turn < 2 * x.turns; ++turn) {
    auto& node = turn % 2 == 0 ? *with : *without;
    load_plan plan;
    plan.ports = {node.port(0)};
    plan.connections = x.connections;
    plan.write = make_request(
        "POST", route, "{\"id\":9########,\"text\":\"" + std::string(x.payload, 't') + "\"}", 201);
    plan.first_number = std::uint64_t{turn} * 1'000'000;
    plan.warm_up = std::chrono::milliseconds{500};
    plan.measured = std::chrono::milliseconds{3000};
    for (const auto each : run_load(plan).latencies_us)
      all[turn % 2].push_back(static_cast<double>(each) / 1000);
  }
  std::printf("with an archived log, and without, in turns\n");
  print("archived", all[0]);
  print("not", all[1]);
  std::printf("  ratio of p99: %.3f\n", percentile(all[0], 0.99) / percentile(all[1], 0.99));
}

}  // namespace
}  // namespace lithair::bench

int main(int argc, char** argv) {
  lithair::bench::wishes x;
  CLI::App app("What scheduled backups cost those who write, and how long a restore takes.");
  app.add_option("--records", x.records, "in the state")->capture_default_str();
  app.add_option("--payload", x.payload, "bytes of text in each")->capture_default_str();
  app.add_option("--connections", x.connections, "that write")->capture_default_str();
  app.add_option("--seconds", x.seconds, "of writing while bases are made")->capture_default_str();
  app.add_option("--every", x.every, "seconds from one base to the next")->capture_default_str();
  app.add_option("--turns", x.turns, "of 3 s with an archive, as many without")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const lithair::bench::models_file models{lithair::bench::model};
  lithair::bench::bases(models, x);
  lithair::bench::archive(models, x);
}
