#include <ctime>
#include <filesystem>
#include <fstream>

#include "actors/links/node_certificate.hpp"
#include "test/cluster/harness/document.hpp"
#include "test/cluster/harness/machines.hpp"
#include "test/cluster/secured_cluster.hpp"
#include "test/cluster/tls_caller.hpp"

namespace secure_machines_test {

using namespace lithair;
using namespace lithair::test;

namespace {

constexpr std::size_t nodes_at_most = 4;
/// Behind the nodes': of clients and strangers.
constexpr std::size_t elsewhere = nodes_at_most;

/// Each node on a machine of its own, where only the wire leads to the others.
struct machines_of_nodes : machines {
  machines_of_nodes() : machines(nodes_at_most + 1) {}

  void use_for(cluster& nodes) const {
    for (std::size_t i = 0; i < nodes.size(); ++i) nodes.told().hosts.push_back(address(i));
    nodes.told().enter = [this](std::size_t i) { return enter(i); };
  }
  static std::vector<std::string> place(const cluster& all, std::size_t i) {
    return {"--addr", address(i) + ":" + std::to_string(all.port(i))};
  }
};

/// What the cluster's own authority certifies, as long ago as that.
identity issued(const secured_cluster& of, std::uint64_t node, std::int64_t days_ago) {
  const auto by = actors::cluster_authority::read(read_file(of.tls(0, "ca.pem")),
                                                  read_file(of.tls(0, "ca.key")));
  const auto own = actors::make_key("node");
  const auto then = static_cast<std::int64_t>(::time(nullptr)) - days_ago * 86'400;
  const auto name = "node " + std::to_string(node);
  return {*by->certify(own.request, {name, actors::node_uri(node), {}}, then), own.key};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_secure)

BOOST_AUTO_TEST_CASE(nodes_on_machines_of_their_own_work_under_load_whoever_calls) {
  const machines_of_nodes all;
  if (!all.missing().empty()) {
    BOOST_TEST_MESSAGE("skipped: " << all.missing());
    return;
  }
  const auto here = all.enter(elsewhere);
  secured_cluster nodes(nodes_at_most, machines_of_nodes::place);
  nodes.told().flags = patient_and({"--peer-greeting", "1s"});
  all.use_for(nodes);
  nodes.found();
  for (std::size_t i = 1; i < 3; ++i) {
    nodes.start(i);
    nodes.await_ready(i);
  }
  const auto leader = nodes.await_leader();
  const auto term = json_at(nodes.client(leader).get("/status").body, "/term");
  const auto port = static_cast<std::uint16_t>(nodes.port(leader) + 1000);
  const auto host = machines::address(leader);
  const auto ca = read_file(nodes.tls(0, "ca.pem"));
  {
    writer load(nodes, (leader + 1) % 3, [&all] { return all.enter(elsewhere); });
    const auto await_writes = [&] {
      const auto before = load.fine.load();
      nodes.await("writes go on", [&] { return load.fine > before + 20; });
    };
    await_writes();

    const authority foreign{"elsewhere"};
    struct {
      identity own;
      std::string said;
    } const cases[] = {
        {{}, "it shows no certificate"},
        {foreign.issue({.name = "node 2", .names = {"URI:lithair://node/2"}}),
         "it is of no authority that this node trusts"},
        {issued(nodes, 2, 91), "is not taken: certificate has expired"},
    };
    for (const auto& each : cases)
      nodes.await("the log says: " + each.said, [&] {
        tls_caller{port, each.own, ca, actors::link_protocol, host}.meet(hello_from(2));
        return nodes.log(leader).find(each.said) != std::string::npos;
      });
    const auto end =
        tls_caller{port, issued(nodes, 3, 0), ca, actors::link_protocol, host}.meet(hello_from(2));
    BOOST_TEST(end == "is refused: its certificate is that of node 3, and it says to be node 2");
    await_writes();

    // Who says a byte and no more, and a thousand of all kinds: none of them for longer than a
    // greeting may take.
    stranger slow{port, host};
    slow.say("\x16");
    const auto callers = slow_strangers(1000, port, ca, host);
    await_writes();
    slow.told();
    for (const auto& each : callers) each->told();
    await_writes();

    nodes.token = nodes.ask_tokens();
    nodes.start(3);
    nodes.await_ready(3);
    await_writes();
    BOOST_TEST(load.failed == 0u);
  }
  auto through = nodes.client(3);
  create(through, "from the fourth machine");
  BOOST_TEST(json_at(through.get("/status").body, "/term") == term);
  const auto told = through.get("/cluster").status;
  // From a machine that is no node's an operator's page is for who proves to be one.
  BOOST_TEST(told == 403);
  for (std::size_t i = 0; i < nodes_at_most; ++i)
    BOOST_TEST(nodes.log(i).find("--insecure") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_commands_of_the_document_about_it_work_as_written) {
  const port_block ports;
  const temporary_directory place;
  document_commands commands{read_file(LITHAIR_SOURCE "/docs/secure.md")};
  // Two machines are two ports, and a server does not end by itself.
  commands.replace("10.0.0.1:8080", "127.0.0.1:" + std::to_string(ports.http(0)));
  commands.replace("10.0.0.2:8080", "127.0.0.1:" + std::to_string(ports.http(1)));
  commands.replace("lithair1.kX2…", "$(sed -n 's/.*--join-token //p' first)");
  const std::string ready = "for i in $(seq 300); do $READY && break; sleep 0.1; done\n";
  commands.replace(
      "--node-id 1 --addr 127.0.0.1:" + std::to_string(ports.http(0)) + " --models shop.toml\n",
      "--node-id 1 --addr 127.0.0.1:" + std::to_string(ports.http(0)) +
          " --drain 0 --models shop.toml > first &\nREADY='grep -q join-token first'; " + ready);
  commands.replace(" --models shop.toml\ncurl --cacert",
                   " --data-dir second --drain 0 --models shop.toml 2> second.log &\n"
                   "READY='grep -q took second.log'; " +
                       ready + "curl --cacert");
  commands.replace("curl --cacert",
                   "curl -sf --retry 30 --retry-all-errors --retry-delay 1 --cacert");
  std::filesystem::copy_file(LITHAIR_SOURCE "/apps/examples/shop.toml", place.path() / "shop.toml");
  std::ofstream(place.path() / "script")
      << "set -e\ntrap 'kill $(jobs -p); wait' EXIT\n" + commands.text();
  const auto programs = std::filesystem::path(LITHAIR_NODE).parent_path().string();
  process shell({{"/usr/bin/env", "PATH=" + programs + ":/usr/bin:/bin", "/bin/bash", "script"},
                 place.path() / "log",
                 place.path(),
                 {}});
  const auto how = shell.wait(cluster::patience * 2);
  const auto log = read_file(place.path() / "log") + commands.text();
  BOOST_REQUIRE_MESSAGE(how, log);
  BOOST_TEST(how->status == 0, log);
  BOOST_TEST(log.find("1 of 16") != std::string::npos, log);
  BOOST_TEST(log.find("1 token revoked") != std::string::npos, log);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace secure_machines_test
