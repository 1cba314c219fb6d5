#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include "test/cluster/harness/document.hpp"
#include "test/cluster/harness/event_source.hpp"
#include "test/cluster/token_cluster.hpp"

namespace access_test {

using namespace lithair::test;

namespace {

/// Three nodes and what people show them.
struct guarded_cluster : token_cluster {
  explicit guarded_cluster(std::vector<std::string> flags = {})
      : token_cluster({.flags = std::move(flags)}) {}

  void await_status(std::size_t node, const std::string& token, const std::string& path,
                    int status) {
    await(path + " is " + std::to_string(status),
          [&] { return as(node, token, "GET", path).status == status; });
  }
  /// That a guarded cluster began with, of whichever node made it.
  std::string first_admin() {
    std::string token;
    await("there is a first token", [&] {
      for (std::size_t i = 0; i < size(); ++i) {
        token = read_file(data_directory(i) / "admin.token");
        if (!token.empty() &&
            as(i, token.substr(0, token.size() - 1), "GET", "/cluster").status == 200)
          return true;
      }
      return false;
    });
    token.pop_back();
    return token;
  }
};

constexpr auto ware = R"({"name":"tea","price":"1.50"})";

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_access)

BOOST_AUTO_TEST_CASE(from_the_first_token_on_every_node_asks_for_one_and_each_counts_everywhere) {
  guarded_cluster nodes;
  nodes.start_and_await();
  BOOST_TEST(nodes.as(0, "", "POST", products, ware).status == 201);
  BOOST_TEST(nodes.as(0, "", "POST", "/_admin/tokens", R"({"name":"a","role":"read"})").status ==
             409);
  const auto admin = nodes.make(0, "", R"({"name":"boss","role":"admin"})");
  for (std::size_t i = 0; i < 3; ++i) {
    nodes.await_status(i, "", products, 401);
    nodes.await_status(i, admin, products, 200);
    BOOST_TEST(nodes.as(i, "", "GET", "/cluster").status == 401);
    BOOST_TEST(nodes.as(i, "", "GET", "/_admin/tokens").status == 401);
    BOOST_TEST(nodes.as(i, "", "GET", "/livez").status == 200);
    BOOST_TEST(nodes.as(i, "", "GET", "/readyz").status == 200);
    BOOST_TEST(nodes.as(i, "", "GET", "/metrics").status == 401);
  }
  const auto reader = nodes.make(1, admin, R"({"name":"r","role":"read"})");
  const auto writer =
      nodes.make(2, admin, R"({"name":"w","role":"write","collections":["products"]})");
  for (std::size_t i = 0; i < 3; ++i) {
    nodes.await_status(i, reader, products, 200);
    nodes.await_status(i, writer, products, 200);
    BOOST_TEST(nodes.as(i, reader, "POST", products, ware).status == 403);
    BOOST_TEST(nodes.as(i, writer, "GET", "/api/orders").status == 403);
    BOOST_TEST(nodes.as(i, writer, "GET", "/cluster").status == 403);
    const auto made = nodes.as(i, writer, "POST", products,
                               R"({"name":"of )" + std::to_string(i) + R"(","price":"1.00"})");
    BOOST_TEST(made.status == 201, made.body);
  }
  // Revoked at one, gone at all; who follows is told nothing of what comes behind that.
  const auto stream = std::string(products) + "/stream";
  BOOST_TEST(event_source(nodes.port(2), stream).status() == 401);
  event_source following(nodes.port(2), stream, {}, reader);
  event_source goes_on(nodes.port(2), stream, {}, writer);
  BOOST_REQUIRE(following.opened());
  BOOST_REQUIRE(goes_on.opened());
  BOOST_TEST(nodes.as(1, writer, "POST", products, R"({"name":"seen","price":"1.00"})").status ==
             201);
  BOOST_TEST(following.next(cluster::patience).has_value());
  BOOST_TEST(goes_on.next(cluster::patience).has_value());
  const auto list = nodes.as(0, admin, "GET", "/_admin/tokens");
  BOOST_TEST(json_at(list.body, "/tokens/1/name") == "r");
  BOOST_TEST(nodes.as(0, admin, "DELETE", "/_admin/tokens/2").status == 200);
  for (std::size_t i = 0; i < 3; ++i) nodes.await_status(i, reader, products, 401);
  BOOST_TEST(nodes.as(1, writer, "POST", products, R"({"name":"unseen","price":"1.00"})").status ==
             201);
  BOOST_TEST(goes_on.next(cluster::patience).has_value());
  BOOST_TEST(!following.next(cluster::patience).has_value());
  BOOST_TEST(nodes.as(1, admin, "DELETE", "/_admin/tokens/1").status == 409);
  for (std::size_t i = 0; i < 3; ++i)
    for (const auto& secret : {admin, reader, writer})
      BOOST_TEST(nodes.log(i).find(secret) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(tokens_outlive_leaders_and_nodes_and_are_not_forgotten_by_a_node_that_starts) {
  guarded_cluster nodes;
  const auto leader = nodes.start_and_await();
  const auto admin = nodes.make(leader, "", R"({"name":"boss","role":"admin"})");
  for (std::size_t i = 0; i < 3; ++i) nodes.await_status(i, "", products, 401);
  nodes.kill(leader);
  const auto next = (leader + 1) % 3;
  nodes.await_status(next, admin, products, 200);
  const auto writer = nodes.make(next, admin, R"({"name":"w","role":"write"})");
  nodes.start(leader);
  // From its first answer on, also by what it has itself alone.
  const auto local = std::string(products) + "?consistency=local";
  nodes.await("it answers", [&] {
    const auto status = nodes.as(leader, "", "GET", local).status;
    BOOST_TEST((status == 401 || status == 0));
    return status == 401;
  });
  nodes.await_status(leader, writer, products, 200);
  for (std::size_t i = 0; i < 3; ++i) nodes.kill(i);
  for (std::size_t i = 0; i < 3; ++i) nodes.start(i);
  for (std::size_t i = 0; i < 3; ++i) {
    nodes.await("it answers", [&] {
      const auto status = nodes.as(i, "", "GET", local).status;
      BOOST_TEST((status == 401 || status == 0));
      return status == 401;
    });
    nodes.await_status(i, writer, products, 200);
  }
}

BOOST_AUTO_TEST_CASE(a_protected_cluster_serves_nobody_without_a_token_from_the_start) {
  guarded_cluster nodes({"--protect", "--metrics-for-all"});
  nodes.start_all();
  for (std::size_t i = 0; i < 3; ++i) {
    nodes.await_status(i, "", "/livez", 200);
    BOOST_TEST(nodes.as(i, "", "GET", products).status == 401);
    BOOST_TEST(nodes.as(i, "", "POST", "/_admin/tokens", R"({"name":"a","role":"admin"})").status ==
               401);
    BOOST_TEST(nodes.as(i, "", "GET", "/metrics").status == 200);
  }
  const auto admin = nodes.first_admin();
  std::size_t files = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    nodes.await_status(i, admin, products, 200);
    const auto path = nodes.data_directory(i) / "admin.token";
    struct stat about {};
    if (::stat(path.c_str(), &about) != 0) continue;
    ++files;
    BOOST_TEST((about.st_mode & 0777) == 0600u);
    BOOST_TEST(nodes.log(i).find(path) != std::string::npos);
    BOOST_TEST(nodes.log(i).find(admin) == std::string::npos);
  }
  BOOST_TEST(files == 1u);
  BOOST_TEST(nodes.as(0, admin, "POST", products, ware).status == 201);
  BOOST_TEST(json_at(nodes.as(1, admin, "GET", "/_admin/tokens").body, "/tokens/0/name") ==
             "first admin");
}

BOOST_AUTO_TEST_CASE(tokens_of_a_file_count_at_its_node_and_are_read_again) {
  guarded_cluster nodes;
  const auto file = nodes.directory() / "auth.toml";
  const std::string token = "the-token-of-the-operators-own-file";
  const auto write = [&](const std::string& text) {
    std::ofstream{file} << text;
    ::chmod(file.c_str(), 0600);
  };
  const std::string about = "[[tokens]]\nname = \"ci\"\nrole = \"admin\"\ntoken = \"";
  write(about + token + "\"\n");
  nodes.told().flags = {"--auth", file.string()};
  nodes.start_all();
  for (std::size_t i = 0; i < 3; ++i) nodes.await_status(i, token, products, 200);
  BOOST_TEST(nodes.as(0, "", "GET", products).status == 401);
  BOOST_TEST(nodes.as(1, token, "POST", products, ware).status == 201);
  const std::string other = "another-token-of-the-operators-own-file";
  write(about + other + "\"\n");
  nodes.at(0).signal(SIGHUP);
  nodes.await_status(0, other, products, 200);
  BOOST_TEST(nodes.as(0, token, "GET", products).status == 401);
  BOOST_TEST(nodes.as(1, token, "GET", products).status == 200);
  write("[[tokens]");
  nodes.at(0).signal(SIGHUP);
  nodes.await_log(0, "the tokens of before stay");
  BOOST_TEST(nodes.as(0, other, "GET", products).status == 200);
  BOOST_TEST((nodes.stop(0) == ending{0}));
  nodes.start(0);
  BOOST_TEST((nodes.at(0).wait(cluster::patience) == ending{2}));
  BOOST_TEST(nodes.log(0).find("--auth: ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(each_client_is_held_to_its_rate_by_its_token_or_else_by_its_address) {
  guarded_cluster nodes({"--rate-limit", "20/60s"});
  nodes.start_all();
  nodes.await_status(0, "", "/readyz", 200);
  const auto token = nodes.make(0, "", R"({"name":"a","role":"admin"})");
  // Until the node knows of it, it is asked for by address; so by both at most so often.
  const auto ask_until_refused = [&](const std::string& shown) {
    for (int i = 0; i < 60; ++i) {
      const auto got = nodes.as(0, shown, "GET", products);
      if (got.status == 429) return got;
    }
    return answer{};
  };
  const auto refused = ask_until_refused(token);
  BOOST_TEST(refused.status == 429);
  BOOST_TEST(refused.field("ratelimit-policy") == "\"default\";q=20;w=60");
  BOOST_TEST(refused.field("ratelimit").starts_with("\"default\";r=0;t="));
  BOOST_TEST(!refused.field("retry-after").empty());
  // By address: nobody, and whoever guesses.
  BOOST_TEST(ask_until_refused("").status == 429);
  BOOST_TEST(nodes.as(0, "lithair_guessed", "GET", products).status == 429);
  // How the node is may always be asked, and other nodes are others.
  BOOST_TEST(nodes.as(0, "", "GET", "/livez").status == 200);
  BOOST_TEST(nodes.as(0, "", "GET", "/readyz").status == 200);
  BOOST_TEST(nodes.as(1, token, "GET", products).status == 200);
}

BOOST_AUTO_TEST_CASE(the_commands_of_the_document_about_it_work_as_written) {
  shop_cluster node({.nodes = 1});
  node.start_and_await();
  document_commands commands{read_file(LITHAIR_SOURCE "/docs/security.md")};
  commands.replace("localhost:8080", "127.0.0.1:" + std::to_string(node.port(0)));
  commands.replace("lithair_0bQ…", R"sh($(sed -n 's/.*"token":"\([^"]*\)".*/\1/p' said))sh");
  commands.replace("curl ", "curl -sSf --retry 5 --retry-all-errors ");
  const temporary_directory place;
  std::ofstream(place.path() / "script") << "set -e\n" + commands.text();
  process shell({{"/usr/bin/env", "bash", "script"}, place.path() / "said", place.path(), {}});
  const auto how = shell.wait(cluster::patience);
  const auto said = read_file(place.path() / "said") + commands.text();
  BOOST_REQUIRE_MESSAGE(how, said);
  BOOST_TEST(how->status == 0, said);
  BOOST_TEST(said.find(R"("name":"me","role":"admin")") != std::string::npos, said);
  BOOST_TEST(said.find(R"({"tokens":[{"number":1,)") != std::string::npos, said);
  BOOST_TEST(said.find(R"({"number":2,"name":"shop","role":"write")") != std::string::npos, said);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace access_test
