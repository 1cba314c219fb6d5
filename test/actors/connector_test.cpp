#include "actors/peers/connector.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include "actors/messages/messages.hpp"
#include "actors/node/system.hpp"
#include "actors/runtime/loop.hpp"
#include "test/actors/known_peers.hpp"
#include "test/actors/links/stranger.hpp"
#include "test/actors/stand_in.hpp"
#include "test/cluster/harness/ports.hpp"

namespace connector_test {

using namespace lithair;
using namespace lithair::actors;
using namespace std::chrono_literals;

namespace {

/// Nodes 1 and 2, of each the connector; and one who is everybody else in both of them.
struct two_connectors {
  test::port_block ports;
  known_peers peers;
  system_config config;
  caf::actor_system system{config};
  loop home{system, "test"};
  caf::scoped_actor all{system};
  caf::scoped_actor gate{system};
  link_limits limits;
  std::map<std::uint64_t, connector_handle> nodes;

  two_connectors() {
    limits.alive_ms = 20;
    limits.silence_ms = 5000;
    home.start();
  }
  ~two_connectors() {
    for (auto& [id, each] : nodes) end(id);
    nodes.clear();
    home.stop();
  }

  void begin(std::uint64_t id) {
    nodes[id] = caf::actor_cast<connector_handle>(system.spawn<connector>(&home, false, limits));
    link_identity identity;
    identity.self = protocol::node_id{id};
    identity.incarnation = 100 + id;
    identity.peers = &peers;
    caf::anon_send(nodes[id], introduce_node{identity, 200 + id, test::stand_in{gate}});
    std::promise<bool> opened;
    caf::anon_send(nodes[id], open_port{place(id), [&](bool done) { opened.set_value(done); }});
    BOOST_REQUIRE(opened.get_future().get());
  }
  void end(std::uint64_t id) {
    if (!nodes[id]) return;
    all->monitor(nodes[id]);
    all->send_exit(nodes[id], caf::exit_reason::user_shutdown);
    all->receive([](const caf::down_msg&) {}, caf::after(30s) >> [] { BOOST_FAIL("no end"); });
    nodes[id] = nullptr;
  }
  std::uint16_t port(std::uint64_t id) const { return ports.peer(id); }
  peer_address place(std::uint64_t id) const {
    return {protocol::node_id{id}, "127.0.0.1", ports.http(id), port(id)};
  }
  reached reach_from(std::uint64_t from, peer_address to) {
    all->send(nodes[from], reach{std::move(to)});
    reached result;
    all->receive([&](const reached& x) { result = x; },
                 caf::after(30s) >> [] { BOOST_FAIL("no answer"); });
    return result;
  }
  turned_away refusal() {
    turned_away result;
    gate->receive([&](const turned_away& x) { result = x; },
                  caf::after(30s) >> [] { BOOST_FAIL("the gate learns nothing"); });
    return result;
  }
};

/// Group 1 of both nodes: node 2 greets, node 1 lets it in, and then its shipper here and the one
/// there are linked.
struct a_linked_group : two_connectors {
  std::optional<caf::scoped_actor> here{std::in_place, system};
  caf::scoped_actor there{system};
  caf::actor link;       // to node 1
  caf::actor link_back;  // to node 2
  caf::actor sender;     // of what came last

  a_linked_group() {
    begin(1);
    begin(2);
    link = caf::actor_cast<caf::actor>(reach_from(2, place(1)).gate);
    BOOST_REQUIRE(link);
    BOOST_TEST(greet().refused == "");
  }
  ~a_linked_group() { link = link_back = sender = nullptr; }

