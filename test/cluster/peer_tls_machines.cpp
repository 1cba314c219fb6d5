#include <algorithm>
#include <filesystem>
#include <fstream>

#include "test/cluster/harness/document.hpp"
#include "test/cluster/harness/own_network.hpp"
#include "test/cluster/operators_files.hpp"
#include "test/cluster/sealed_cluster.hpp"

namespace peer_tls_machines_test {

using namespace lithair::test;

BOOST_AUTO_TEST_SUITE(cluster_peer_tls)

BOOST_AUTO_TEST_CASE(across_machines_both_certificates_are_enough_and_one_is_not) {
  const own_network machines;
  if (!machines.missing().empty()) {
    BOOST_TEST_MESSAGE("skipped: " << machines.missing());
    return;
  }
  const peer_certificates kept(4);
  const operators_files clients;
  sealed_cluster nodes(kept, 4);
  nodes.told().founders = 3;
  nodes.told().secure = clients.client();
  const auto by_https = clients.flags();
  nodes.told().place = [&kept, &by_https](const cluster& all, std::size_t i) {
    auto words = kept.flags(i + 1);
    words.insert(words.end(), by_https.begin(), by_https.end());
    words.insert(words.end(), {"--addr", "0.0.0.0:" + std::to_string(all.port(i)), "--advertise",
                               own_network::address(i)});
    return words;
  };
  for (std::size_t i = 0; i < 3; ++i) nodes.start(i);
  for (std::size_t i = 0; i < 3; ++i) nodes.await_ready(i);
  // They agree on where each says that it is, and go there.
  nodes.await("all are where they say", [&] {
    const auto told = nodes.client(0).get("/cluster").body;
    for (std::size_t i = 0; i < 3; ++i)
      if (told.find(own_network::address(i) + ":") == std::string::npos) return false;
    return told.find("127.0.0.1") == std::string::npos;
  });
  nodes.kill(1);
  nodes.start(1);
  nodes.await_ready(1);
  const auto usual = nodes.told().flags;
  nodes.told().flags.insert(nodes.told().flags.end(), {"--join-ca", clients.path("ca.pem")});
  nodes.start(3);
  nodes.told().flags = usual;
  nodes.await_ready(3);
  auto through = nodes.client(3);
  create(through, "from the fourth machine");
  nodes.await_log(3, "clients need no certificate (--tls-client-ca)");
  BOOST_TEST(nodes.log(3).find("--insecure") == std::string::npos);

  // Of two protections one is none.
  const auto refused = [&](std::size_t left_out, std::size_t count, const std::string& said) {
    auto words = nodes.command(0);
    const auto flag = std::ranges::find(words, left_out == 0 ? "--tls-cert" : "--peer-tls-cert");
    words.erase(flag, flag + static_cast<std::ptrdiff_t>(count));
    const auto output = nodes.directory() / "refused";
    process node{launch{words, output, {}, {}}};
    BOOST_TEST((node.wait(cluster::patience) == ending{2}));
    BOOST_TEST(read_file(output).find(said) != std::string::npos, read_file(output));
  };
  refused(0, 4, "nothing protects what clients say there; start with --tls-cert and --tls-key");
  refused(1, 6, "nothing protects what nodes say there; start with --peer-tls-cert");
}

BOOST_AUTO_TEST_CASE(the_commands_of_the_document_work_as_written) {
  const port_block ports;
  const temporary_directory place;
  document_commands commands{read_file(LITHAIR_SOURCE "/docs/links.md")};
  for (std::size_t i = 0; i < 3; ++i)
    commands.replace(std::to_string(8081 + i), std::to_string(ports.http(i)));
  commands.replace("808$id", "$((" + std::to_string(ports.http(0) - 1) + " + id))");
  std::filesystem::copy_file(LITHAIR_SOURCE "/apps/examples/shop.toml", place.path() / "shop.toml");
  std::ofstream(place.path() / "script")
      << "set -e\ntrap 'kill $(jobs -p); wait' EXIT\n" + commands.text();
  const auto programs = std::filesystem::path(LITHAIR_NODE).parent_path().string();
  process shell({{"/usr/bin/env", "PATH=" + programs + ":/usr/bin:/bin", "/bin/bash", "script"},
                 place.path() / "log",
                 place.path(),
                 {}});
  const auto how = shell.wait(cluster::patience * 2);
  const auto log = read_file(place.path() / "log");
  BOOST_REQUIRE_MESSAGE(how, log);
  BOOST_TEST(how->status == 0, log);
  BOOST_TEST(log.find(R"("peer_tls":{"subject":"CN=node-1")") != std::string::npos, log);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace peer_tls_machines_test
