#include "actors/peers/pieces.hpp"

#include <rapidcheck.h>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

namespace pieces_test {

using namespace lithair::actors;

namespace {

/// A message of its own content, so that mixed up pieces show.
std::string message(std::size_t size, std::size_t number) {
  std::string made(size, '\0');
  for (std::size_t i = 0; i < size; ++i)
    made[i] = static_cast<char>((i * 31 + number * 7 + i / 251) & 0xff);
  return made;
}

/// A link that keeps the order, as connections do.
struct pipe_of_pieces {
  piece_sender sender;
  piece_receiver receiver;
  std::deque<peer_piece> there;
  std::deque<peer_piece_ack> back;
  std::vector<std::string> arrived;

  void send() {
    while (auto piece = sender.next()) there.push_back(std::move(*piece));
  }
  void take_one() {
    auto [answer, whole] = receiver.take(there.front());
    there.pop_front();
    if (answer) back.push_back(*answer);
    if (whole) arrived.push_back(std::move(*whole));
  }
  bool acknowledge_one() {
    const auto advanced = sender.acknowledged(back.front());
    back.pop_front();
    return advanced;
  }
  void run() {
    for (send(); !there.empty() || !back.empty(); send()) {
      if (!there.empty()) take_one();
      if (!back.empty()) acknowledge_one();
    }
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(pieces)

BOOST_AUTO_TEST_CASE(messages_arrive_whole_and_in_order_whenever_acknowledged) {
  BOOST_TEST(rc::check("whatever the sizes and the order of events", [] {
    const auto sizes = *rc::gen::container<std::vector<std::size_t>>(
        rc::gen::inRange<std::size_t>(1, 5 * piece_bytes));
    const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 3));
    pipe_of_pieces x;
    std::vector<std::string> sent;
    for (auto size : sizes) {
      sent.push_back(message(size, sent.size()));
      RC_ASSERT(x.sender.put(gathered{sent.back()}));
      for (auto step : steps) {
        if (step == 0) x.send();
        if (step == 1 && !x.there.empty()) x.take_one();
        if (step == 2 && !x.back.empty()) RC_ASSERT(x.acknowledge_one());
        RC_ASSERT(x.sender.on_the_way() <= piece_window);
      }
    }
    x.run();
    RC_ASSERT(x.arrived == sent);
    RC_ASSERT(x.sender.on_the_way() == 0u);
    RC_ASSERT(x.sender.is_idle());
  }));
}

BOOST_AUTO_TEST_CASE(a_lost_link_leaves_nothing_of_its_messages) {
  BOOST_TEST(rc::check("whatever was on its way", [] {
    const auto before = *rc::gen::inRange<std::size_t>(1, 20 * piece_bytes);
    const auto after = *rc::gen::inRange<std::size_t>(1, 20 * piece_bytes);
    const auto taken = *rc::gen::inRange(0, 5);
    const bool receiver_knows = *rc::gen::arbitrary<bool>();
    pipe_of_pieces x;
    RC_ASSERT(x.sender.put(gathered{message(before, 1)}));
    x.send();
    for (int i = 0; i < taken && !x.there.empty(); ++i) x.take_one();
    x.arrived.clear();
    const auto late = x.back;
    x.there.clear();
    x.back.clear();
    x.sender.forget();
    if (receiver_knows) x.receiver.forget();
    RC_ASSERT(x.sender.put(gathered{message(after, 2)}));
    x.send();
    // Acknowledgements of the former link mean nothing on this one.
    for (auto& each : late) RC_ASSERT(!x.sender.acknowledged(each));
    x.run();
    RC_ASSERT(x.arrived == std::vector{message(after, 2)});
  }));
}

BOOST_AUTO_TEST_CASE(pieces_of_a_stream_that_is_over_are_dropped) {
  pipe_of_pieces x;
  BOOST_REQUIRE(x.sender.put(gathered{message(3 * piece_bytes, 1)}));
  x.send();
  const auto old = x.there;
  x.take_one();
  x.there.clear();
  x.sender.forget();
  BOOST_REQUIRE(x.sender.put(gathered{message(3 * piece_bytes, 2)}));
  x.send();
  x.take_one();
  const auto answers = x.back.size();
  for (auto& each : old) {
    const auto nothing = x.receiver.take(each);
    BOOST_TEST(!nothing.answer.has_value());
    BOOST_TEST(!nothing.message.has_value());
  }
  BOOST_TEST(x.back.size() == answers);
  x.run();
  BOOST_REQUIRE(x.arrived.size() == 1u);
  BOOST_TEST((x.arrived.front() == message(3 * piece_bytes, 2)));
}

BOOST_AUTO_TEST_CASE(a_gap_is_refused_and_then_both_ends_begin_anew) {
  pipe_of_pieces x;
  BOOST_REQUIRE(x.sender.put(gathered{message(4 * piece_bytes, 1)}));
  x.send();
  x.there.erase(x.there.begin() + 1);
  x.run();
  BOOST_TEST(x.arrived.empty());
  BOOST_TEST(x.sender.on_the_way() == 0u);
  BOOST_REQUIRE(x.sender.put(gathered{message(4 * piece_bytes, 2)}));
  x.run();
  BOOST_TEST((x.arrived == std::vector{message(4 * piece_bytes, 2)}));
}

BOOST_AUTO_TEST_CASE(who_begins_to_listen_frees_the_window_of_what_it_never_heard) {
  pipe_of_pieces x;
  BOOST_REQUIRE(x.sender.put(gathered{message(10 * piece_bytes, 1)}));
  x.send();
  x.there.clear();
  BOOST_TEST(!x.sender.next().has_value());
  x.back.push_back(begin_anew);
  BOOST_TEST(!x.acknowledge_one());
  BOOST_REQUIRE(x.sender.put(gathered{message(10 * piece_bytes, 2)}));
  x.run();
  BOOST_TEST((x.arrived == std::vector{message(10 * piece_bytes, 2)}));
}

BOOST_AUTO_TEST_CASE(what_waits_and_what_is_received_is_bounded) {
  piece_sender sender;
  BOOST_TEST(!sender.put(gathered{std::string(longest_message + 1, 'x')}));
  BOOST_TEST(!sender.put({}));
  std::size_t put = 0;
  while (sender.put(gathered{std::string(1024 * 1024, 'x')})) ++put;
  BOOST_TEST(put * 1024 * 1024 <= most_waiting);
  BOOST_TEST((put + 1) * 1024 * 1024 > most_waiting);

  piece_receiver receiver;
  const auto refused = [&](const peer_piece& x) {
    const auto got = receiver.take(x);
    return got.answer && got.answer->refused && !got.message;
  };
  BOOST_TEST(refused({1, 0, longest_message + 1, "x"}));
  BOOST_TEST(refused({2, 0, 10, ""}));
  BOOST_TEST(refused({3, 0, 1, "xx"}));
  BOOST_TEST(refused({4, 1, 10, "x"}));
  BOOST_TEST(refused({5, std::uint64_t(-1), 10, "xx"}));
  BOOST_TEST(refused({6, 0, 2 * piece_bytes, std::string(piece_bytes + 1, 'x')}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pieces_test
