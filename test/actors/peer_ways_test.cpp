#include <boost/test/unit_test.hpp>

#include <set>
#include <string>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include "actors/node/system.hpp"
#include "actors/peers/peer_ways.hpp"
#include "test/actors/stand_in.hpp"

namespace peer_ways_test {

using namespace lithair::actors;
using lithair::protocol::node_id;

namespace {

struct with_ways {
  with_ways() { config.set("scheduler.policy", caf::atom("testing")); }
  ~with_ways() {
    ways.clear();
    for (auto& each : shippers) caf::anon_send_exit(each, caf::exit_reason::kill);
  }

  static peer_address at(std::uint64_t node, const std::string& host) {
    return {node_id{node}, host, 8080, 9080};
  }
  void settle(std::uint64_t now_ms) {
    ways.end_unwanted(now_ms, [this](node_id x) { return members.contains(x.value); });
  }
  bool is_there(std::uint64_t node) const { return ways.find(node_id{node}) != nullptr; }

  system_config config;
  caf::actor_system system{config};
  std::vector<caf::actor> shippers;
  std::vector<std::string> made;
  std::vector<std::uint64_t> ended;
  std::set<std::uint64_t> members{1, 2};
  peer_ways ways{{[this](const peer_address& x) {
                    made.push_back(x.host);
                    return lithair::test::stand_in{shippers.emplace_back(system.spawn(
                        [](caf::event_based_actor*) { return caf::behavior{[](int) {}}; }))};
                  },
                  [this](node_id x, const shipper_handle&) { ended.push_back(x.value); }}};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(ways_to_peers, with_ways)

BOOST_AUTO_TEST_CASE(a_member_has_one_way_and_another_one_when_it_has_moved) {
  BOOST_TEST(!ways.lead_to(at(2, "a")));
  BOOST_TEST(!ways.lead_to(at(2, "a")));
  ways.linked(node_id{2}, true);
  BOOST_TEST(ways.lead_to(at(2, "b")));
  BOOST_TEST(!ways.is_linked(node_id{2}));
  BOOST_TEST((made == std::vector<std::string>{"a", "b"}));
  BOOST_TEST((ended == std::vector<std::uint64_t>{2}));
}

BOOST_AUTO_TEST_CASE(the_way_to_a_member_that_was_removed_ends_after_a_while_linked_or_not) {
  ways.lead_to(at(2, "a"));
  ways.linked(node_id{2}, true);
  settle(1'000);
  members = {1};
  settle(2'000);
  settle(11'999);
  BOOST_TEST(is_there(2));
  settle(12'000);
  BOOST_TEST(!is_there(2));
  BOOST_TEST((ended == std::vector<std::uint64_t>{2}));
}

BOOST_AUTO_TEST_CASE(a_member_that_is_added_again_before_its_way_ended_gets_a_new_one) {
  ways.lead_to(at(2, "a"));
  members = {1};
  settle(1'000);
  members = {1, 2};
  BOOST_TEST(ways.lead_to(at(2, "a")));
  settle(20'000);
  BOOST_TEST(is_there(2));
  BOOST_TEST(made.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_stranger_is_heard_as_long_as_it_is_linked_and_looked_for_nowhere) {
  BOOST_TEST(ways.hear(node_id{7}, 1'000));
  BOOST_TEST(ways.address(node_id{7}) == nullptr);
  BOOST_TEST((made == std::vector<std::string>{""}));
  ways.linked(node_id{7}, true);
  settle(50'000);
  BOOST_TEST(is_there(7));
  ways.linked(node_id{7}, false);
  settle(51'000);
  BOOST_TEST(is_there(7));
  settle(61'000);
  BOOST_TEST(!is_there(7));
}

BOOST_AUTO_TEST_CASE(a_stranger_that_never_links_is_forgotten) {
  BOOST_TEST(ways.hear(node_id{7}, 1'000));
  settle(10'999);
  BOOST_TEST(is_there(7));
  settle(11'000);
  BOOST_TEST(!is_there(7));
}

BOOST_AUTO_TEST_CASE(a_stranger_that_turns_out_to_be_a_member_gets_a_way_of_its_own) {
  ways.hear(node_id{2}, 0);
  ways.linked(node_id{2}, true);
  BOOST_TEST(ways.lead_to(at(2, "a")));
  BOOST_TEST(ways.address(node_id{2})->host == "a");
  BOOST_TEST((ended == std::vector<std::uint64_t>{2}));
}

BOOST_AUTO_TEST_CASE(only_so_many_strangers_are_heard_at_a_time) {
  for (std::uint64_t i = 100; i < 164; ++i) BOOST_TEST_REQUIRE(ways.hear(node_id{i}, 0));
  BOOST_TEST(!ways.hear(node_id{200}, 0));
  BOOST_TEST(ways.hear(node_id{100}, 0));
  settle(10'000);
  BOOST_TEST(ways.hear(node_id{200}, 10'000));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace peer_ways_test
