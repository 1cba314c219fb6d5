#include "actors/peers/gate.hpp"

#include <chrono>
#include <functional>
#include <string>

#include <boost/test/unit_test.hpp>

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include "actors/messages/messages.hpp"
#include "actors/node/system.hpp"
#include "test/actors/known_peers.hpp"
#include "test/actors/stand_in.hpp"

namespace gate_test {

using namespace lithair::actors;
using lithair::protocol::group_id;
using lithair::protocol::node_id;
using namespace std::chrono_literals;

namespace {

/// A gate of node 1, and one who is everybody else: the note taker, the shipper for node 2, and
/// node 2.
struct world_of_a_gate {
  known_peers peers;
  system_config config;
  caf::actor_system system{config};
  caf::scoped_actor all{system};
  caf::actor entrance;
  int opened = 0;
  std::function<void()> while_noting = [] {};  // what happens before the disk has its say

  world_of_a_gate() {
    link_identity x;
    x.self = node_id{1};
    x.peers = &peers;
    x.notes = lithair::test::stand_in{all};
    entrance = system.spawn<gate>(nullptr, x, [this](std::function<void(bool)> done) {
      ++opened;
      done(opened > 1);  // At first it does not work.
    });
    all->send(entrance, expect_peer{node_id{2}, group_id{1}, lithair::test::stand_in{all}});
  }
  ~world_of_a_gate() { all->send_exit(entrance, caf::exit_reason::user_shutdown); }

  void say_hello(std::uint64_t from = 2, std::uint64_t cluster = 7) {
    hello x;
    x.cluster = cluster;
    x.node = from;
    x.to = 1;
    x.group = 1;
    x.endpoint = caf::actor_cast<caf::actor>(all);
    all->send(entrance, x);
  }
  /// What comes next, and answers it as the note taker would.
  std::string next(const std::string& failed = {}) {
    std::string came;
    all->receive(
        [&](const join_cluster&) {
          came = "join";
          return noted{failed};
        },
        [&](await_notes) {
          came = "notes";
          while_noting();
          return noted{failed};
        },
        [&](const linked_by_peer&) { came = "linked"; },
        [&](const meet& x) { came = "meet " + std::to_string(x.peer.value); },
        [&](const welcome& x) { came = x.refused.empty() ? "welcome" : x.refused; },
        caf::after(30s) >> [&] { came = "nothing"; });
    return came;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(gates, world_of_a_gate)

BOOST_AUTO_TEST_CASE(a_peer_is_welcomed_only_once_what_was_learned_from_it_is_noted) {
  say_hello();
  BOOST_TEST(next() == "join");
  BOOST_TEST(next() == "notes");
  BOOST_TEST(next() == "linked");
  BOOST_TEST(next() == "welcome");
}

// It was judged as a stranger, of whose directory nothing is remembered.
BOOST_AUTO_TEST_CASE(a_peer_that_becomes_a_member_while_it_is_noted_has_to_call_again) {
  caf::scoped_actor shipper_of_a_member{system};
  while_noting = [&] {
    all->send(entrance,
              expect_peer{node_id{2}, group_id{1}, lithair::test::stand_in{shipper_of_a_member}});
  };
  say_hello();
  BOOST_TEST(next() == "join");
  BOOST_TEST(next() == "notes");
  BOOST_TEST(next() == "it became a member meanwhile");
  while_noting = [] {};
  say_hello();
  for (auto what : {"join", "notes", "welcome"}) BOOST_TEST(next() == what);
  bool linked = false;
  shipper_of_a_member->receive([&](const linked_by_peer&) { linked = true; },
                               caf::after(30s) >> [] {});
  BOOST_TEST(linked);
}

BOOST_AUTO_TEST_CASE(the_port_is_opened_once_somebody_is_expected_and_asked_for_until_it_is_open) {
  const auto expect_again = [&] {
    all->send(entrance, expect_peer{node_id{2}, group_id{1}, lithair::test::stand_in{all}});
    say_hello();
    for (auto what : {"join", "notes", "linked", "welcome"}) BOOST_TEST(next() == what);
  };
  say_hello();
  for (auto what : {"join", "notes", "linked", "welcome"}) BOOST_TEST(next() == what);
  BOOST_TEST(opened == 1);
  expect_again();
  BOOST_TEST(opened == 2);
  expect_again();
  BOOST_TEST(opened == 2);
}

BOOST_AUTO_TEST_CASE(a_peer_that_cannot_be_noted_is_refused) {
  say_hello();
  BOOST_TEST(next() == "join");
  BOOST_TEST(next("no room") == "notes");
  BOOST_TEST(next() == "it can't be noted: no room");
}

BOOST_AUTO_TEST_CASE(a_peer_of_another_cluster_is_refused_before_anything_is_learned_from_it) {
  say_hello();
  BOOST_TEST(next("it belongs to another cluster") == "join");
  BOOST_TEST(next() == "it belongs to another cluster");
}

BOOST_AUTO_TEST_CASE(
    of_a_stranger_that_knows_the_cluster_the_group_is_told_and_welcomes_it_when_it_calls_again) {
  all->send(entrance, guard_group{group_id{1}, lithair::test::stand_in{all}});
  say_hello(5);
  BOOST_TEST(next() == "meet 5");
  BOOST_TEST(next() == "node 5 is not a member here");
  all->send(entrance, expect_peer{node_id{5}, group_id{1}, lithair::test::stand_in{all}});
  say_hello(5);
  for (auto what : {"join", "notes", "linked", "welcome"}) BOOST_TEST(next() == what);
  all->send(entrance, forget_peer{node_id{5}, group_id{1}, lithair::test::stand_in{all}});
  say_hello(5);
  BOOST_TEST(next() == "meet 5");
  BOOST_TEST(next() == "node 5 is not a member here");
}

BOOST_AUTO_TEST_CASE(
    of_a_stranger_that_does_not_know_the_cluster_or_has_the_own_number_nobody_is_told) {
  all->send(entrance, guard_group{group_id{1}, lithair::test::stand_in{all}});
  say_hello(5, 0);
  BOOST_TEST(next() == "node 5 is not a member here");
  say_hello(5, 8);
  BOOST_TEST(next() == "node 5 is not a member here");
  say_hello(1);
  BOOST_TEST(next() == "it has the number of this node");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace gate_test
