#include <filesystem>
#include <fstream>
#include <string>

#include "actors/tls/cluster_authority.hpp"
#include "test/cluster/secured_cluster.hpp"
#include "test/cluster/tls_caller.hpp"

namespace authority_rotation_test {

namespace fs = std::filesystem;
using namespace lithair;
using namespace lithair::test;

namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// Three members and a place for a fourth one.
struct rotating_cluster : secured_cluster {
  rotating_cluster() : secured_cluster(4) {
    told().flags = patient;
    found();
    for (std::size_t i = 1; i < 3; ++i) {
      start(i);
      await_ready(i);
    }
    // A learner is ready, too; of two voters none may be killed.
    await_log(2, "members are now 1, 2, 3\n");
  }
  void await_authority(const std::string& said, std::size_t of = 0) {
    await("authority says: " + said, [&] { return has(run_by("authority", {}, of).second, said); });
  }
  /// Also while a leader is elected.
  void order(const std::string& what, std::size_t of = 0) {
    await(what + " is taken", [&] { return run_by("authority", {what}, of).first == ending{0}; });
  }
  /// All that run have no authority but one.
  void await_settled() {
    for (std::size_t i = 0; i < size(); ++i)
      if (runs(i))
        await("it is settled", [&] {
          const auto [ended, said] = run_by("authority", {}, i);
          return ended == ending{0} && said.find('\n') == std::string::npos;
        });
  }
  std::string authority(std::size_t i) const { return read_file(tls(i, "ca.pem")); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_authority)

BOOST_AUTO_TEST_CASE(another_authority_takes_its_place_under_load_and_no_request_fails) {
  rotating_cluster nodes;
  const auto leader = nodes.await_leader();
  const auto term = nodes.status(leader, "/term");
  const auto first = nodes.authority(0);
  const auto key = read_file(nodes.tls(0, "ca.key"));
  const auto old = nodes.ask_tokens({"--uses", "3"});
  {
    writer load(nodes, (leader + 1) % 3);
    const auto await_writes = [&] {
      const auto before = load.fine.load();
      nodes.await("writes go on", [&] { return load.fine > before + 40; });
    };
    await_writes();
    BOOST_TEST(has(nodes.ask_authority({"--rotate"}, 0, 1), "by node 2"));
    nodes.await_authority("all members trust both");
    await_writes();
    BOOST_TEST(has(nodes.ask_authority({"--rotate"}, 2), "is on its way already"));
    BOOST_TEST(has(nodes.ask_tokens({}, 2), "nobody joins until it has"));
    for (std::size_t i = 0; i < 3; ++i) {
      const auto both = nodes.authority(i);
      BOOST_TEST(both.starts_with(first));
      BOOST_TEST(both.size() > first.size());
    }
    // Clients that come from now on trust both.
    nodes.trust();
    nodes.order("--finish", 2);
    nodes.await_settled();
    await_writes();
    BOOST_TEST(load.failed == 0u);
  }
  BOOST_TEST(nodes.status(leader, "/term") == term);
  const auto next = nodes.authority(0);
  BOOST_TEST(!has(next, first));
  for (std::size_t i = 0; i < 3; ++i) {
    BOOST_TEST(nodes.authority(i) == next);
    BOOST_TEST(nodes.status(i, "/peer_tls/trouble") == "null");
    BOOST_TEST(!fs::exists(nodes.tls(i, "next")));
    BOOST_TEST(!fs::exists(nodes.tls(i, "previous")));
  }

  // Whoever has the first one's key is nobody any more.
  nodes.trust();
  const auto by = actors::cluster_authority::read(first, key);
  const auto own = actors::make_key("node");
  const auto now = static_cast<std::int64_t>(::time(nullptr));
  const identity thief{*by->certify(own.request, {"node 2", actors::node_uri(2), {}}, now),
                       own.key};
  nodes.await_log(leader, "it is of no authority that this node trusts (--peer-tls-ca)", [&] {
    tls_caller{static_cast<std::uint16_t>(nodes.port(leader) + 1000), thief, next}.meet(
        hello_from(2));
  });
  nodes.token = old;
  BOOST_TEST(has(nodes.refused(3), "or that has another authority since"));
  fs::remove_all(nodes.data_directory(3));
  nodes.token = nodes.ask_tokens({}, 0, 2);
  nodes.start(3);
  nodes.await_ready(3);
  BOOST_TEST(nodes.authority(3) == next);
  for (std::size_t i = 0; i < 3; ++i) {
    BOOST_TEST((nodes.stop(i) == ending{0}));
    nodes.start(i);
    nodes.await_ready(i);
  }
  auto through = nodes.client(3);
  create(through, "by nodes of the next authority");
}

BOOST_AUTO_TEST_CASE(
    a_node_that_is_killed_meanwhile_goes_on_and_one_that_is_removed_is_not_awaited) {
  rotating_cluster nodes;
  const auto first = nodes.authority(0);
  nodes.kill(1);
  nodes.order("--rotate");
  nodes.await_authority("waits for node 2, as long");
  BOOST_TEST(has(nodes.ask_authority({"--finish"}, 2), "Not all members have said"));
  nodes.start(1);
  nodes.await_authority("all members trust both");
  nodes.kill(1);
  nodes.trust();
  nodes.order("--finish");
  nodes.await_authority("waits for node 2, as long");
  BOOST_TEST(has(nodes.ask_authority({"--cancel"}, 2), "are certified by the next authority"));
  // It is still of the first one, and all take it.
  nodes.start(1);
  nodes.await_ready(1);
  nodes.await_settled();
  const auto second = nodes.authority(0);
  BOOST_TEST(!has(second, first));
  BOOST_TEST(nodes.authority(1) == second);

  nodes.trust();
  nodes.order("--rotate");
  nodes.await_authority("all members trust both");
  nodes.order("--cancel", 2);
  nodes.await_settled();
  BOOST_TEST(nodes.authority(2) == second);

  nodes.kill(2);
  nodes.order("--rotate");
  nodes.await_authority("waits for node 3, as long");
  auto through = nodes.client(0);
  nodes.await("node 3 is removed", [&] {
    const auto status = through.send("DELETE", "/cluster/members/3").status;
    return status == 200 || status == 404;
  });
  nodes.await_authority("all members trust both");
  nodes.trust();
  nodes.order("--finish");
  nodes.await_settled();
  BOOST_TEST(nodes.authority(0) != second);
  BOOST_TEST(nodes.authority(1) == nodes.authority(0));
  BOOST_TEST(nodes.authority(2) == second);
  auto again = nodes.client(1);
  create(again, "by two");
}

BOOST_AUTO_TEST_CASE(who_says_what_is_not_understood_is_told_so) {
  secured_cluster nodes(1);
  nodes.found();
  const auto refused = [&nodes](std::vector<std::string> words, const std::string& said) {
    const auto told = nodes.ask_authority(std::move(words), 2);
    BOOST_TEST(has(told, said), told);
  };
  refused({"--burn"}, "there is no such flag");
  refused({"--rotate", "--finish"}, "is one of --rotate, --finish and --cancel");
  refused({"--finish"}, "No authority is on its way");
  refused({"--cancel"}, "No authority is on its way");
  BOOST_TEST(has(nodes.ask_authority(), ", until 20"));
  auto anybody = nodes.client(0);
  BOOST_TEST(anybody.get("/cluster/authority").status == 403);
  BOOST_TEST(anybody.post("/cluster/authority", R"({"action":"rotate"})").status == 403);
  BOOST_TEST((nodes.stop(0) == ending{0}));
  refused({}, "only one that runs can be asked");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace authority_rotation_test
