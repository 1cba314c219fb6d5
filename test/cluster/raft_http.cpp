#include <sys/stat.h>

#include <fstream>

#include "test/cluster/fixture.hpp"

namespace raft_http_test {

using namespace lithair::test;

namespace {

const std::string secret = "the-token-of-this-test-cluster";

/// Three nodes that take Raft messages over HTTP, and the words to send them.
class speaking_cluster : public shop_cluster {
 public:
  speaking_cluster()
      : shop_cluster({.flags = patient_and({"--cluster-token", make_token_file()})}) {}

  std::string cluster_id(std::size_t at) { return field(at, "/cluster_id"); }
  std::string field(std::size_t at, const std::string& name) {
    return json_at(client(at).get("/status").body, name);
  }
  std::uint64_t number(std::size_t at, const std::string& name) {
    return number_at(client(at).get("/status").body, name).value_or(0);
  }

  /// A message to node `at` from the node with the id `from`; `fields` follow the envelope.
  answer say(std::size_t at, const std::string& route, std::uint64_t from,
             const std::string& fields, const std::string& token = secret) {
    const auto body = R"({"cluster":")" + cluster_ + R"(","group":1,"from":)" +
                      std::to_string(from) + R"(,"to":)" + std::to_string(at + 1) + "," + fields +
                      "}";
    return raw(at, route, body, token);
  }
  answer raw(std::size_t at, const std::string& route, const std::string& body,
             const std::string& token = secret) {
    headers more;
    if (!token.empty()) more.push_back({"Authorization", "Bearer " + token});
    return client(at).post("/raft/" + route, body, more);
  }

  void learn_cluster() { cluster_ = cluster_id(0); }
  const std::string& cluster() const { return cluster_; }

 private:
  std::string make_token_file() {
    const auto path = secrets_.path() / "token";
    std::ofstream(path) << secret << "\n";
    ::chmod(path.c_str(), 0600);
    return path;
  }

