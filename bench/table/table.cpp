// The whole table of performance, measured with one command: each row in turns with what stands
// beside it, again and again, and whether its target is met.

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/stream_readers.hpp"
#include "bench/table/machine.hpp"
#include "bench/table/report.hpp"
#include "bench/table/sweeps.hpp"

namespace lithair::bench {
namespace {

struct wishes {
  settings how;
  std::vector<std::string> rows;
  std::string directory = "/var/tmp";
  std::string json;
  bool list = false;
};

/// Sizes that show that it works.
void make_quick(settings& how) {
  how.repeat = 1;
  how.seconds = 0.15;
  how.records = 2000;
  how.listed = 5000;
  how.subscribers = 20;
}

measured_row measure(const row_kind& kind, const row& of, unsigned repeat) {
  measured_row made{kind.name, of.lines, {}};
  for (unsigned i = 0; i < repeat; ++i) {
    for (const auto& each : of.sides) {
      std::fprintf(stderr, "%s, %u of %u: %s\n", kind.name.c_str(), i + 1, repeat,
                   each.name.c_str());
      for (const auto& [figure, value] : each.measure())
        made.sides[each.name][figure].push_back(value);
    }
  }
  return made;
}

/// Whether a figure that a line tells of is there; what stands beside may be missing as a whole.
void check_whole(const measured_row& of) {
  const auto has = [&of](const std::string& side, const std::string& figure) {
    return of.sides.contains(side) && of.sides.at(side).contains(figure);
  };
  for (const auto& each : of.lines)
    if (!has(each.of, each.figure) ||
        (of.sides.contains(each.beside) && !has(each.beside, each.beside_figure)))
      throw std::runtime_error(of.name + ": nothing was measured for: " + each.what);
}

std::vector<measured_row> measure_rows(const wishes& x) {
  std::vector<measured_row> made;
  // The row before lives until the next is made: so they may share their nodes.
  row current;
  for (const auto& kind : all_rows()) {
    if (!x.rows.empty() && std::ranges::find(x.rows, kind.name) == x.rows.end()) continue;
    try {
      current = kind.make(x.how);
      made.push_back(measure(kind, current, x.how.repeat));
      check_whole(made.back());
    } catch (const std::exception& error) {
      throw std::runtime_error(kind.name + ": " + error.what());
    }
  }
  return made;
}

void write_plots(const std::string& directory, const std::vector<chart>& charts) {
  std::filesystem::create_directories(directory);
  const char* const names[] = {
      "throughput-over-connections", "latency-over-connections", "cpu-over-payload",
      "throughput-over-nodes",       "cpu-over-nodes",           "throughput-over-records"};
  for (std::size_t i = 0; i < charts.size(); ++i)
    std::ofstream(std::filesystem::path(directory) / (std::string(names[i]) + ".svg"))
        << to_svg(charts[i]);
}

void list_rows() {
  for (const auto& each : all_rows())
    std::printf("%-10s %s\n", each.name.c_str(), each.what.c_str());
}

void run(const wishes& x) {
  setenv("TMPDIR", x.directory.c_str(), 1);
  allow_many_connections();
  report made;
  made.machine =
      describe_machine(x.directory, x.how.program.empty() ? LITHAIR_NODE : x.how.program);
  made.repeat = x.how.repeat;
  made.seconds = x.how.seconds;
  made.payload = x.how.payload;
  made.rows = measure_rows(x);
  if (!x.how.plots.empty()) {
    made.charts = run_sweeps(x.how);
    write_plots(x.how.plots, made.charts);
  }
  std::printf("%s", to_markdown(made).c_str());
  if (!x.json.empty()) std::ofstream(x.json) << to_json(made);
}

int main(int argc, char** argv) {
  wishes x;
  CLI::App app("The table of performance: each row in turns with what stands beside it.");
  app.add_option("--rows", x.rows, "only these (all)")->delimiter(',');
  app.add_flag("--list", x.list, "say which rows there are");
  auto* const repeat = app.add_option("--repeat", x.how.repeat, "how often each is measured")
                           ->capture_default_str()
                           ->check(CLI::Range(1, 1000));
  auto* const seconds = app.add_option("--seconds", x.how.seconds, "of each measurement")
                            ->capture_default_str()
                            ->check(CLI::Range(0.05, 3600.0));
  auto* const records = app.add_option("--records", x.how.records, "of the large state")
                            ->capture_default_str()
                            ->check(CLI::Range(1000, 100'000'000));
  app.add_option("--payload", x.how.payload, "bytes of a value")->capture_default_str();
  app.add_option("--program", x.how.program, "another build of lithair_node");
  app.add_option("--dir", x.directory, "where data goes: a real disk")->capture_default_str();
  app.add_option("--json", x.json, "a file for all samples");
  app.add_option("--plots", x.how.plots, "a directory for curves in SVG");
  auto* const quick = app.add_flag("--quick", x.how.quick,
                                   "everything for a moment, and small: shows that it works");
  for (auto* const each : {repeat, seconds, records}) quick->excludes(each);
  CLI11_PARSE(app, argc, argv);
  if (x.list) {
    list_rows();
    return 0;
  }
  const auto kinds = all_rows();
  for (const auto& name : x.rows)
    if (std::ranges::find(kinds, name, &row_kind::name) == kinds.end())
      throw std::runtime_error("there is no row " + name + "; --list says which there are");
  if (x.how.quick) make_quick(x.how);
  run(x);
  return 0;
}

}  // namespace
}  // namespace lithair::bench

int main(int argc, char** argv) {
  try {
    return lithair::bench::main(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
