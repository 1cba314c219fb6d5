#include "actors/links/frame_queue.hpp"

#include <rapidcheck.h>
#include <boost/test/unit_test.hpp>

#include <array>
#include <map>
#include <string>
#include <vector>

#include "actors/links/frame_decoder.hpp"

namespace frame_queue_test {

using namespace lithair::actors;

namespace {

bool put(frame_queue& to, frame_class rank, std::string payload, std::uint64_t group = 1) {
  frame_head head;
  head.rank = rank;
  head.kind = frame_kind::raft;
  head.group = group;
  return to.put(head, std::move(payload));
}

/// A socket that takes so many bytes at a time, and what comes out at its other end.
struct wire {
  frame_decoder decoder{longest_payload};
  std::vector<frame> arrived;

  std::size_t take_some(frame_queue& from, std::size_t most, std::size_t parts = 8) {
    std::vector<std::string_view> views(parts);
    std::string bytes;
    for (std::size_t i = 0, count = from.next(views); i < count; ++i) bytes += views[i];
    bytes.resize(std::min(most, bytes.size()));
    from.sent(bytes.size());
    for (std::string_view rest = bytes; !rest.empty();)
      if (auto each = decoder.next(rest)) arrived.push_back(std::move(*each));
    return bytes.size();
  }
  std::string payloads() const {
    std::string all;
    for (auto& each : arrived) all += each.payload + ' ';
    return all;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(frame_queues)

BOOST_AUTO_TEST_CASE(what_is_urgent_goes_first_and_calls_and_bulk_by_turns) {
  frame_queue queue;
  for (const auto* each : {"b1", "b2", "b3"}) BOOST_TEST(put(queue, frame_class::bulk, each));
  for (const auto* each : {"c1", "c2"}) BOOST_TEST(put(queue, frame_class::calls, each));
  for (const auto* each : {"r1", "r2"}) BOOST_TEST(put(queue, frame_class::raft, each));
  BOOST_TEST(put(queue, frame_class::liveness, "l"));
  wire socket;
  while (socket.take_some(queue, 1000, 3) != 0) {
  }
  BOOST_TEST(socket.payloads() == "l r1 r2 c1 b1 c2 b2 b3 ");
  BOOST_TEST(queue.empty());
}

BOOST_AUTO_TEST_CASE(a_heartbeat_waits_for_the_rest_of_one_frame_at_most) {
  frame_queue queue;
  for (const auto* each : {"first", "second"}) BOOST_TEST(put(queue, frame_class::bulk, each));
  wire socket;
  socket.take_some(queue, 17);
  BOOST_TEST(put(queue, frame_class::liveness, "beat"));
  while (socket.take_some(queue, 5) != 0) {
  }
  BOOST_TEST(socket.payloads() == "first beat second ");
}

BOOST_AUTO_TEST_CASE(everything_arrives_once_and_in_the_order_of_its_class) {
  BOOST_TEST(rc::check("whatever is put, and however the socket takes it", [] {
    const auto steps = *rc::gen::container<std::vector<std::pair<int, std::size_t>>>(
        rc::gen::pair(rc::gen::inRange(0, 8), rc::gen::inRange<std::size_t>(0, 300)));
    frame_queue queue;
    wire socket;
    std::map<frame_class, std::vector<std::string>> sent;
    std::size_t number = 0;
    for (const auto& [what, size] : steps) {
      if (what >= 4) {
        socket.take_some(queue, size, 1 + size % 5);
        continue;
      }
      const auto rank = static_cast<frame_class>(what);
      auto payload = std::to_string(++number) + std::string(size, '.');
      sent[rank].push_back(payload);
      RC_ASSERT(put(queue, rank, payload));
    }
    while (socket.take_some(queue, 97) != 0) {
    }
    std::map<frame_class, std::vector<std::string>> came;
    for (auto& each : socket.arrived) came[each.head.rank].push_back(each.payload);
    RC_ASSERT(came == sent);
    RC_ASSERT(queue.empty());
    for (std::size_t of = 0; of < frame_classes; ++of)
      RC_ASSERT(queue.bytes(static_cast<frame_class>(of)) == 0u);
  }));
}

BOOST_AUTO_TEST_CASE(a_full_class_takes_nothing_and_the_others_go_on) {
  frame_queue queue{{100, 100, 100, 100}};
  BOOST_TEST(put(queue, frame_class::raft, std::string(84, 'x')));
  BOOST_TEST(!put(queue, frame_class::raft, ""));
  BOOST_TEST(put(queue, frame_class::bulk, std::string(84, 'x')));
  BOOST_TEST(!put(queue, frame_class::liveness, std::string(85, 'x')));
  BOOST_TEST(queue.bytes(frame_class::raft) == 100u);
  wire socket;
  socket.take_some(queue, 100);
  BOOST_TEST(put(queue, frame_class::raft, "again"));
}

BOOST_AUTO_TEST_CASE(what_is_forgotten_goes_but_what_was_begun_is_finished) {
  frame_queue queue;
  for (const std::uint64_t group : {1u, 2u, 1u})
    BOOST_TEST(put(queue, frame_class::bulk, "of " + std::to_string(group), group));
  BOOST_TEST(put(queue, frame_class::raft, "short", 1));
  wire socket;
  socket.take_some(queue, 3);
  BOOST_TEST(put(queue, frame_class::liveness, "also", 1));
  queue.forget([](const frame_head& head) { return head.group == 1; });
  while (socket.take_some(queue, 10) != 0) {
  }
  BOOST_TEST(socket.payloads() == "short of 2 ");
  BOOST_TEST(queue.bytes(frame_class::bulk) == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace frame_queue_test
