#include <sys/stat.h>

#include <fstream>

#include "test/cluster/fixture.hpp"

namespace joining_test {

using namespace lithair::test;

namespace {

const std::string hidden =
    "[models.users.fields]\n"
    "id = { type = \"string\", primary_key = true, replicate = true }\n"
    "code = { type = \"string\", optional = true, replicate = true, expose = false }\n";

std::string changed(const std::string& from, const std::string& to) {
  auto text = hidden;
  return text.replace(text.find(from), from.size(), to);
}

const std::string shown = changed(", expose = false", "");
constexpr auto users = "/api/users";

/// A cluster whose nodes may be started with different files.
class varied_cluster : public shop_cluster {
 public:
  explicit varied_cluster(cluster_options options) : shop_cluster(std::move(options)) {
    serve(hidden);
  }
  /// What nodes serve that are started from now on.
  void serve(const std::string& models) {
    told().models = directory() / ("models-" + std::to_string(++files_) + ".toml");
    std::ofstream(told().models) << models;
  }
  /// A secret of its own; its path.
  std::string token_file(const std::string& secret) {
    const auto path = directory() / ("token-" + std::to_string(++files_));
    std::ofstream(path) << secret;
    ::chmod(path.c_str(), 0600);
    return path;
  }
  void await_log(std::size_t i, const std::string& part) {
    await("node " + std::to_string(i + 1) + " logs: " + part,
          [&] { return log(i).find(part) != std::string::npos; });
  }
  void await_not_ready(std::size_t i, const std::string& part) {
    auto asked = client(i, 2000ms);
    await("node " + std::to_string(i + 1) + " says: " + part,
          [&] { return asked.get("/readyz").body.find(part) != std::string::npos; });
  }

