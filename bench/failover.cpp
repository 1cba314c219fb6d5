// Kills the leader of three nodes again and again, and measures how long after that the first write
// through a survivor is acknowledged. Every killed node is started again, and awaited.

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "test/cluster/harness/cluster.hpp"
#include "test/cluster/harness/http_client.hpp"

namespace lithair::bench {
namespace {

using clock = std::chrono::steady_clock;

constexpr std::chrono::seconds patience{30};

struct wishes {
  std::size_t nodes = 3;
  unsigned times = 100;
  std::string program;
};

struct outcome {
  double ms = 0;
  std::map<int, unsigned> others;  ///< answers before the one that counts, by status; 0: none came
};

// From the kill until a survivor says that the write is kept.
outcome fail_over(test::cluster& nodes, std::size_t leader, unsigned number) {
  const auto through = (leader + 1 + number % (nodes.size() - 1)) % nodes.size();
  auto client = nodes.client(through, patience);
  // Its connection is open before.
  (void)client.get("/livez");
  outcome made;
  nodes.kill(leader);
  const auto begin = clock::now();
  while (clock::now() - begin < patience) {
    const auto said = client.post("/api/products", R"({"name":"p)" + std::to_string(number) +
                                                       R"(","price":"1.00","stock":)" +
                                                       std::to_string(number) + "}");
    made.ms = std::chrono::duration<double, std::milli>(clock::now() - begin).count();
    if (said.status == 201) return made;
    ++made.others[said.status];
  }
  throw std::runtime_error("no write was taken within 30 s");
}

std::uint64_t term_of(const test::cluster& nodes, std::size_t node) {
  return test::number_at(nodes.client(node).get("/status").body, "/term").value_or(0);
}

int run(const wishes& what) {
  test::cluster nodes({.nodes = what.nodes, .program = what.program});
  nodes.start_all();
  nodes.await_all_ready();
  std::vector<double> all;
  std::map<int, unsigned> others;
  const auto term = term_of(nodes, nodes.await_leader());
  for (unsigned i = 0; i < what.times; ++i) {
    const auto leader = nodes.await_leader();
    const auto made = fail_over(nodes, leader, i);
    all.push_back(made.ms);
    for (const auto& [status, times] : made.others) others[status] += times;
    nodes.start(leader);
    nodes.await_all_ready();
  }
  const auto terms = term_of(nodes, nodes.await_leader()) - term;
  std::sort(all.begin(), all.end());
  const auto at = [&all](double share) {
    return all[static_cast<std::size_t>(share * static_cast<double>(all.size() - 1))];
  };
  std::printf(
      "%u times: the next write is acknowledged after %.0f ms in the median, "
      "%.0f in nine of ten, %.0f at the most; %llu terms\n",
      what.times, at(0.5), at(0.9), at(1), static_cast<unsigned long long>(terms));
  for (const auto& [status, times] : others)
    std::printf("  answered before: %u times %d\n", times, status);
  return 0;
}

}  // namespace
}  // namespace lithair::bench

int main(int argc, char** argv) {
  lithair::bench::wishes what;
  CLI::App app("How long a write waits when the leader was killed.");
  app.add_option("--nodes", what.nodes)->capture_default_str()->check(CLI::Range(3, 9));
  app.add_option("--times", what.times, "that the leader is killed")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--program", what.program, "the node's, if it is another one");
  CLI11_PARSE(app, argc, argv);
  return lithair::bench::run(what);
}
