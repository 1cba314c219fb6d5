#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "test/simulation/world.hpp"

// simulate [--first S] [--seeds N] [--seed X] [--trace]: runs seeds S.., or the one seed X.

namespace {

using namespace lithair::simulation;

volatile std::uint64_t current_seed = 0;

/// The core ends the process when it finds itself broken: say which seed it was.
void on_abort(int) {
  std::fprintf(stderr, "simulate: aborted in seed %llu; see it with --seed %llu --trace\n",
               static_cast<unsigned long long>(current_seed),
               static_cast<unsigned long long>(current_seed));
}

void print_line(const std::string& line) { std::puts(line.c_str()); }

struct totals {
  std::uint64_t runs = 0, events = 0, committed = 0, acknowledged = 0, reads = 0, leaders = 0,
                changes = 0, snapshots = 0, crashes = 0;

  void add(const report& x) {
    ++runs;
    events += x.events;
    committed += x.committed;
    acknowledged += x.acknowledged;
    reads += x.reads;
    leaders += x.leaders;
    changes += x.changes;
    snapshots += x.snapshots;
    crashes += x.crashes;
  }
};

int run(std::uint64_t first, std::uint64_t count, bool trace) {
  auto began = std::chrono::steady_clock::now();
  totals sum;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    current_seed = seed;
    report x = simulate(seed, trace ? print_line : world::tracer{});
    if (!x.broken.empty()) {
      std::printf("seed %llu: %s\nsee it with: simulate --seed %llu --trace\n",
                  static_cast<unsigned long long>(seed), x.broken.c_str(),
                  static_cast<unsigned long long>(seed));
      return 1;
    }
    sum.add(x);
  }
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::printf("%llu seeds in %.1f s, %.0f seeds/s: every property held\n",
              static_cast<unsigned long long>(sum.runs), took.count(),
              static_cast<double>(sum.runs) / took.count());
  std::printf(
      "%llu events, %llu entries committed, %llu writes and %llu reads answered, %llu leaders, "
      "%llu changes of members, %llu snapshots installed, %llu crashes\n",
      static_cast<unsigned long long>(sum.events), static_cast<unsigned long long>(sum.committed),
      static_cast<unsigned long long>(sum.acknowledged), static_cast<unsigned long long>(sum.reads),
      static_cast<unsigned long long>(sum.leaders), static_cast<unsigned long long>(sum.changes),
      static_cast<unsigned long long>(sum.snapshots), static_cast<unsigned long long>(sum.crashes));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t first = 1;
  std::uint64_t count = 1000;
  bool trace = false;
  for (int i = 1; i < argc; ++i) {
    auto is = [argv, i](const char* name) { return std::strcmp(argv[i], name) == 0; };
    bool has_value = i + 1 < argc;
    if (is("--trace")) {
      trace = true;
    } else if (is("--first") && has_value) {
      first = std::strtoull(argv[++i], nullptr, 10);
    } else if (is("--seeds") && has_value) {
      count = std::strtoull(argv[++i], nullptr, 10);
    } else if (is("--seed") && has_value) {
      first = std::strtoull(argv[++i], nullptr, 10);
      count = 1;
    } else {
      std::fprintf(stderr, "usage: simulate [--first S] [--seeds N] [--seed X] [--trace]\n");
      return 2;
    }
  }
  std::signal(SIGABRT, on_abort);
  return run(first, count, trace);
}
