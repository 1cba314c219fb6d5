#include "actors/raft/storage_room.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

#include "actors/raft/submissions.hpp"

namespace storage_room_test {

using namespace lithair;
using actors::storage_room;

namespace {

constexpr std::uint64_t limit = 64 << 20;
constexpr std::uint64_t mebibyte = 1 << 20;

bool speaks_of(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(storage_rooms)

BOOST_AUTO_TEST_CASE(without_a_limit_everything_is_taken) {
  storage_room room{0};
  const storage_room::use much{1ull << 50, 1ull << 40, 1ull << 40};
  BOOST_TEST(!room.measure(much));
  BOOST_TEST(room.why_not_grow(much, 1 << 30).empty());
  BOOST_TEST(room.why_not_shrink(much).empty());
}

BOOST_AUTO_TEST_CASE(what_grows_is_refused_while_there_is_room_for_what_shrinks) {
  storage_room room{limit};
  const storage_room::use below{47 * mebibyte, 0, 0};
  BOOST_TEST(!room.measure(below));
  BOOST_TEST(room.why_not_grow(below, 1000).empty());
  const storage_room::use above{48 * mebibyte - mebibyte / 2 + 1, 0, 0};
  BOOST_TEST(room.measure(above));
  BOOST_TEST(room.is_full());
  const auto why = room.why_not_grow(above, 0);
  for (const auto* word : {"47.5 MiB of the 64.0 MiB", "--map-size", "delete"})
    BOOST_TEST(speaks_of(why, word), why);
  BOOST_TEST(room.why_not_shrink(above).empty());
}

BOOST_AUTO_TEST_CASE(it_is_full_until_there_is_more_room_than_it_takes) {
  storage_room room{limit};
  BOOST_TEST(room.measure({48 * mebibyte, 0, 0}));
  BOOST_TEST(!room.measure({46 * mebibyte, 0, 0}));
  BOOST_TEST(room.is_full());
  BOOST_TEST(room.measure({45 * mebibyte, 0, 0}));
  BOOST_TEST(!room.is_full());
}

BOOST_AUTO_TEST_CASE(a_checkpoint_that_frees_nothing_makes_no_room) {
  // Saving turns what is unsaved into what is live: nobody deleted anything.
  for (const std::uint64_t most : {8ull << 20, 64ull << 20, 1ull << 36}) {
    storage_room room{most};
    const auto saved = storage_room::checkpoint(most);
    const auto live = most - storage_room::reserve(most) - storage_room::edge(most) - 2 * saved + 1;
    BOOST_TEST(room.measure({live, saved, 0}));
    BOOST_TEST(!room.measure({live + saved, 0, 0}));
    // Nor one that finds the changes to be of items that were there.
    BOOST_TEST(!room.measure({live, 0, 0}));
    BOOST_TEST(room.is_full());
  }
}

BOOST_AUTO_TEST_CASE(what_the_next_checkpoint_settles_is_no_lack_of_room) {
  storage_room room{limit};
  const storage_room::use busy{20 * mebibyte, 15 * mebibyte, 0};
  BOOST_TEST(!room.measure(busy));
  BOOST_TEST(speaks_of(room.why_not_grow(busy, 0), "durable"));
  BOOST_TEST(room.why_not_shrink(busy).empty());
  const storage_room::use busier{20 * mebibyte, 19 * mebibyte, 0};
  BOOST_TEST(speaks_of(room.why_not_shrink(busier), "durable"));
}

BOOST_AUTO_TEST_CASE(at_the_edge_the_way_out_is_told_and_not_to_come_again) {
  storage_room room{limit};
  const storage_room::use edge{47 * mebibyte, 100'000, 0};
  BOOST_TEST(!room.measure(edge));
  BOOST_TEST(room.why_not_grow(edge, 1000).empty());
  BOOST_TEST(room.why_not_grow(edge, storage_room::edge(limit) / 2).empty());
  BOOST_TEST(speaks_of(room.why_not_grow(edge, mebibyte), "--map-size"));
}

BOOST_AUTO_TEST_CASE(one_command_that_never_fits_is_told_so) {
  storage_room room{limit};
  const storage_room::use empty;
  BOOST_TEST(!room.measure(empty));
  BOOST_TEST(room.why_not_grow(empty, 16 * mebibyte).empty());
  BOOST_TEST(speaks_of(room.why_not_grow(empty, 25 * mebibyte), "a write of 25.0 MiB"));
}

// lmdb_state_store asks for 2 × the bytes and 2 parts, if that is less: see `commit` there.
BOOST_AUTO_TEST_CASE(whatever_was_let_in_can_be_made_durable) {
  for (const std::uint64_t most : {2ull << 20, 48ull << 20, 1ull << 30, 1ull << 40}) {
    const storage_room room{most};
    for (std::uint64_t live = 0; live < most; live += most / 37) {
      for (std::uint64_t unsaved = 0; unsaved < most; unsaved += most / 41) {
        if (!room.why_not_shrink({live, unsaved, 0}).empty()) continue;
        // Parts are no larger than 16 MiB where the limit is large.
        const auto part = std::min(storage_room::part(most), std::uint64_t{16} << 20);
        BOOST_TEST(live + 2 * unsaved + 2 * std::min(unsaved, part) <= most);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(commands_under_way_are_counted_until_they_end) {
  actors::submissions all{protocol::node_id{1}, 7};
  all.add({}, std::string(100, 'x'), 10);
  all.add({}, std::string(20, 'x'), 20);
  all.add({}, std::string(3, 'x'), 30);
  BOOST_TEST(all.bytes() == 123u);
  all.finish(1);
  BOOST_TEST(all.bytes() == 23u);
  all.finish(1);
  BOOST_TEST(all.bytes() == 23u);
  all.expire(25, 25);
  BOOST_TEST(all.bytes() == 3u);
  all.drain();
  BOOST_TEST(all.bytes() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace storage_room_test
