#include <boost/test/unit_test.hpp>

#include <boost/json/parse.hpp>

#include "apps/lithairctl/cluster_report.hpp"

namespace ctl_report_test {

using namespace lithair::ctl;
namespace json = boost::json;

namespace {

constexpr std::int64_t now = 1'796'000'000;

std::string member(int id, const std::string& more = R"("connected":true,"lag_entries":0)") {
  const auto number = std::to_string(id);
  return R"({"id":)" + number + R"(,"addr":"10.0.0.)" + number +
         R"(:8080","role":"follower","voter":true,"lag_ms":0,"last_contact_ms":3,)" + more + '}';
}

/// What a node says of itself; `more` overrides.
node_view node(int id, const std::string& role, const std::string& more = "{}",
               const std::string& third = member(3)) {
  const auto number = std::to_string(id);
  auto said = json::parse(
      R"({"node_id":)" + number + R"(,"version":"0.1.0","cluster_id":"00ff","role":")" + role +
      R"(","leader_id":1,"term":5,"commit":70,"applied":70,"ready":true,"not_ready":null,)" +
      R"("trouble":null,"set_aside":[],"state_divergence":null,"uptime_ms":1000,"data_bytes":1024,)" +
      R"("http":{"connections":1,"max_connections":100},"tls":null,"peer_tls":null,)" +
      R"("models":[{"name":"a"}],"members":[)" + member(1) + ',' + member(2) + ',' + third + "]}");
  const auto other = json::parse(more);
  for (const auto& x : other.as_object()) said.as_object()[x.key()] = x.value();
  return {"10.0.0." + number + ":8080", "", said.as_object()};
}

node_view dead(int id) {
  return {"10.0.0." + std::to_string(id) + ":8080", "Connection refused", {}};
}

std::string all_of(const cluster_report& of) {
  std::string made;
  for (const auto& x : of.findings)
    made += (x.how == gravity::problem ? "! " : "- ") + x.sentence + " -> " + x.advice + '\n';
  return made;
}

bool tells(const cluster_report& of, const std::string& part) {
  return all_of(of).find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ctl_report)

BOOST_AUTO_TEST_CASE(a_cluster_that_is_well_has_nothing_to_tell) {
  const auto made = judge({node(1, "leader"), node(2, "follower"), node(3, "follower")}, now);
  BOOST_TEST(made.is_well());
  BOOST_TEST(all_of(made) == "");
  BOOST_TEST(made.leader.value() == 1u);
  BOOST_TEST(made.voters_there == 3u);
  BOOST_TEST(made.members.at(1).lag_entries.value() == 0u);
}

BOOST_AUTO_TEST_CASE(a_node_that_is_down_is_named_with_what_to_do) {
  const auto made =
      judge({node(1, "leader", "{}", member(3, R"("connected":false,"lag_entries":7)")),
             node(2, "follower"), dead(3)},
            now);
  BOOST_TEST(!made.is_well());
  BOOST_TEST(tells(made, "! Node 3 (10.0.0.3:8080) does not answer: Connection refused"),
             all_of(made));
  BOOST_TEST(tells(made, "lithairctl remove 3"));
  BOOST_TEST(tells(made, "- One more voter lost and writes stop: 2 of 3"));
}

BOOST_AUTO_TEST_CASE(without_a_majority_that_is_told_first_and_nobody_is_to_be_removed) {
  const auto made =
      judge({node(1, "candidate", R"({"leader_id":null,"ready":false,"not_ready":"no leader"})"),
             dead(2), dead(3)},
            now);
  BOOST_REQUIRE(!made.findings.empty());
  BOOST_TEST(made.findings.front().sentence.starts_with("No majority: 1 of 3 voters is there"));
  BOOST_TEST(!made.leader);
  BOOST_TEST(!tells(made, "lithairctl remove"), all_of(made));
}

BOOST_AUTO_TEST_CASE(no_leader_with_a_majority_is_told) {
  const auto lost = R"({"leader_id":null,"ready":false})";
  const auto made = judge(
      {node(1, "candidate", lost), node(2, "follower", lost), node(3, "follower", lost)}, now);
  BOOST_TEST(tells(made, "! No leader, though 3 of 3"), all_of(made));
}

BOOST_AUTO_TEST_CASE(a_leader_that_can_t_be_reached_from_here_still_leads) {
  const auto made = judge({dead(1), node(2, "follower"), node(3, "follower")}, now);
  BOOST_TEST(made.leader.value() == 1u);
  BOOST_TEST(!tells(made, "No leader"), all_of(made));
}

BOOST_AUTO_TEST_CASE(what_a_node_says_of_itself_is_passed_on) {
  const auto made =
      judge({node(1, "leader"), node(2, "follower", R"({"ready":false,"not_ready":"catching up"})"),
             node(3, "follower",
                  R"({"trouble":"The disk is full.","state_divergence":{"index":9,"node":1},
                "set_aside":[{"path":"/d/x","reason":"damaged","bytes":2048}],
                "http":{"connections":95,"max_connections":100}})")},
            now);
  BOOST_TEST(tells(made, "! Node 2 is not ready: catching up."), all_of(made));
  BOOST_TEST(tells(made, "! Node 3: The disk is full."));
  BOOST_TEST(tells(made, "differs from that of node 1 as of index 9"));
  BOOST_TEST(tells(made, "- Node 3 set /d/x aside (2.0 KiB): damaged."));
  BOOST_TEST(tells(made, "95 of at most 100 connections"));
}

BOOST_AUTO_TEST_CASE(who_lags_and_whom_the_leader_does_not_hear_is_told) {
  const auto slow = member(3, R"("connected":false,"lag_entries":20000)");
  const auto made =
      judge({node(1, "leader", "{}", slow), node(2, "follower"), node(3, "follower")}, now);
  BOOST_TEST(tells(made, "is 20,000 entries (0 ms) behind"), all_of(made));
  BOOST_TEST(tells(made, "answers, but the leader does not hear from it"));
}

BOOST_AUTO_TEST_CASE(certificates_that_end_soon_are_told) {
  const auto of = [](const std::string& ends) {
    return R"({"tls":{"not_after":")" + ends + R"(","trouble":null}})";
  };
  const auto soon = judge(
      {node(1, "leader", of("2026-12-02T00:00:00Z")), node(2, "follower"), node(3, "follower")},
      now);
  BOOST_TEST(tells(soon, "! Node 1's certificate for clients ends at 2026-12-02"), all_of(soon));
  const auto later = judge(
      {node(1, "leader", of("2027-12-02T00:00:00Z")), node(2, "follower"), node(3, "follower")},
      now);
  BOOST_TEST(later.is_well(), all_of(later));
}

BOOST_AUTO_TEST_CASE(nodes_of_two_clusters_versions_or_models_are_told) {
  const auto made = judge({node(1, "leader"), node(2, "follower", R"({"cluster_id":"aa"})"),
                           node(3, "follower", R"({"version":"0.2.0","models":[]})")},
                          now);
  BOOST_TEST(tells(made, "! These nodes are of different clusters: 00ff (node 1, 3); aa (node 2)."),
             all_of(made));
  BOOST_TEST(tells(made, "- Nodes run different versions"));
  BOOST_TEST(tells(made, "- Nodes serve different models"));
}

BOOST_AUTO_TEST_CASE(members_that_nobody_asked_are_found_once) {
  const auto made = members_not_asked({node(1, "leader"), dead(2)});
  BOOST_TEST(made == std::vector<std::string>{"10.0.0.3:8080"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ctl_report_test
