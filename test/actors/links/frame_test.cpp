#include "actors/links/frame.hpp"

#include <rapidcheck.h>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "actors/links/fields.hpp"
#include "actors/links/frame_decoder.hpp"

namespace frame_test {

using namespace lithair::actors;

namespace {

frame_head head_of(frame_class rank, frame_kind kind, std::uint64_t group) {
  frame_head made;
  made.rank = rank;
  made.kind = kind;
  made.group = group;
  return made;
}

// A head that announces so much.
std::string announcing(std::uint32_t size, char rank = 0, char flags = 0) {
  frame_head head;
  head.size = size;
  auto raw = encode(head);
  raw[4] = rank;
  raw[6] = flags;
  return {raw.data(), raw.size()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(frames)

BOOST_AUTO_TEST_CASE(a_head_lies_as_it_is_written_down) {
  auto head = head_of(frame_class::bulk, frame_kind::piece, 0x0102030405060708);
  const auto whole = encode(head, "abc");
  BOOST_TEST(whole == std::string("\x03\x00\x00\x00\x03\x15\x00\x00\x08\x07\x06\x05\x04\x03\x02\x01"
                                  "abc",
                                  19));
}

BOOST_AUTO_TEST_CASE(frames_come_whole_however_their_bytes_are_cut) {
  BOOST_TEST(rc::check("whatever their sizes and the cuts", [] {
    const auto sizes =
        *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, 70'000));
    const auto cut = *rc::gen::inRange<std::size_t>(1, 9'000);
    std::vector<frame> sent;
    std::string bytes;
    for (const auto size : sizes) {
      auto head = head_of(frame_class::raft, frame_kind::raft, sent.size());
      head.size = static_cast<std::uint32_t>(size);
      sent.push_back({head, std::string(size, static_cast<char>('a' + size % 26))});
      bytes += encode(head, sent.back().payload);
    }
    frame_decoder decoder{70'000};
    std::vector<frame> came;
    for (std::size_t at = 0; at < bytes.size(); at += cut)
      for (std::string_view part = std::string_view{bytes}.substr(at, cut); !part.empty();)
        if (auto each = decoder.next(part)) came.push_back(std::move(*each));
    RC_ASSERT(came == sent);
    RC_ASSERT(decoder.held() == 0u);
    RC_ASSERT(decoder.failed().empty());
  }));
}

BOOST_AUTO_TEST_CASE(what_is_announced_costs_nothing_until_it_comes) {
  frame_decoder decoder{longest_payload};
  const auto claim = announcing(longest_payload);
  std::string_view bytes = claim;
  BOOST_TEST(!decoder.next(bytes));
  BOOST_TEST(decoder.failed() == "");
  BOOST_TEST(decoder.held() == 16u);
}

BOOST_AUTO_TEST_CASE(what_can_not_be_is_refused_by_its_head) {
  const std::pair<std::string, std::string> cases[] = {
      {announcing(101), "it announces a frame of 101 bytes, and 100 is the most"},
      {announcing(0xffffffff), "it announces a frame of 4294967295 bytes, and 100 is the most"},
      {announcing(1, 4), "its frames are of no class"},
      {announcing(1, 0, 1), "it compresses, which this node can't read"},
  };
  for (const auto& [head, why] : cases) {
    frame_decoder decoder{100};
    const auto sent = head + std::string(1000, 'x');
    std::string_view bytes = sent;
    BOOST_TEST(!decoder.next(bytes));
    BOOST_TEST(decoder.failed() == why);
    BOOST_TEST(decoder.held() <= 16u);
    bytes = sent;
    BOOST_TEST(!decoder.next(bytes));
    BOOST_TEST(bytes == "", "what comes after that is thrown away");
  }
}

BOOST_AUTO_TEST_CASE(fields_are_read_as_they_were_written_and_never_past_the_end) {
  const auto bytes = field_writer{}
                         .number(std::uint16_t{7})
                         .text("abc")
                         .number(std::uint64_t{9})
                         .rest("tail")
                         .take();
  field_reader in{bytes};
  BOOST_TEST(in.number<std::uint16_t>() == 7u);
  BOOST_TEST(in.text() == "abc");
  BOOST_TEST(in.number<std::uint64_t>() == 9u);
  BOOST_TEST(in.rest() == "tail");
  BOOST_TEST(in.sound());
  for (std::size_t size = 0; size < bytes.size() - 4; ++size) {
    field_reader cut{std::string_view{bytes}.substr(0, size)};
    (void)cut.number<std::uint16_t>();
    (void)cut.text();
    BOOST_TEST((cut.number<std::uint64_t>() == 0u && !cut.sound()), size);
  }
  const std::string lying(
      "\xff\xff\xff\xff"
      "ab",
      6);
  field_reader claim{lying};
  BOOST_TEST(claim.text() == "");
  BOOST_TEST(!claim.sound());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace frame_test