 private:
  int files_ = 0;
};

std::size_t members(http_client& asked, const headers& more = {}) {
  const auto page = asked.get("/cluster", more).body;
  std::size_t count = 0;
  while (!json_at(page, "/members/" + std::to_string(count) + "/id").empty()) ++count;
  return count;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_joining)

BOOST_AUTO_TEST_CASE(a_node_that_would_show_what_is_hidden_is_not_taken_in) {
  varied_cluster nodes({.nodes = 2, .founders = 1});
  nodes.start(0);
  nodes.await_ready(0);
  auto first = nodes.client(0);
  BOOST_TEST(first.post(users, R"({"id":"a","code":"secret"})").status == 201);
  nodes.serve(shown);
  nodes.start(1);
  nodes.await_log(1, "users.code is shown, and the members hide it; declare expose = false.");
  BOOST_TEST(members(first) == 1u);
  auto second = nodes.client(1);
  BOOST_TEST(second.get(std::string{users} + "/a?consistency=local").body.find("secret") ==
             std::string::npos);
  // With the right file it is.
  nodes.kill(1);
  nodes.serve(hidden);
  nodes.start(1);
  nodes.await_ready(1);
  BOOST_TEST(second.get(std::string{users} + "/a").body == R"({"id":"a"})");
}

BOOST_AUTO_TEST_CASE(a_node_with_other_types_or_fields_is_not_taken_in) {
  varied_cluster nodes({.nodes = 2, .founders = 1});
  nodes.start(0);
  nodes.await_ready(0);
  auto first = nodes.client(0);
  for (const auto& [from, to, said] :
       {std::tuple{"code = { type = \"string\"", "code = { type = \"integer\"",
                   "users.code has another type"},
        {"code =", "name =", "users.code is not declared any more"}}) {
    nodes.serve(changed(from, to));
    nodes.start(1);
    nodes.await_log(1, said);
    BOOST_TEST(members(first) == 1u);
    nodes.kill(1);
    std::filesystem::remove_all(nodes.data_directory(1));
  }
}

BOOST_AUTO_TEST_CASE(a_founder_with_other_models_is_refused_by_the_others_and_says_why) {
  varied_cluster nodes({.same_flags = true});
  nodes.start(0);
  nodes.start(1);
  nodes.await_ready(0);
  nodes.serve(shown);
  nodes.start(2);
  nodes.await_not_ready(2, "users.code is shown, and the members hide it");
  nodes.kill(2);
  nodes.serve(hidden);
  nodes.start(2);
  nodes.await_ready(2);
}

BOOST_AUTO_TEST_CASE(a_field_is_shown_once_all_members_agree_and_not_by_one_alone) {
  varied_cluster nodes({.same_flags = true});
  nodes.start_and_await();
  auto first = nodes.client(0);
  BOOST_TEST(first.post(users, R"({"id":"a","code":"secret"})").status == 201);
  const auto seen = [&](std::size_t i) {
    auto asked = nodes.client(i);
    return asked.get(std::string{users} + "/a").body;
  };
  nodes.serve(shown);
  for (std::size_t i = 0; i < 3; ++i) {
    nodes.kill(i);
    nodes.start(i);
    nodes.await_ready(i);
    for (std::size_t j = 0; j < 3; ++j) BOOST_TEST(seen(j) == R"({"id":"a"})");
  }
  for (std::size_t i = 0; i < 3; ++i) nodes.await_log(i, "all members agree to show users.code");
  for (std::size_t i = 0; i < 3; ++i) {
    nodes.kill(i);
    nodes.start(i);
    nodes.await_ready(i);
    BOOST_TEST(seen(i) == R"({"id":"a","code":"secret"})");
  }
  // To hide it takes nobody's consent.
  nodes.serve(hidden);
  nodes.kill(1);
  nodes.start(1);
  nodes.await_ready(1);
  BOOST_TEST(seen(1) == R"({"id":"a"})");
}

BOOST_AUTO_TEST_CASE(a_node_joins_who_shows_the_cluster_token) {
  const std::string secret = "the-token-of-this-test-cluster";
  const headers known{{"Authorization", "Bearer " + secret}};
  varied_cluster nodes({.nodes = 2, .founders = 1});
  nodes.told().flags = {"--cluster-token", nodes.token_file(secret)};
  nodes.start(0);
  nodes.await_ready(0);
  auto first = nodes.client(0);
  BOOST_TEST(first.get("/cluster").status == 401);
  BOOST_TEST(first.post("/cluster/members", R"({"id":2,"addr":"127.0.0.1:1"})").status == 401);
  BOOST_TEST(members(first, known) == 1u);
  for (const auto& flags : {std::vector<std::string>{},
                            {"--cluster-token", nodes.token_file("another-token-of-tests")}}) {
    nodes.told().flags = flags;
    nodes.start(1);
    BOOST_TEST((nodes.at(1).wait(cluster::patience) == ending{1}));
    nodes.kill(1);
    BOOST_TEST(nodes.log(1).find("can't be asked: ") != std::string::npos);
  }
  BOOST_TEST(members(first, known) == 1u);
  nodes.told().flags = {"--cluster-token", nodes.token_file(secret)};
  nodes.start(1);
  nodes.await_ready(1);
  BOOST_TEST(members(first, known) == 2u);
}

// Whoever finds the peer port, and says that it is a member.
BOOST_AUTO_TEST_CASE(members_prove_to_each_other_that_they_know_the_token) {
  varied_cluster nodes({.same_flags = true});
  nodes.told().flags = {"--cluster-token", nodes.token_file("the-token-of-this-test-cluster")};
  nodes.start(0);
  nodes.start(1);
  nodes.await_ready(1);
  nodes.told().flags = {};
  nodes.start(2);
  nodes.await_not_ready(2, "node 3 does not prove that it knows the cluster token");
  nodes.kill(2);
  nodes.told().flags = {"--cluster-token", nodes.token_file("the-token-of-this-test-cluster")};
  nodes.start(2);
  nodes.await_ready(2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace joining_test
