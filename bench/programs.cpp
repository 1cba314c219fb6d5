// What programs outside cost a node, and what their requests take: writes by
// lithair::remote_cluster and over HTTP in turns, one at a time, to the same node of three.
//
//     programs [rounds] [writes]

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "actors/embedded/collection.hpp"
#include "actors/remote/remote_cluster.hpp"
#include "models/model.hpp"
#include "test/cluster/harness/cluster.hpp"

namespace bench_programs {

struct ware {
  lithair::uuid id;
  std::string name;
  lithair::money price;
};

}  // namespace bench_programs

template <>
struct lithair::model<bench_programs::ware> : lithair::attributes {
  static constexpr auto declaration =
      declare("products", field<&bench_programs::ware::id>("id", primary_key, immutable, replicate),
              field<&bench_programs::ware::name>("name", unique, replicate),
              field<&bench_programs::ware::price>("price", replicate));
};

namespace {

using namespace lithair::test;
using bench_programs::ware;
using lithair::collection;
using std::chrono::steady_clock;

double median(std::vector<double> of) {
  std::ranges::sort(of);
  return of[of.size() / 2];
}

/// Of `task`, in microseconds.
template <class Task>
double timed(const Task& task) {
  const auto begun = steady_clock::now();
  if (!task()) {
    std::fprintf(stderr, "a request failed\n");
    std::exit(1);
  }
  return std::chrono::duration<double, std::micro>(steady_clock::now() - begun).count();
}

long threads_of(pid_t pid) {
  const auto status = read_file("/proc/" + std::to_string(pid) + "/status");
  return std::strtol(status.c_str() + status.find("Threads:") + 8, nullptr, 10);
}

void tell_size(const char* what, cluster& nodes) {
  auto& node = nodes.at(0);
  std::printf("%-28s %6.1f MiB resident, %ld threads\n", what,
              static_cast<double>(node.used().resident_kib) / 1024, threads_of(node.pid()));
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 5;
  const int writes = argc > 2 ? std::atoi(argv[2]) : 500;
  {
    cluster plain;
    plain.start_all();
    plain.await_all_ready();
    tell_size("without --programs", plain);
  }
  cluster nodes({.flags = {"--programs"}});
  nodes.start_all();
  nodes.await_all_ready();
  const auto leader = nodes.await_leader();
  tell_size("with --programs", nodes);
  std::vector<std::string> places{"127.0.0.1:" + std::to_string(nodes.port(leader) + 1000)};
  const lithair::remote_cluster shop{lithair::schema_of<ware>(), {.nodes = places}};
  const collection<ware> wares{shop};
  auto http = nodes.client(leader);
  const auto price = *lithair::models::parse_money("1.50");
  int made = 0;
  const auto next = [&made] { return "ware " + std::to_string(++made); };
  const auto by_program = [&] { return wares.create({{}, next(), price}).get().has_value(); };
  const auto by_http = [&] {
    const auto body = R"({"name":")" + next() + R"(","price":"1.50"})";
    return http.post("/api/products", body).status == 201;
  };
  const auto read_by_program = [&] {
    return wares.list({{"take", "1"}, {"total", "false"}}).get().has_value();
  };
  const auto read_by_http = [&] {
    return http.get("/api/products?take=1&total=false").status == 200;
  };
  std::vector<double> took[4];
  for (int round = 0; round < rounds; ++round)
    for (int i = 0; i < writes; ++i) {
      took[0].push_back(timed(by_program));
      took[1].push_back(timed(by_http));
      took[2].push_back(timed(read_by_program));
      took[3].push_back(timed(read_by_http));
    }
  tell_size("with --programs, after load", nodes);
  constexpr const char* names[] = {"write, program", "write, HTTP", "read, program", "read, HTTP"};
  for (int i = 0; i < 4; ++i) std::printf("%-28s %6.0f us (median)\n", names[i], median(took[i]));
}
