#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "actors/tls/cluster_authority.hpp"
#include "test/cluster/harness/own_network.hpp"
#include "test/cluster/secured_cluster.hpp"

namespace secure_test {

namespace fs = std::filesystem;
using namespace lithair;
using namespace lithair::test;

namespace {

mode_t rights(const fs::path& of) {
  struct stat about {};
  BOOST_REQUIRE(::stat(of.c_str(), &about) == 0);
  return about.st_mode & 0777;
}

/// As a node asks that is to join.
answer ask_for_certificate(http_client& whom, const std::string& token, std::uint64_t node,
                           const std::string& request) {
  std::string text;
  for (const char c : request) text += c == '\n' ? std::string{"\\n"} : std::string{c};
  return whom.post("/cluster/certificates", R"({"token":")" + token + R"(","id":)" +
                                                std::to_string(node) +
                                                R"(,"hosts":[],"request":")" + text + "\"}");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_secure)

BOOST_AUTO_TEST_CASE(one_word_founds_a_cluster_under_tls_and_others_join_by_a_token) {
  secured_cluster nodes(3);
  nodes.found();
  BOOST_TEST(nodes.log(0).find("--join-token lithair1.") != std::string::npos, nodes.log(0));
  BOOST_TEST(nodes.log(0).find("curl --cacert " + nodes.tls(0, "ca.pem") + " https://") !=
             std::string::npos);
  for (std::size_t i = 1; i < 3; ++i) {
    nodes.start(i);
    nodes.await_ready(i);
  }
  for (std::size_t i = 0; i < 3; ++i) {
    auto through = nodes.client(i);
    const auto id = create(through, "item " + std::to_string(i));
    for (std::size_t j = 0; j < 3; ++j)
      BOOST_TEST(nodes.client(j).get(item_path(id)).status == 200);
    const auto status = through.get("/status").body;
    const auto name = "CN=node " + std::to_string(i + 1);
    BOOST_TEST(json_at(status, "/peer_tls/subject") == name);
    BOOST_TEST(json_at(status, "/tls/subject") == name);
    BOOST_TEST(json_at(status, "/tls/trouble") == "null");
    BOOST_TEST(rights(nodes.data_directory(i) / "tls") == 0700u);
    for (const auto* file : {"ca.pem", "ca.key", "node.pem", "node.key", "address"})
      BOOST_TEST(rights(nodes.tls(i, file)) == 0600u, file);
    BOOST_TEST(read_file(nodes.tls(i, "ca.key")) == read_file(nodes.tls(0, "ca.key")));
  }
  // Whoever is a member may take in others, and comes back with what it has.
  for (const std::size_t i : {2, 0}) {
    nodes.kill(i);
    nodes.start(i);
    nodes.await_ready(i);
  }
  BOOST_TEST(nodes.log(0).rfind("--join-token lithair1.") ==
             nodes.log(0).find("--join-token lithair1."));
  auto again = nodes.client(0);
  create(again, "after the restart");
}

BOOST_AUTO_TEST_CASE(who_has_no_right_token_gets_no_certificate) {
  secured_cluster nodes(2);
  nodes.found();
  const auto now = static_cast<std::int64_t>(::time(nullptr));
  auto other = actors::cluster_authority::make(now);
  nodes.token = other.make_token(1, now + 60);
  BOOST_TEST(nodes.refused(1).find("is not of the cluster that the token is of") !=
             std::string::npos);
  nodes.token = "lithair1.AAAA";
  BOOST_TEST(nodes.refused(1).find("--join-token: that is no join token") != std::string::npos);
  const auto own = actors::cluster_authority::read(read_file(nodes.tls(0, "ca.pem")),
                                                   read_file(nodes.tls(0, "ca.key")));
  nodes.token = own->make_token(1, now - 1);
  BOOST_TEST(nodes.refused(1).find("The token has expired at ") != std::string::npos);
  // As an earlier version made them: by the authority's key alone.
  nodes.token = own->make_token(0x123456789abcdef, now + 60);
  BOOST_TEST(nodes.refused(1).find("The token does not count: it has expired or was revoked, or "
                                   "this cluster never made it") != std::string::npos);
  BOOST_TEST(!fs::exists(nodes.data_directory(1)));
  // Asked by hand it is the same, and not for ever.
  auto asked = nodes.client(0);
  const auto ask = [&](const std::string& token) {
    return ask_for_certificate(asked, token, 2, actors::make_key("n").request);
  };
  BOOST_TEST(ask(other.make_token(1, now + 60)).status == 403);
  const auto made = ask(nodes.ask_tokens());
  BOOST_TEST(made.status == 200, made.body);
  BOOST_TEST(made.body.find("PRIVATE") == std::string::npos);
  nodes.await("it has had enough", [&] { return ask("x").status == 429; });
}

BOOST_AUTO_TEST_CASE(tokens_are_made_told_and_revoked_by_a_node_that_runs) {
  secured_cluster nodes(2);
  nodes.found();
  const auto made = nodes.ask_tokens({"--expires", "1h", "--uses", "3"});
  const auto facts = actors::read_token(made);
  BOOST_REQUIRE(facts);
  const auto left = facts->expires - static_cast<std::int64_t>(::time(nullptr));
  BOOST_TEST(left > 3500);
  BOOST_TEST(left <= 3600);
  const auto list = nodes.ask_tokens({"--list"});
  BOOST_TEST(list.find("0 of 16") != std::string::npos, list);
  BOOST_TEST(list.find("0 of 3") != std::string::npos, list);
  BOOST_TEST(list.find(made) == std::string::npos, list);
  const auto number = std::to_string(facts->number);
  BOOST_TEST(nodes.ask_tokens({"--revoke", number}) == "1 token revoked");
  BOOST_TEST(nodes.ask_tokens({"--revoke", number}, 2)
                 .ends_with("There is no token " + number + " that counts."));
  nodes.token = made;
  BOOST_TEST(nodes.refused(1).find("it has expired or was revoked") != std::string::npos);
  BOOST_TEST(nodes.ask_tokens({"--revoke", "all"}) == "1 token revoked");
  BOOST_TEST(nodes.ask_tokens({"--list"}).find(" of ") == std::string::npos);

  const auto refused = [&nodes](std::vector<std::string> words, const std::string& said) {
    const auto told = nodes.ask_tokens(std::move(words), 2);
    BOOST_TEST(told.find(said) != std::string::npos, told);
  };
  refused({"--expires", "2d"}, "--expires: ");
  refused({"--uses", "0"}, "--uses: must be 1 to 100");
  refused({"--uses", "101"}, "--uses: must be 1 to 100");
  refused({"--revoke", "x"}, "--revoke: must be the number of a token");
  refused({"--revoke"}, "--revoke: needs a value");
  refused({"--forever", "x"}, "there is no such flag");
  // It is for who has the authority's key, on this machine, too.
  auto anybody = nodes.client(0);
  BOOST_TEST(anybody.get("/cluster/tokens").status == 403);
  BOOST_TEST(anybody.post("/cluster/tokens", R"({"expires_in":60})").status == 403);
  BOOST_TEST(anybody.get("/cluster").status == 200);
  BOOST_TEST((nodes.stop(0) == ending{0}));
  refused({}, "only one that runs can be asked");
  fs::remove(nodes.tls(0, "ca.key"));
  refused({}, "is missing; is it of a node with --secure?");
}

BOOST_AUTO_TEST_CASE(of_two_nodes_that_join_at_once_with_a_token_for_one_exactly_one_gets_in) {
  secured_cluster nodes(3);
  nodes.found();
  nodes.token = nodes.ask_tokens({"--uses", "1"});
  nodes.start(1);
  nodes.start(2);
  std::size_t out = 0;
  const auto deadline = std::chrono::steady_clock::now() + cluster::patience;
  while (out == 0 && std::chrono::steady_clock::now() < deadline)
    for (const std::size_t i : {1, 2})
      if (nodes.at(i).wait(milliseconds{5})) out = i;
  BOOST_REQUIRE(out != 0);
  BOOST_TEST((nodes.at(out).wait(milliseconds{0}) == ending{2}));
  BOOST_TEST(nodes.log(out).find("The token is used up: it was for 1 node") != std::string::npos,
             nodes.log(out));
  nodes.kill(out);
  const auto in = 3 - out;
  nodes.await_ready(in);
  BOOST_TEST(!fs::exists(nodes.data_directory(out)));
  const auto list = nodes.ask_tokens({"--list"}, 0, in);
  BOOST_TEST(list.find("1 of 1") != std::string::npos, list);
  // Who is in goes on with what it has, and makes tokens itself.
  nodes.kill(in);
  nodes.start(in);
  nodes.await_ready(in);
  nodes.token = nodes.ask_tokens({}, 0, in);
  nodes.start(out);
  nodes.await_ready(out);
}

BOOST_AUTO_TEST_CASE(who_asks_again_for_the_same_key_is_certified_again_by_any_member) {
  secured_cluster nodes(2);
  nodes.found();
  nodes.start(1);
  nodes.await_ready(1);
  const auto token = nodes.ask_tokens();
  const auto key = actors::make_key("n");
  for (const std::size_t i : {0, 1, 1}) {
    auto asked = nodes.client(i);
    BOOST_TEST(ask_for_certificate(asked, token, 7, key.request).status == 200);
  }
  auto asked = nodes.client(1);
  BOOST_TEST(ask_for_certificate(asked, token, 8, key.request).status == 403);
  BOOST_TEST(ask_for_certificate(asked, token, 7, actors::make_key("n").request).status == 403);
}

BOOST_AUTO_TEST_CASE(tokens_outlive_all_nodes_and_are_shown_to_no_client) {
  secured_cluster nodes(2);
  nodes.found();
  nodes.start(1);
  nodes.await_ready(1);
  const auto token = nodes.ask_tokens({"--uses", "2"});
  auto asked = nodes.client(0);
  BOOST_TEST(asked.post("/_admin/snapshot", "").status == 200);
  const auto before = nodes.ask_tokens({"--list"});
  nodes.kill(0);
  nodes.kill(1);
  nodes.start(0);
  nodes.start(1);
  nodes.await_ready(0);
  nodes.await_ready(1);
  BOOST_TEST(nodes.ask_tokens({"--list"}) == before);
  BOOST_TEST(nodes.ask_tokens({"--list"}, 0, 1) == before);
  BOOST_TEST(ask_for_certificate(asked, token, 9, actors::make_key("n").request).status == 200);
  for (const auto* path :
       {"/", "/openapi.json", "/status", "/cluster", "/metrics", "/docs", "/api/projections"})
    for (const auto* word : {"cluster.records", "join_tokens"})
      BOOST_TEST(asked.get(path).body.find(word) == std::string::npos, path);
  for (const auto* path :
       {"/api/cluster.records", "/api/cluster.records/join_tokens", "/api/cluster.records/stream",
        "/api/cluster.records/join_tokens/history", "/cluster.records/join_tokens"})
    BOOST_TEST(asked.get(path).status == 404, path);
  const auto written = asked.post(
      "/api/_txn",
      R"({"operations":[{"op":"delete","collection":"cluster.records","id":"join_tokens"}]})");
  BOOST_TEST(written.status == 422, written.body);
}

BOOST_AUTO_TEST_CASE(a_backup_becomes_a_secured_cluster_in_which_no_token_of_before_counts) {
  secured_cluster nodes(1);
  nodes.found();
  const auto before = nodes.ask_tokens({"--uses", "5"});
  auto through = nodes.client(0);
  const auto id = create(through, "kept");
  std::ofstream(nodes.directory() / "backup", std::ios::binary)
      << through.get("/_admin/backup").body;

  secured_cluster again(2);
  process restore{launch{{LITHAIR_NODE, "--restore", nodes.directory() / "backup", "--data-dir",
                          again.data_directory(0)},
                         again.directory() / "restored",
                         {},
                         {}}};
  BOOST_TEST((restore.wait(cluster::patience) == ending{0}));
  again.found();
  BOOST_TEST(again.client(0).get(item_path(id)).status == 200);
  const auto list = again.ask_tokens({"--list"});
  BOOST_TEST(list.find("0 of 16") != std::string::npos, list);
  BOOST_TEST(list.find(" of 5") == std::string::npos, list);
  auto asked = again.client(0);
  BOOST_TEST(ask_for_certificate(asked, before, 2, actors::make_key("n").request).status == 403);
  again.start(1);
  again.await_ready(1);
  // A second time it is what it is.
  BOOST_TEST((again.stop(0) == ending{0}));
  fs::remove_all(again.data_directory(0) / "tls");
  BOOST_TEST(again.refused(0).find("holds data of a cluster that has no authority of its own") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(data_of_another_kind_of_cluster_is_not_made_secure) {
  shop_cluster nodes({.nodes = 1});
  nodes.start_and_await();
  BOOST_TEST((nodes.stop(0) == ending{0}));
  nodes.told().flags = {"--secure"};
  nodes.start(0);
  BOOST_TEST((nodes.at(0).wait(cluster::patience) == ending{2}));
  BOOST_TEST(nodes.log(0).find("holds data of a cluster that has no authority of its own") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_certificate_that_ends_soon_is_renewed_at_the_start_and_with_a_signal) {
  secured_cluster nodes(1);
  nodes.found();
  const auto first = read_file(nodes.tls(0, "node.pem"));
  BOOST_TEST((nodes.stop(0) == ending{0}));
  nodes.start(0);
  nodes.await_ready(0);
  const auto second = read_file(nodes.tls(0, "node.pem"));
  BOOST_TEST(second != first);
  // Of the same key and authority, and nearly over: as time would make it.
  const auto by = actors::cluster_authority::read(read_file(nodes.tls(0, "ca.pem")),
                                                  read_file(nodes.tls(0, "ca.key")));
  const auto long_ago = static_cast<std::int64_t>(::time(nullptr)) - 61 * 86'400;
  const auto old =
      by->certify(actors::request_for(read_file(nodes.tls(0, "node.key"))),
                  {"node 1", "lithair://node/1", {"localhost", "127.0.0.1"}}, long_ago);
  std::ofstream(nodes.tls(0, "node.pem")) << *old;
  nodes.at(0).signal(SIGHUP);
  nodes.await("it is renewed", [&] {
    const auto now = read_file(nodes.tls(0, "node.pem"));
    return now != *old && now != second &&
           actors::facts_of(now)->not_after > ::time(nullptr) + 80 * 86'400;
  });
  nodes.await("it is shown", [&] {
    auto asked = nodes.client(0);
    asked.get("/status");
    return asked.tls() != nullptr && asked.tls()->peer() &&
           asked.tls()->peer()->not_after > ::time(nullptr) + 80 * 86'400;
  });
}

BOOST_AUTO_TEST_CASE(across_machines_it_needs_no_other_word) {
  const own_network machines;
  if (!machines.missing().empty()) {
    BOOST_TEST_MESSAGE("skipped: " << machines.missing());
    return;
  }
  secured_cluster nodes(4, [](const cluster& all, std::size_t i) {
    return std::vector<std::string>{"--addr", "0.0.0.0:" + std::to_string(all.port(i)),
                                    "--advertise", own_network::address(i)};
  });
  nodes.found();
  for (std::size_t i = 1; i < 4; ++i) {
    nodes.start(i);
    nodes.await_ready(i);
    BOOST_TEST(nodes.log(i).find("--insecure") == std::string::npos);
  }
  auto through = nodes.client(3);
  create(through, "from the fourth machine");
  const auto told = through.get("/cluster").body;
  for (std::size_t i = 0; i < 4; ++i)
    BOOST_TEST(told.find(own_network::address(i) + ":") != std::string::npos, told);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace secure_test
