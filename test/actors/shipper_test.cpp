#include "actors/peers/shipper.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include "actors/messages/messages.hpp"
#include "actors/node/system.hpp"
#include "actors/peers/connector.hpp"
#include "actors/peers/peer_codec.hpp"
#include "test/actors/known_peers.hpp"
#include "test/actors/stand_in.hpp"

namespace shipper_test {

using namespace lithair;
using namespace lithair::actors;
using namespace std::chrono_literals;
using protocol::group_id;
using protocol::node_id;
using protocol::term_t;

namespace {

constexpr group_id group{1};

/// The way from node 1 to node 2, and one who is everybody else: the raft actor, the note taker and
/// the peer.
struct way_to_a_peer {
  known_peers peers;
  system_config config;
  caf::actor_system system{config};
  caf::scoped_actor all{system};
  caf::actor way;

  way_to_a_peer() {
    peers.how = trust::requests;
    shipper::setup x;
    x.identity.self = node_id{1};
    x.identity.notes = test::stand_in{all};
    x.identity.peers = &peers;
    x.peer.id = node_id{2};
    x.peer.host = "127.0.0.1";
    x.connector = test::stand_in{all};
    x.group = group;
    way = system.spawn<shipper>(nullptr, std::move(x));
    all->send(way, serve_raft{test::stand_in{all}});
    link();
    // That there is no link yet, that there is one, and to the peer that its streams begin anew.
    for (int i = 0; i < 3; ++i)
      all->receive([](const link_changed&) {}, [](const peer_piece_ack&) {},
                   caf::after(30s) >> [] { BOOST_FAIL("no link"); });
  }
  ~way_to_a_peer() { all->send_exit(way, caf::exit_reason::user_shutdown); }

  void link() { all->send(way, linked_by_peer{{test::stand_in{all}, 22, {}, peers.how}}); }
  void end() { all->send(way, peer_left{}); }

  /// What the raft actor is told: whether the link is up, and whether the peer is gone.
  using news = std::pair<bool, bool>;
  news told_next() {
    std::optional<news> told;
    while (!told)
      all->receive(
          [&](const link_changed& x) {
            told = {x.up, x.gone};
          },
          [](const peer_piece_ack&) {},
          caf::after(30s) >>
              [&] {
                told = {true, true};
              });
    return *told;
  }
  void answer_dial(const reached& how) {
    all->receive([&](const reach&) { all->send(way, how); },
                 caf::after(30s) >> [] { BOOST_FAIL("nobody is dialled"); });
  }

  /// What the peer sends, and how much of it arrives.
  std::size_t arrive(const std::vector<protocol::message>& messages) {
    all->send(way, peer_message{encode(group, messages).copy()});
    std::optional<std::size_t> count;
    while (!count) {
      all->receive([&](const peer_step& x) { count = x.messages.size(); },
                   [](await_notes) { return noted{}; }, caf::after(30s) >> [&] { count = 99; });
    }
    return *count;
  }
};

const std::vector<protocol::message> beat_and_vote{protocol::heartbeat{},
                                                   protocol::vote_response{term_t{2}, true}};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(shippers, way_to_a_peer)

BOOST_AUTO_TEST_CASE(
    of_a_peer_that_was_added_again_unseen_only_requests_are_taken_until_that_is_known) {
  BOOST_TEST(arrive(beat_and_vote) == 1u);
  peers.how = trust::full;
  BOOST_TEST(arrive(beat_and_vote) == 1u, "it was not trusted when this came");
  BOOST_TEST(arrive(beat_and_vote) == 2u);
}

BOOST_AUTO_TEST_CASE(a_peer_whose_end_has_ended_is_linked_no_more) {
  end();
  BOOST_TEST((told_next() == news{false, false}));
}

BOOST_AUTO_TEST_CASE(when_the_link_ends_it_is_dialled_at_once_and_if_nobody_answers_that_is_told) {
  end();
  BOOST_TEST((told_next() == news{false, false}));
  answer_dial({{}, "connection refused"});
  BOOST_TEST((told_next() == news{false, true}));
}

BOOST_AUTO_TEST_CASE(
    when_the_peer_begins_to_listen_the_group_is_told_once_more_that_there_is_a_link) {
  all->send(way, begin_anew);
  BOOST_TEST((told_next() == news{true, false}));
}

BOOST_AUTO_TEST_CASE(a_peer_that_answers_in_whatever_way_is_not_gone) {
  end();
  BOOST_TEST((told_next() == news{false, false}));
  answer_dial({{}, "it has another cluster", refusal_by::peer});
  all->receive([](const link_refused&) {}, caf::after(30s) >> [] { BOOST_FAIL("not refused"); });
  all->send(way, serve_raft{test::stand_in{all}});
  BOOST_TEST((told_next() == news{false, false}));
}

BOOST_AUTO_TEST_CASE(a_peer_that_linked_itself_meanwhile_is_not_gone) {
  end();
  BOOST_TEST((told_next() == news{false, false}));
  all->receive([](const reach&) {}, caf::after(30s) >> [] { BOOST_FAIL("nobody is dialled"); });
  link();
  BOOST_TEST((told_next() == news{true, false}));
  all->send(way, reached{{}, "connection refused"});
  all->send(way, serve_raft{test::stand_in{all}});
  BOOST_TEST((told_next() == news{true, false}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace shipper_test