  /// What the greeting is answered; node 1 refuses it with the sentence.
  welcome greet(const std::string& refused = {}) {
    hello said;
    said.group = 1;
    said.cluster = 7;
    said.proof = "holds 1 1\n";
    said.endpoint = caf::actor_cast<caf::actor>(*here);
    auto asked = (*here)->request(link, 30s, said);
    gate->receive(
        [&](const hello& came) {
          link_back = came.endpoint;
          BOOST_TEST((came.node == 2 && came.to == 1 && came.group == 1 && came.cluster == 7));
          BOOST_TEST((came.incarnation == 102 && came.proof == said.proof));
          BOOST_TEST(came.schema == "the models");
          welcome answer;
          answer.cluster = 7;
          answer.refused = refused;
          answer.proof = "holds 2 2\n";
          if (refused.empty()) answer.endpoint = caf::actor_cast<caf::actor>(there);
          return answer;
        },
        caf::after(30s) >> [] { BOOST_FAIL("no greeting"); });
    welcome result;
    asked.receive([&](const welcome& x) { result = x; },
                  [](const caf::error&) { BOOST_FAIL("no answer to the greeting"); });
    return result;
  }
  template <class Message>
  Message next_of(caf::scoped_actor& who) {
    Message result;
    who->receive(
        [&](Message& x) {
          result = std::move(x);
          sender = caf::actor_cast<caf::actor>(who->current_sender());
        },
        caf::after(30s) >> [] { BOOST_FAIL("nothing comes"); });
    return result;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(connectors, two_connectors)

BOOST_AUTO_TEST_CASE(a_node_reaches_another_one_and_all_who_ask_share_the_link) {
  begin(1);
  begin(2);
  const auto link = reach_from(2, place(1)).gate;
  BOOST_REQUIRE(link);
  BOOST_TEST((reach_from(2, place(1)).gate == link));
  BOOST_TEST((reach_from(1, place(2)).gate != nullptr), "the other way it is there as well");
}

BOOST_AUTO_TEST_CASE(who_ends_is_missed_at_once) {
  begin(1);
  begin(2);
  const auto link = reach_from(2, place(1)).gate;
  BOOST_REQUIRE(link);
  all->monitor(link);
  all->send_exit(nodes[1], caf::exit_reason::user_shutdown);
  nodes[1] = nullptr;
  bool missed = false;
  all->receive([&](const caf::down_msg&) { missed = true; }, caf::after(30s) >> [] {});
  BOOST_TEST(missed);
}

BOOST_AUTO_TEST_CASE(where_nobody_or_somebody_else_is_that_is_told) {
  begin(1);
  begin(2);
  BOOST_TEST(reach_from(2, place(3)).failed == "connection refused");
  auto mistaken = place(1);
  mistaken.id = protocol::node_id{4};
  const auto answer = reach_from(2, mistaken);
  BOOST_TEST(answer.failed == "node 1 answers there");
  BOOST_TEST((answer.refused == refusal_by::nobody));
  BOOST_TEST(refusal().why == "this is node 1, not 4");
}

BOOST_AUTO_TEST_CASE(who_does_not_speak_as_a_node_is_closed_at_once_and_without_a_word) {
  begin(1);
  for (const std::string_view words :
       {std::string_view{"GET / HTTP/1.1\r\n\r\n"}, std::string_view{"\x01\0\0\0\0\0\0\0\0", 9},
        std::string_view{"\xff\xff\xff\xff\xff\xff\xff\xff", 8}}) {
    test::stranger caller{port(1)};
    caller.say(words);
    BOOST_TEST(caller.told() == "");
  }
}

BOOST_AUTO_TEST_CASE(who_announces_more_than_a_greeting_is_told_so_and_closed) {
  begin(1);
  test::stranger caller{port(1)};
  caller.say(std::string("lithair\x01\xff\xff\xff\xff\0\x01\0\0\0\0\0\0\0\0\0\0", 24));
  BOOST_TEST(caller.told().find("announces a frame of 4294967295 bytes") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(who_says_nothing_or_too_little_is_closed_in_time) {
  limits.handshake_ms = 50;
  begin(1);
  test::stranger silent{port(1)};
  test::stranger slow{port(1)};
  slow.say("lith");
  BOOST_TEST(silent.told() == "");
  BOOST_TEST(slow.told() == "");
}

BOOST_AUTO_TEST_CASE(
    of_too_many_who_do_not_greet_the_longest_waiting_goes_and_nodes_still_come_in) {
  limits.max_strangers_per_address = 2;
  begin(1);
  begin(2);
  test::stranger first{port(1)}, second{port(1)}, third{port(1)};
  BOOST_TEST(first.told() == "");
  BOOST_TEST((reach_from(2, place(1)).gate != nullptr));
  BOOST_TEST(second.told() == "");
}

BOOST_AUTO_TEST_CASE(a_caller_of_another_cluster_is_refused_in_words_and_the_gate_learns_it) {
  begin(1);
  auto ours = test::hello_of(2, 1);
  ours.version = peer_version;
  ours.cluster = 8;
  test::stranger caller{port(1)};
  BOOST_TEST(caller.meet(ours) == "is refused: it belongs to another cluster");
  const auto news = refusal();
  BOOST_TEST(news.node == 2u);
  BOOST_TEST(news.why == "it belongs to another cluster");
}

BOOST_AUTO_TEST_CASE(a_later_connection_of_a_node_takes_the_place_of_its_earlier_one) {
  begin(1);
  auto ours = test::hello_of(2, 1);
  ours.version = peer_version;
  test::stranger before{port(1)};
  BOOST_TEST(before.meet(ours) == "meets node 1");
  test::stranger after{port(1)};
  BOOST_TEST(after.meet(ours) == "meets node 1");
  before.told();  // until it is closed
}

BOOST_AUTO_TEST_CASE(no_more_nodes_are_linked_than_may_be_whoever_says_to_be_another_one) {
  limits.max_links = 1;
  begin(1);
  const auto as = [](std::uint64_t node) {
    auto ours = test::hello_of(node, 1);
    ours.version = peer_version;
    return ours;
  };
  test::stranger one{port(1)};
  BOOST_TEST(one.meet(as(2)) == "meets node 1");
  test::stranger beyond{port(1)};
  BOOST_TEST(beyond.meet(as(3)) == "meets node 1");
  beyond.told();  // until it is closed
  // A node that is linked may come anew, and then the earlier connection goes.
  test::stranger again{port(1)};
  BOOST_TEST(again.meet(as(2)) == "meets node 1");
  one.told();
}

BOOST_AUTO_TEST_CASE(a_greeted_peer_that_falls_silent_or_says_what_is_no_frame_is_closed) {
  limits.alive_ms = 10;
  limits.silence_ms = 50;
  begin(1);
  auto ours = test::hello_of(2, 1);
  ours.version = peer_version;
  test::stranger silent{port(1)};
  BOOST_TEST(silent.meet(ours) == "meets node 1");
  silent.told();
  test::stranger odd{port(1)};
  BOOST_TEST(odd.meet(ours) == "meets node 1");
  odd.say(std::string(16, '\xff'));
  odd.told();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(links_of_groups, a_linked_group)

BOOST_AUTO_TEST_CASE(what_shippers_say_arrives_both_ways_and_from_the_link) {
  (*here)->send(link, peer_message{"append", false});
  (*here)->send(link, peer_piece{1, 0, 3, "abc"});
  BOOST_TEST(next_of<peer_message>(there).bytes == "append");
  BOOST_TEST(next_of<peer_piece>(there).bytes == "abc");
  there->send(link_back, peer_piece_ack{1, 3, false});
  there->send(link_back, peer_message{"beat", true});
  BOOST_TEST(next_of<peer_piece_ack>(*here).received == 3u);
  BOOST_TEST((sender == link));
  BOOST_TEST(next_of<peer_message>(*here).bytes == "beat");
}

BOOST_AUTO_TEST_CASE(the_answer_tells_what_the_handshake_and_the_models_told) {
  const auto answer = greet();
  BOOST_TEST((answer.node == 1 && answer.incarnation == 101 && answer.cluster == 7));
  BOOST_TEST(answer.schema == "the models");
  BOOST_TEST(answer.proof == "holds 2 2\n");
  BOOST_TEST((answer.endpoint == link));
}

BOOST_AUTO_TEST_CASE(of_whoever_is_not_linked_nothing_is_sent) {
  all->send(link, peer_message{"of somebody", false});
  (*here)->send(link, peer_message{"of the shipper", false});
  BOOST_TEST(next_of<peer_message>(there).bytes == "of the shipper");
}

BOOST_AUTO_TEST_CASE(a_shipper_that_ends_is_missed_by_its_peer_and_a_new_one_may_greet) {
  here.reset();
  here.emplace(system);
  next_of<peer_left>(there);
  BOOST_TEST(greet().refused == "");
  (*here)->send(link, peer_message{"anew", false});
  BOOST_TEST(next_of<peer_message>(there).bytes == "anew");
}

BOOST_AUTO_TEST_CASE(who_greets_again_and_is_refused_is_linked_no_more) {
  BOOST_TEST(greet("it was removed").refused == "it was removed");
  next_of<peer_left>(there);
  (*here)->send(link, peer_message{"lost", false});
  BOOST_TEST(greet().refused == "");
  (*here)->send(link, peer_message{"heard", false});
  BOOST_TEST(next_of<peer_message>(there).bytes == "heard");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace connector_test
