// Reads: linearizable ones against etcd's, local ones against a server that does nothing else.

#include <stdexcept>
#include <string>

#include "bench/table/row.hpp"
#include "test/cluster/harness/ports.hpp"

namespace lithair::bench {
namespace {

using kind = target::kind;

load_result get(const settings& how, std::uint16_t port, request_template request) {
  auto plan = plan_for(how, {port}, 64);
  plan.read = std::move(request);
  plan.read_percent = 100;
  return run_whole(plan);
}

figures told(const load_result& load) {
  return {{"rate", load.rate()}, {"p99", load.percentile(0.99)}};
}

row make_get(const settings& how) {
  const auto nodes = how.three();
  row made;
  const auto add = [&made, &how, nodes](const std::string& name, bool of_etcd, std::size_t behind) {
    made.sides.push_back({name, [=, &how] {
                            auto& system = of_etcd ? *nodes->etcd : *nodes->lithair;
                            const auto ports = system.ports();
                            return told(get(how, ports[(system.leader() + behind) % ports.size()],
                                            system.read_request()));
                          }});
  };
  add("leader", false, 0);
  if (nodes->etcd) add("etcd leader", true, 0);
  add("follower", false, 1);
  if (nodes->etcd) add("etcd follower", true, 1);
  made.lines = {{"GET from the leader, linearizable, 64",
                 "/s",
                 "leader",
                 "rate",
                 "etcd leader",
                 "rate",
                 {kind::ratio_at_least, 10}},
                {"  its p99", "ms", "leader", "p99", "etcd leader", "p99"},
                {"GET from a follower, linearizable, 64",
                 "/s",
                 "follower",
                 "rate",
                 "etcd follower",
                 "rate",
                 {kind::ratio_at_least, 8}},
                {"  its p99", "ms", "follower", "p99", "etcd follower", "p99"}};
  return made;
}

/// The server that answers always the same.
class plain_server {
 public:
  explicit plain_server(std::uint64_t answer_bytes)
      : process_(
            {{LITHAIR_PLAIN_HTTP, std::to_string(ports_.http(0)), std::to_string(answer_bytes)},
             place_.path() / "output",
             {},
             {}}) {
    while (test::is_free(ports_.http(0)))
      if (process_.wait(test::milliseconds{5})) throw std::runtime_error("plain_http ended");
  }
  std::uint16_t port() const { return ports_.http(0); }

 private:
  test::temporary_directory place_;
  test::port_block ports_;
  test::process process_;
};

row make_get_local(const settings& how) {
  const std::shared_ptr<measured_system> node = how.nodes(1);
  const auto request = with_header(node->read_request(), "X-Consistency: local");
  auto brief = how;
  brief.seconds = 0.02;
  const auto bytes = get(brief, node->ports().front(), request).answer_bytes;
  const auto plain = std::make_shared<plain_server>(bytes);
  if (get(brief, plain->port(), request).answer_bytes != bytes)
    throw std::runtime_error("plain_http answers with another size");
  return {{{"node", [=, &how] { return told(get(how, node->ports().front(), request)); }},
           {"plain", [=, &how] { return told(get(how, plain->port(), request)); }}},
          {{"GET, local, one node, 64, beside plain libuv and llhttp",
            "/s",
            "node",
            "rate",
            "plain",
            "rate",
            {kind::ratio_at_least, 0.75}}}};
}

}  // namespace

std::vector<row_kind> read_rows() {
  return {{"get", "linearizable GET from leader and follower, beside etcd's range", make_get},
          {"get_local", "local GET, beside a server that does nothing else", make_get_local}};
}

}  // namespace lithair::bench
