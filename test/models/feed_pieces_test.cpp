#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

#include "models/derived/change_recorder.hpp"
#include "models/query/stream.hpp"
#include "models/schema/value_codec.hpp"
#include "test/models/service_fixture.hpp"

namespace lithair::models {
namespace feed_pieces_test {

namespace {

constexpr std::string_view shop = R"(
[models.products.fields]
id = { type = "integer", primary_key = true, replicate = true }
name = { type = "string", optional = true, replicate = true }
)";

/// Records that a command changed these many items, each with so many letters; every other question
/// whether it is late is answered with yes, if it is to pause.
change_set changes_of(const service_fixture& node, std::uint64_t index, int count,
                      std::size_t letters, feed_layout layout, bool pauses, std::uint64_t limit) {
  const collection& c = *node.find("products");
  std::string text;
  write_value(text, value{std::string(letters, 'x')});
  const stored_fields fields{{c.fields[1].id, text}};
  change_recorder record;
  for (int i = 0; i < count; ++i) {
    record.add({c, "k" + std::to_string(i), nullptr, &fields});
  }
  change_set made;
  bool late = false;
  const auto is_late = [&] { return pauses && (late = !late); };
  while (!record.write({index, 7}, node.state(), layout, made, is_late, limit)) {
  }
  return made;
}

std::string joined(const feed_pair& pair) {
  std::string made;
  for (const auto& each : pair.pieces) {
    made += *each;
  }
  return made;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(feed_in_pieces)

BOOST_AUTO_TEST_CASE(large_changes_lie_in_pieces_that_are_together_what_one_pair_was) {
  for (const std::size_t letters : {10, 1000, 200'000}) {
    service_fixture node(shop);
    const auto whole =
        changes_of(node, 5, 1000, letters, feed_layout::one_pair, false, max_feed_bytes * 100);
    node.mutable_state().apply(
        changes_of(node, 5, 1000, letters, feed_layout::pieces, false, max_feed_bytes * 100));
    BOOST_REQUIRE(whole.back().key == feed_key(5));
    const auto& bytes = *whole.back().value;
    const auto pair = *node.state().get(feed_key(5));
    const auto head = read_feed_head(pair);
    BOOST_TEST(head.bytes == bytes.size());
    BOOST_TEST(head.time_us == 7);
    BOOST_TEST(head.cost() == bytes.size() + 64);
    BOOST_TEST((head.pieces > 0) == (bytes.size() > 2 * feed_piece_bytes));
    BOOST_TEST(read_feed_head(bytes).bytes == bytes.size());
    const auto read = read_feed_pair(node.state(), 5, pair);
    BOOST_TEST((joined(read) == bytes));
    for (const auto& [key, value] : node.state().pairs()) {
      BOOST_TEST(value.size() <= feed_piece_bytes + 16);
    }
    // From anywhere, and as much as is wanted.
    for (const std::size_t offset : {0ul, 1ul, bytes.size() / 2, bytes.size() - 1}) {
      for (const std::size_t least : {0ul, 1ul, 300'000ul}) {
        const auto some = read.from(offset, least);
        const auto skipped = offset - some.offset;
        BOOST_TEST(some.bytes->size() - skipped >= std::min(least, bytes.size() - offset));
        BOOST_TEST((bytes.substr(some.offset, some.bytes->size()) == *some.bytes));
        BOOST_TEST(some.reaches_end == (some.offset + some.bytes->size() == bytes.size()));
      }
      const auto run = read_run(node.state(), 5, 0, 5, offset, 300'000);
      BOOST_TEST((*run.pieces.front().bytes == bytes.substr(offset, 300'000)));
    }
    std::string told;
    std::string expected;
    const auto note = [](std::string& to) {
      return [&to](const feed_event& x) { to += std::to_string(x.part) + std::string(x.key); };
    };
    BOOST_TEST(read_feed(read, note(told)));
    BOOST_TEST(read_feed(5, bytes, note(expected)));
    BOOST_TEST((told == expected));
  }
}

BOOST_AUTO_TEST_CASE(changes_of_a_piece_that_is_missing_are_none) {
  service_fixture node(shop);
  node.mutable_state().apply(
      changes_of(node, 5, 1000, 1000, feed_layout::pieces, false, max_feed_bytes));
  node.mutable_state().apply({{feed_piece_key(5, 2), std::nullopt}});
  const auto pair = *node.state().get(feed_key(5));
  BOOST_TEST(!read_feed(read_feed_pair(node.state(), 5, pair), [](const feed_event&) {}));
  // A stream goes on behind it.
  node.mutable_state().apply(changes_of(node, 6, 1, 1, feed_layout::pieces, false, max_feed_bytes));
  std::string text;
  stream_cursor cursor(parse_stream(*node.find("products"), {}, {})->what, {});
  for (int reads = 0; cursor.through().whole() < 6; ++reads) {
    BOOST_REQUIRE(reads < 100);
    const auto run = read_run(node.state(), 6, cursor.through().whole(), cursor.index(),
                              cursor.offset(), 300'000);
    for (const auto& piece : run.pieces) {
      static_cast<void>(cursor.read(piece, 1 << 20, [] { return false; }));
    }
    text += cursor.take().text;
  }
  BOOST_TEST(text.find("id: 6\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_dropped_is_the_same_however_it_lies_and_whoever_pauses) {
  constexpr std::uint64_t limit = 4 << 20;
  service_fixture pieces(shop);
  service_fixture pausing(shop);
  service_fixture whole(shop);
  for (std::uint64_t index = 1; index <= 4000; ++index) {
    // Many small ones, and then large ones that take the place of all of them.
    const int count = index < 3990 ? 1 : 900;
    const auto made = changes_of(pieces, index, count, 1000, feed_layout::pieces, false, limit);
    pieces.mutable_state().apply(made);
    BOOST_TEST((changes_of(pausing, index, count, 1000, feed_layout::pieces, true, limit) == made));
    pausing.mutable_state().apply(made);
    whole.mutable_state().apply(
        changes_of(whole, index, count, 1000, feed_layout::one_pair, false, limit));
    const auto extent = extent_of_feed(pieces.state());
    BOOST_TEST(extent.bytes <= limit);
    BOOST_TEST(extent.bytes == extent_of_feed(whole.state()).bytes);
    BOOST_TEST(extent.dropped == extent_of_feed(whole.state()).dropped);
  }
  std::uint64_t bytes = 0;
  std::uint64_t heads = 0;
  for (const auto& [key, value] : pieces.state().pairs()) {
    heads += key.front() == 'f' ? 1 : 0;
    bytes += key.front() == 'c' ? value.size() : 0;
  }
  // Nothing is left of what was dropped.
  BOOST_TEST(extent_of_feed(pieces.state()).bytes == bytes + 64 * heads);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace feed_pieces_test
}  // namespace lithair::models
