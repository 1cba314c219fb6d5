// Load on one node, on three, and on three of etcd beside them, so that every figure has its ratio
// from the same run on the same machine.

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "bench/process_costs.hpp"
#include "bench/systems.hpp"

namespace lithair::bench {
namespace {

using test::milliseconds;

struct wishes {
  std::vector<std::size_t> nodes{1, 3};
  std::vector<std::size_t> connections{1, 64, 256};
  unsigned seconds = 5;
  std::size_t payload = 200;
  unsigned reads = 0;
  std::string to = "all";
  std::string directory = "/var/tmp";
  std::string program;
  unsigned idle_seconds = 5;
  bool without_etcd = false;
  bool peer_tls = false;
  bool json = false;
};

/// What one node used over a time.
struct node_cost {
  double cpu_percent = 0;
  double resident_mib = 0;
};

struct row {
  std::string system;
  std::size_t nodes = 0;
  std::size_t connections = 0;
  load_result load;
  double nodes_cpu_us = 0;
};

struct idle_row {
  std::string system;
  std::size_t nodes = 0;
  std::vector<node_cost> costs;
};

/// What the nodes use while nobody asks for anything.
idle_row measure_idle(measured_system& system, unsigned seconds) {
  idle_row made{system.name(), system.ports().size(), {}};
  const auto processes = system.processes();
  std::vector<process_costs> before;
  for (const auto* x : processes) before.push_back(costs_of(x->pid()));
  // Passes the time, unless a node ends, which would spoil the measurement.
  if (processes.front()->wait(milliseconds{seconds * 1000})) std::exit(1);
  for (std::size_t i = 0; i < processes.size(); ++i) {
    const auto used = costs_of(processes[i]->pid()).since(before[i]);
    made.costs.push_back({used.cpu_us / (1e4 * seconds), used.resident_mib});
  }
  return made;
}

row measure_load(measured_system& system, const wishes& w, std::size_t connections,
                 std::uint64_t& next_number) {
  row made{system.name(), system.ports().size(), connections, {}, {}};
  load_plan plan;
  plan.ports = system.ports();
  if (w.to == "leader") plan.ports = {plan.ports[system.leader()]};
  plan.connections = connections;
  plan.write = system.write_request(w.payload);
  plan.read = system.read_request();
  plan.read_percent = w.reads;
  plan.readable = measured_system::readable;
  plan.first_number = next_number;
  plan.measured = milliseconds{w.seconds * 1000};
  plan.on_begin = [&made, &system] { made.nodes_cpu_us = costs_of(system).cpu_us; };
  plan.on_end = [&made, &system] {
    made.nodes_cpu_us = costs_of(system).cpu_us - made.nodes_cpu_us;
  };
  made.load = run_load(plan);
  next_number += made.load.writes;
  return made;
}

double per_request(double cpu_us, const load_result& x) {
  return x.answered == 0 ? 0 : cpu_us / static_cast<double>(x.answered);
}

/// Of the client itself.
double client_cpu_us(const load_result& x) {
  return static_cast<double>(x.client_cpu.count()) * 1000;
}

const row* find(const std::vector<row>& rows, const std::string& system, const row& like) {
  const auto found = std::ranges::find_if(rows, [&system, &like](const row& x) {
    return x.system == system && x.nodes == like.nodes && x.connections == like.connections;
  });
  return found == rows.end() ? nullptr : &*found;
}

/// As many times etcd's rate; empty without a counterpart.
std::string ratio(const std::vector<row>& rows, const row& x) {
  const auto* other = x.system == "etcd" ? nullptr : find(rows, "etcd", x);
  if (other == nullptr || other->load.answered == 0) return "";
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f", x.load.rate() / other->load.rate());
  return text;
}

void print_table(const wishes& w, const std::vector<row>& rows, const std::vector<idle_row>& idle) {
  std::printf("\n%zu-byte values, %u %% reads, %u s each, clients on %s, %u cores, data in %s\n\n",
              w.payload, w.reads, w.seconds, w.to == "all" ? "all nodes" : "the leader",
              std::thread::hardware_concurrency(), w.directory.c_str());
  std::printf(
      "system        nodes  clients  requests/s  x etcd   p50 ms   p99 ms  p99.9 ms  errors  "
      "CPU us/request: nodes  client\n");
  for (const auto& x : rows) {
    std::printf("%-13s %5zu  %7zu  %10.0f  %6s  %7.2f  %7.2f  %8.2f  %6llu  %21.1f  %6.1f\n",
                x.system.c_str(), x.nodes, x.connections, x.load.rate(), ratio(rows, x).c_str(),
                x.load.percentile(0.5), x.load.percentile(0.99), x.load.percentile(0.999),
                static_cast<unsigned long long>(x.load.failed), per_request(x.nodes_cpu_us, x.load),
                per_request(client_cpu_us(x.load), x.load));
  }
  std::printf("\nidle for %u s   nodes  CPU %% and RSS MiB of each\n", w.idle_seconds);
  for (const auto& x : idle) {
    std::printf("%-14s  %5zu ", x.system.c_str(), x.nodes);
    for (const auto& cost : x.costs)
      std::printf("  %.1f %% %.1f MiB", cost.cpu_percent, cost.resident_mib);
    std::printf("\n");
  }
}

void print_json(const wishes& w, const std::vector<row>& rows, const std::vector<idle_row>& idle) {
  std::printf(R"({"payload":%zu,"reads":%u,"seconds":%u,"to":"%s","runs":[)", w.payload, w.reads,
              w.seconds, w.to.c_str());
  for (const auto& x : rows) {
    std::printf(
        R"(%s{"system":"%s","nodes":%zu,"connections":%zu,"rate":%.1f,"p50_ms":%.3f,)"
        R"("p99_ms":%.3f,"p999_ms":%.3f,"errors":%llu,"node_cpu_us":%.2f,"client_cpu_us":%.2f})",
        &x == rows.data() ? "" : ",", x.system.c_str(), x.nodes, x.connections, x.load.rate(),
        x.load.percentile(0.5), x.load.percentile(0.99), x.load.percentile(0.999),
        static_cast<unsigned long long>(x.load.failed), per_request(x.nodes_cpu_us, x.load),
        per_request(client_cpu_us(x.load), x.load));
  }
  std::printf("],\"idle\":[");
  for (const auto& x : idle) {
    for (const auto& cost : x.costs) {
      std::printf(R"(%s{"system":"%s","nodes":%zu,"cpu_percent":%.2f,"rss_mib":%.1f})",
                  &x == idle.data() && &cost == x.costs.data() ? "" : ",", x.system.c_str(),
                  x.nodes, cost.cpu_percent, cost.resident_mib);
    }
  }
  std::printf("]}\n");
}

void measure(const wishes& w, std::unique_ptr<measured_system> system, std::vector<row>& rows,
             std::vector<idle_row>& idle) {
  if (w.idle_seconds > 0) idle.push_back(measure_idle(*system, w.idle_seconds));
  std::uint64_t next_number = measured_system::readable;
  for (const auto connections : w.connections) {
    std::fprintf(stderr, "%s, %zu node(s), %zu client(s)\n", system->name().c_str(),
                 system->ports().size(), connections);
    rows.push_back(measure_load(*system, w, connections, next_number));
    if (rows.back().load.failed > 0) {
      std::fprintf(stderr, "  %llu failed, the first with status %d\n",
                   static_cast<unsigned long long>(rows.back().load.failed),
                   rows.back().load.first_failure);
    }
  }
}

int run(int argc, char** argv) {
  wishes w;
  CLI::App app{"Load on lithair_node, and on etcd when it is installed."};
  app.add_option("--nodes", w.nodes, "cluster sizes; 0: none (1,3)")->delimiter(',');
  app.add_option("--connections", w.connections, "client connections (1,64,256)")->delimiter(',');
  app.add_option("--seconds", w.seconds, "of each measurement (5)")->check(CLI::Range(1, 3600));
  app.add_option("--payload", w.payload, "bytes of a value (200)");
  app.add_option("--reads", w.reads, "share of reads in percent (0)")->check(CLI::Range(0, 100));
  app.add_option("--to", w.to, "clients talk to: all, leader")
      ->check(CLI::IsMember({"all", "leader"}));
  app.add_option("--dir", w.directory, "where data goes: a real disk (/var/tmp)");
  app.add_option("--program", w.program, "another build of lithair_node, to compare");
  app.add_option("--idle", w.idle_seconds, "seconds of doing nothing, measured; 0: not (5)");
  app.add_flag("--no-etcd", w.without_etcd, "leave etcd out");
  app.add_flag("--peer-tls", w.peer_tls, "once more with links under TLS");
  app.add_flag("--json", w.json, "for programs");
  CLI11_PARSE(app, argc, argv);
  setenv("TMPDIR", w.directory.c_str(), 1);
  std::erase(w.nodes, std::size_t{0});
  std::vector<row> rows;
  std::vector<idle_row> idle;
  for (const auto nodes : w.nodes) {
    measure(w, start_lithair(nodes, w.payload, w.program), rows, idle);
    if (w.peer_tls)
      measure(w, start_lithair(nodes, w.payload, w.program, {}, {}, true), rows, idle);
  }
  if (auto etcd = w.without_etcd ? nullptr : start_etcd(w.payload)) {
    measure(w, std::move(etcd), rows, idle);
  }
  (w.json ? print_json : print_table)(w, rows, idle);
  return 0;
}

}  // namespace
}  // namespace lithair::bench

int main(int argc, char** argv) {
  try {
    return lithair::bench::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