  static inline temporary_directory secrets_;
  std::string cluster_;
};

std::string quoted(const std::string& name, std::uint64_t value) {
  return "\"" + name + "\":" + std::to_string(value);
}

std::string append_after(std::uint64_t term, std::uint64_t prev, std::uint64_t prev_term) {
  return quoted("term", term) + "," + quoted("prev_index", prev) + "," +
         quoted("prev_term", prev_term) + R"(,"commit":1000000)";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_raft_http)

BOOST_AUTO_TEST_CASE(messages_that_no_member_sends_are_refused_and_change_nothing) {
  // Z5
  speaking_cluster nodes;
  const auto leader = nodes.start_and_await();
  nodes.learn_cluster();
  BOOST_TEST(nodes.cluster().size() == 16u);
  const auto at = (leader + 1) % 3;
  const auto other = (leader + 2) % 3 + 1;
  auto through = nodes.client(at);
  create(through, "tea");
  const auto term = nodes.number(at, "/term");
  const auto commit = nodes.number(at, "/commit");
  const auto vote = quoted("term", term + 1) + R"(,"last_index":1000,"last_term":1000)";
  const auto last = R"("term":18446744073709551615,"last_index":1000,"last_term":1000)";

  BOOST_TEST(nodes.say(at, "vote", other, vote, "").status == 401);
  BOOST_TEST(nodes.say(at, "vote", other, vote, "not-the-token-of-this-cluster").status == 403);
  BOOST_TEST(nodes.say(at, "vote", 9, vote).status == 409);
  BOOST_TEST(nodes.say(at, "vote", at + 1, vote).status == 422);
  BOOST_TEST(nodes.say(at, "vote", other, last).status == 422);
  BOOST_TEST(nodes.say(at, "vote", 9, last).status == 409);
  // A leader is alive.
  BOOST_TEST(nodes.say(at, "vote", other, vote).status == 409);
  // Another leader in this term, a gap, an entry of a later term.
  BOOST_TEST(nodes.say(at, "append-entries", other, append_after(term, commit, term)).status ==
             409);
  const auto entry = [&](std::uint64_t index, std::uint64_t of_term) {
    return R"(,"entries":[{"kind":"noop",)" + quoted("index", index) + "," +
           quoted("term", of_term) + "}]";
  };
  const auto head = append_after(term, commit, term);
  BOOST_TEST(nodes.say(at, "append-entries", leader + 1, head + entry(commit + 2, term)).status ==
             422);
  BOOST_TEST(
      nodes.say(at, "append-entries", leader + 1, head + entry(commit + 1, term + 1)).status ==
      422);
  const auto envelope = [&](const std::string& cluster, int group, std::size_t to) {
    return R"({"cluster":")" + cluster + R"(","group":)" + std::to_string(group) + R"(,"from":)" +
           std::to_string(leader + 1) + R"(,"to":)" + std::to_string(to) + "," +
           quoted("term", term) + "}";
  };
  BOOST_TEST(nodes.raw(at, "append-entries", envelope("00000000000000ff", 1, at + 1)).status ==
             409);
  BOOST_TEST(nodes.raw(at, "append-entries", envelope(nodes.cluster(), 77, at + 1)).status == 404);
  BOOST_TEST(nodes.raw(at, "append-entries", envelope(nodes.cluster(), 1, at + 2)).status == 409);

  BOOST_TEST(nodes.await_leader() == leader);
  BOOST_TEST(nodes.number(at, "/term") == term);
  BOOST_TEST(nodes.number(at, "/last_index") == nodes.number(leader, "/last_index"));
  create(through, "coffee");
  for (std::size_t i = 0; i < 3; ++i) BOOST_TEST(nodes.log(i).find(secret) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_leaders_heartbeat_is_answered_with_what_matches) {
  speaking_cluster nodes;
  const auto leader = nodes.start_and_await();
  nodes.learn_cluster();
  const auto at = (leader + 1) % 3;
  const auto beat = quoted("term", nodes.number(at, "/term")) + R"(,"round":4000000000)";
  answer got;
  // What it has on its own disk matches: a majority without it may have committed, so that it
  // serves before that.
  nodes.await("something is on its disk", [&] {
    got = nodes.say(at, "append-entries", leader + 1, beat);
    return got.status != 200 || number_at(got.body, "/match").value_or(0) > 0;
  });
  BOOST_TEST(got.status == 200, got.body);
  BOOST_TEST(json_at(got.body, "/cluster") == nodes.cluster());
  BOOST_TEST(number_at(got.body, "/to").value_or(0) == leader + 1);
  BOOST_TEST(number_at(got.body, "/round").value_or(0) == 4000000000u);
  nodes.await_leader();
}

BOOST_AUTO_TEST_CASE(a_leaders_word_never_commits_what_was_not_compared) {
  // R7: a follower whose log has a tail that no leader has compared since it started.
  speaking_cluster nodes;
  const auto leader = nodes.start_and_await();
  nodes.learn_cluster();
  auto through = nodes.client(leader);
  for (int i = 0; i < 20; ++i) create(through, "tea " + std::to_string(i));
  const auto at = (leader + 1) % 3;
  nodes.await("the follower has it all",
              [&] { return nodes.number(at, "/commit") >= nodes.number(leader, "/commit"); });
  for (std::size_t i = 0; i < 3; ++i) nodes.kill(i);
  nodes.start(at);
  nodes.await("it answers", [&] { return nodes.client(at).get("/livez").status == 200; });

  const auto last = nodes.number(at, "/last_index");
  const auto before = nodes.number(at, "/commit");
  const auto term = nodes.number(at, "/term") + 1;
  BOOST_REQUIRE(before < last);
  const auto beat =
      nodes.say(at, "append-entries", leader + 1, quoted("term", term) + R"(,"commit":1000000)");
  BOOST_TEST(beat.status == 200, beat.body);
  BOOST_TEST(number_at(beat.body, "/match").value_or(last) <= before);
  BOOST_TEST(nodes.number(at, "/commit") == before);

  const auto wrong = nodes.say(at, "append-entries", leader + 1, append_after(term, last, term));
  BOOST_TEST(json_at(wrong.body, "/success") == "false", wrong.body);
  BOOST_TEST(nodes.number(at, "/commit") == before);

  // The terms that the log may have there, until one is right.
  const auto middle = (before + last) / 2 + 1;
  answer right;
  for (auto of = term - 1; of > 0 && json_at(right.body, "/success") != "true"; --of)
    right = nodes.say(at, "append-entries", leader + 1, append_after(term, middle, of));
  BOOST_TEST(number_at(right.body, "/match").value_or(0) == middle, right.body);
  BOOST_TEST(nodes.number(at, "/commit") == middle);
  BOOST_TEST(nodes.number(at, "/last_index") == last);

  // The leader that we played has led in that term, so the others' election must be in a later one.
  const auto vote = quoted("term", term + 1) + "," + quoted("last_index", last + 1) + "," +
                    quoted("last_term", term) + R"(,"transfer":true)";
  BOOST_TEST(json_at(nodes.say(at, "vote", leader + 1, vote).body, "/granted") == "true");

  // The others come back; the cluster goes on and has everything.
  for (const auto i : {leader, (leader + 2) % 3}) nodes.start(i);
  nodes.await_all_ready();
  BOOST_TEST(json_at(nodes.client(at).get(products).body, "/total") == "20");
}

BOOST_AUTO_TEST_CASE(a_vote_that_is_granted_over_http_is_durable_and_given_once) {
  speaking_cluster nodes;
  nodes.start_and_await();
  nodes.learn_cluster();
  for (std::size_t i = 0; i < 3; ++i) nodes.kill(i);
  nodes.start(0);
  nodes.await("it answers", [&] { return nodes.client(0).get("/livez").status == 200; });
  const auto term = nodes.number(0, "/term") + 1;
  const auto vote =
      quoted("term", term) + R"(,"last_index":1000,"last_term":)" + std::to_string(term);
  const auto first = nodes.say(0, "vote", 2, vote);
  BOOST_TEST(json_at(first.body, "/granted") == "true", first.body);
  nodes.kill(0);
  nodes.start(0);
  nodes.await("it answers", [&] { return nodes.client(0).get("/livez").status == 200; });
  const auto rival = nodes.say(0, "vote", 3, vote);
  BOOST_TEST(json_at(rival.body, "/granted") == "false", rival.body);
  BOOST_TEST(json_at(nodes.say(0, "vote", 2, vote).body, "/granted") == "true");
}

BOOST_AUTO_TEST_CASE(a_backup_with_hidden_fields_is_for_those_who_show_the_token) {
  speaking_cluster nodes;
  nodes.start_and_await();
  auto through = nodes.client(1);
  const auto made =
      through.post(products, R"({"name":"tea","price":"1.50","secret":"the-hidden-word"})");
  BOOST_TEST(made.status == 201);
  BOOST_TEST(made.body.find("the-hidden-word") == std::string::npos);
  const auto ask = [&](const headers& shown) {
    return through.send("GET", "/_admin/backup", {}, shown);
  };
  for (const auto& refused :
       {ask({}), ask({{"Authorization", "Bearer not-the-token-of-this-cluster"}})}) {
    BOOST_TEST((refused.status == 401 || refused.status == 403));
    BOOST_TEST(refused.body.find("the-hidden-word") == std::string::npos);
  }
  const auto given = ask({{"Authorization", "Bearer " + secret}});
  BOOST_TEST(given.status == 200);
  BOOST_TEST(given.body.find("the-hidden-word") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace raft_http_test
