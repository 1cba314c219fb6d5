#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "actors/mutants.hpp"
#include "test/simulation/nodes/world.hpp"

// simulate_nodes [--first S] [--seeds N] [--seed X] [--all] [--mutant M] [--trace]: runs seeds S..,
// or the one seed X; with --all it goes on when one is broken; with M, a number in
// actors/mutants.hpp, a duty is broken on purpose. Whoever interrupts it gets the sums so far.

namespace {

using namespace lithair::simulation::nodes;

volatile std::uint64_t current_seed = 0;
volatile std::sig_atomic_t interrupted = 0;

/// The core ends the process when it finds itself broken: say which seed it was.
void on_abort(int signal) {
  std::signal(signal, SIG_DFL);  // for what happens again when this returns
  std::fprintf(stderr, "simulate_nodes: ended in seed %llu; see it with --seed %llu --trace\n",
               static_cast<unsigned long long>(current_seed),
               static_cast<unsigned long long>(current_seed));
}

void print_line(const std::string& line) { std::puts(line.c_str()); }

using number = unsigned long long;

int run(std::uint64_t first, std::uint64_t count, bool all, bool trace) {
  const auto place =
      std::filesystem::path{"/dev/shm"} / ("lithair-nodes-" + std::to_string(::getpid()));
  const auto began = std::chrono::steady_clock::now();
  report sum;
  std::uint64_t runs = 0;
  std::uint64_t broken = 0;
  for (auto seed = first; seed < first + count && !interrupted; ++seed, ++runs) {
    current_seed = seed;
    const auto x = simulate(seed, place, trace ? print_line : world::tracer{});
    if (!x.broken.empty()) {
      std::printf("seed %llu: %s\nsee it with: simulate_nodes --seed %llu --trace\n",
                  static_cast<number>(seed), x.broken.c_str(), static_cast<number>(seed));
      std::fflush(stdout);
      ++broken;
      if (!all) return 1;
    }
    sum.acknowledged += x.acknowledged;
    sum.reads += x.reads;
    sum.messages += x.messages;
    sum.most_on_the_way = std::max(sum.most_on_the_way, x.most_on_the_way);
    sum.starts += x.starts;
    sum.deaths += x.deaths;
    sum.changes += x.changes;
    sum.streamed += x.streamed;
    sum.healed_ms = std::max(sum.healed_ms, x.healed_ms);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::printf("%llu seeds in %.1f s, %.1f seeds/s: ", static_cast<number>(runs), took.count(),
              static_cast<double>(runs) / took.count());
  if (broken == 0)
    std::printf("everything held\n");
  else
    std::printf("%llu are broken\n", static_cast<number>(broken));
  std::printf(
      "%llu writes and %llu reads answered, %llu changes streamed, %llu messages between nodes, "
      "%llu starts, %llu deaths inside the stores, %llu changes of members; at most %llu bytes on "
      "their way "
      "over a connection; healed within %llu ms\n",
      static_cast<number>(sum.acknowledged), static_cast<number>(sum.reads),
      static_cast<number>(sum.streamed), static_cast<number>(sum.messages),
      static_cast<number>(sum.starts), static_cast<number>(sum.deaths),
      static_cast<number>(sum.changes), static_cast<number>(sum.most_on_the_way),
      static_cast<number>(sum.healed_ms));
  return broken == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t first = 1;
  std::uint64_t count = 100;
  bool all = false;
  bool trace = false;
  for (int i = 1; i < argc; ++i) {
    const auto is = [argv, i](const char* name) { return std::strcmp(argv[i], name) == 0; };
    const bool has_value = i + 1 < argc;
    if (is("--trace")) {
      trace = true;
    } else if (is("--all")) {
      all = true;
    } else if (is("--mutant") && has_value) {
      lithair::actors::active_mutant =
          static_cast<lithair::actors::mutant>(std::strtoul(argv[++i], nullptr, 10));
    } else if (is("--first") && has_value) {
      first = std::strtoull(argv[++i], nullptr, 10);
    } else if (is("--seeds") && has_value) {
      count = std::strtoull(argv[++i], nullptr, 10);
    } else if (is("--seed") && has_value) {
      first = std::strtoull(argv[++i], nullptr, 10);
      count = 1;
    } else {
      std::fprintf(stderr,
                   "usage: simulate_nodes [--first S] [--seeds N] [--seed X] [--all] [--mutant M] "
                   "[--trace]\n");
      return 2;
    }
  }
  for (auto signal : {SIGABRT, SIGSEGV}) std::signal(signal, on_abort);
  for (auto signal : {SIGINT, SIGTERM}) std::signal(signal, [](int) { interrupted = 1; });
  return run(first, count, all, trace);
}
