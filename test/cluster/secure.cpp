#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "actors/tls/cluster_authority.hpp"
#include "test/cluster/fixture.hpp"
#include "test/cluster/harness/own_network.hpp"

namespace secure_test {

namespace fs = std::filesystem;
using namespace lithair;
using namespace lithair::test;

namespace {

/// A first node with --secure, and others that join it by a token.
struct secured_cluster : shop_cluster {
  /// `host`: where node `i` is.
  explicit secured_cluster(
      std::size_t count, std::function<std::string(std::size_t)> host =
                             [](std::size_t) { return std::string{"127.0.0.1"}; })
      : shop_cluster({.nodes = count, .founders = 1}) {
    told().place = [this, host = std::move(host)](const cluster& all, std::size_t i) {
      std::vector<std::string> words{"--addr", host(i) + ":" + std::to_string(all.port(i))};
      if (host(i) == "0.0.0.0") words.insert(words.end(), {"--advertise", own_network::address(i)});
      if (i == 0)
        words.emplace_back("--secure");
      else
        words.insert(words.end(), {"--join-token", token});
      return words;
    };
  }

  std::string token;

  std::string tls(std::size_t i, const std::string& name) const {
    return data_directory(i) / "tls" / name;
  }
  /// Once the first node is there, clients trust its authority.
  void found() {
    start(0);
    await("the authority is there", [this] { return fs::exists(tls(0, "ca.pem")); });
    trust();
    await_ready(0);
    token = make_token();
  }
  void trust() {
    actors::tls_usage how;
    how.role = actors::tls_role::client;
    const auto made =
        actors::tls_context::make({{}, {}, {{"ca", read_file(tls(0, "ca.pem"))}}}, how);
    BOOST_REQUIRE_MESSAGE(made, (made ? "" : made.error().text));
    told().secure = *made;
  }
  /// As the command says it, in one line.
  std::string make_token(std::vector<std::string> more = {}, int status = 0) const {
    std::vector<std::string> words{LITHAIR_NODE, "token", "--data-dir", data_directory(0)};
    words.insert(words.end(), more.begin(), more.end());
    const auto output = directory() / "token";
    fs::remove(output);
    process made{launch{words, output, {}, {}}};
    BOOST_TEST((made.wait(patience) == ending{status}));
    auto said = read_file(output);
    if (said.ends_with('\n')) said.pop_back();
    return said;
  }
  /// Starts a node that ends by itself, and tells what it said.
  std::string refused(std::size_t i) {
    start(i);
    const auto how = at(i).wait(patience);
    BOOST_TEST((how == ending{2}), log(i));
    kill(i);
    return log(i);
  }
};

mode_t rights(const fs::path& of) {
  struct stat about {};
  BOOST_REQUIRE(::stat(of.c_str(), &about) == 0);
  return about.st_mode & 0777;
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
    for (const auto* file : {"ca.pem", "ca.key", "node.pem", "node.key"})
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
  nodes.token = other.make_token(now + 60);
  BOOST_TEST(nodes.refused(1).find("is not of the cluster that the token is of") !=
             std::string::npos);
  nodes.token = "lithair1.AAAA";
  BOOST_TEST(nodes.refused(1).find("--join-token: that is no join token") != std::string::npos);
  const auto own = actors::cluster_authority::read(read_file(nodes.tls(0, "ca.pem")),
                                                   read_file(nodes.tls(0, "ca.key")));
  nodes.token = own->make_token(now - 1);
  BOOST_TEST(nodes.refused(1).find("the token has expired at ") != std::string::npos);
  BOOST_TEST(!fs::exists(nodes.data_directory(1)));
  // Asked by hand it is the same, and not for ever.
  auto asked = nodes.client(0);
  const auto request = actors::make_key("n").request;
  const auto ask = [&](const std::string& token) {
    std::string text;
    for (const char c : request) text += c == '\n' ? std::string{"\\n"} : std::string{c};
    return asked.post("/cluster/certificates", R"({"token":")" + token + R"(","id":2,"hosts":[],)" +
                                                   R"("request":")" + text + "\"}");
  };
  BOOST_TEST(ask(other.make_token(now + 60)).status == 403);
  const auto made = ask(nodes.make_token());
  BOOST_TEST(made.status == 200, made.body);
  BOOST_TEST(made.body.find("PRIVATE") == std::string::npos);
  nodes.await("it has had enough", [&] { return ask("x").status == 429; });
}

BOOST_AUTO_TEST_CASE(tokens_are_made_by_who_has_the_authority_and_end_when_they_are_told_to) {
  secured_cluster nodes(1);
  nodes.found();
  const auto facts = actors::read_token(nodes.make_token({"--expires", "10m"}));
  BOOST_REQUIRE(facts);
  const auto left = facts->expires - static_cast<std::int64_t>(::time(nullptr));
  BOOST_TEST(left > 500);
  BOOST_TEST(left <= 600);
  BOOST_TEST(nodes.make_token({"--expires", "2d"}, 2).find("--expires: ") != std::string::npos);
  BOOST_TEST(nodes.make_token({"--forever", "x"}, 2).find("there is no such flag") !=
             std::string::npos);
  fs::remove(nodes.tls(0, "ca.key"));
  BOOST_TEST(nodes.make_token({}, 2).find("is missing; is it of a node with --secure?") !=
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
           actors::end_of(now).value_or(0) > ::time(nullptr) + 80 * 86'400;
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
  secured_cluster nodes(4, [](std::size_t) { return std::string{"0.0.0.0"}; });
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
