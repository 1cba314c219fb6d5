#include <atomic>
#include <boost/test/unit_test.hpp>
#include <thread>

#include "persistence/journaled_log_store.hpp"
#include "test/persistence/failing_disk.hpp"
#include "test/persistence/support.hpp"

namespace journal_test {

using namespace lithair;
using namespace lithair::persistence;
using namespace lithair::persistence::test;
using protocol::index_t;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t drawn = 77;

/// A ring of its own, and what it shows when it is opened.
struct ring_of_texts {
  temporary_directory place;
  fs::path path = place.path() / "journal";
  std::vector<std::string> shown;

  explicit ring_of_texts(const journal_options& options = small_journal) {
    journal_ring::make(path, drawn, options);
  }

  journal_ring open(const journal_mark& moved = {drawn, 0, 0}) {
    shown.clear();
    return {path, moved, true, [this](std::string_view body) { shown.emplace_back(body); }};
  }

  /// Flips a bit of a segment.
  void damage(int segment, std::uint64_t at) const {
    file in(path / std::to_string(segment), file::mode::create_or_open);
    auto byte = in.read(at, 1);
    byte[0] = static_cast<char>(byte[0] ^ 4);
    in.write(at, byte);
  }
};

void add(journal_ring& to, const std::string& text) {
  to.write_next(text, 1);
  to.advance();
}

/// Batches of a block each, with these numbers.
void add_numbers(journal_ring& to, int first, int last) {
  for (int i = first; i <= last; ++i) {
    if (!to.has_room(8)) to.release(to.newest(), to.written_bytes());
    add(to, std::to_string(i));
  }
}

std::vector<std::string> texts(int first, int last) {
  std::vector<std::string> out;
  for (int i = first; i <= last; ++i) out.push_back(std::to_string(i));
  return out;
}

journaled_log_store open_log(const fs::path& place, const lmdb_options& options = {}) {
  return {place, options, small_journal};
}

/// Of the journal of a log, what was written last is in this block.
struct block {
  fs::path path;
  std::uint64_t at = 0;
};

block newest_block(const fs::path& log) {
  block out;
  std::uint64_t newest = 0;
  for (const auto& each : fs::directory_iterator(log / "journal")) {
    const auto bytes = *read_file(each.path());
    for (std::uint64_t at = journal_block; at < bytes.size(); at += journal_block) {
      const auto head = decode_journal_head(std::string_view(bytes).substr(at));
      if (!head || head->sequence < newest) continue;
      newest = head->sequence;
      out = {each.path(), at};
    }
  }
  return out;
}

void flip(const block& where, std::uint64_t offset) {
  file in(where.path, file::mode::create_or_open);
  auto byte = in.read(where.at + offset, 1);
  byte[0] = static_cast<char>(byte[0] ^ 1);
  in.write(where.at + offset, byte);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_journal)

BOOST_AUTO_TEST_CASE(shows_what_was_written_in_order_however_often_it_went_round) {
  for (int count = 0; count < 120; ++count) {
    ring_of_texts made;
    {
      auto ring = made.open();
      add_numbers(ring, 1, count);
    }
    // Nothing was moved, as far as home knows, but what made room was: so only its end is asked of.
    journal_mark moved{drawn, 0, 0};
    {
      temporary_directory elsewhere;
      journal_ring::make(elsewhere.path() / "journal", drawn, small_journal);
      journal_ring same(elsewhere.path() / "journal", moved, true, [](std::string_view) {});
      add_numbers(same, 1, std::max(0, count - 10));
      moved = same.newest();
    }
    auto ring = made.open(moved);
    BOOST_TEST(made.shown == texts(std::max(0, count - 10) + 1, count));
    BOOST_TEST(ring.newest().sequence == static_cast<std::uint64_t>(count));
    add_numbers(ring, count + 1, count + 3);
  }
}

BOOST_AUTO_TEST_CASE(has_no_room_until_what_is_in_the_way_was_moved) {
  ring_of_texts made;
  auto ring = made.open();
  int written = 0;
  for (; ring.has_room(8); ++written) add(ring, std::to_string(written));
  BOOST_TEST(written == 45);  // all blocks but the heads
  BOOST_TEST(ring.kept_bytes() == 45 * journal_block);
  ring.release(ring.newest(), ring.written_bytes());
  BOOST_TEST(ring.has_room(8));
  BOOST_TEST(ring.kept_bytes() == 0u);
  BOOST_TEST(!ring.has_room(ring.most_bytes() + 1));
  BOOST_TEST(ring.has_room(ring.most_bytes()));
}

BOOST_AUTO_TEST_CASE(ends_before_what_was_half_written) {
  ring_of_texts made;
  const std::string large(3 * journal_block, 'x');
  {
    auto ring = made.open();
    add_numbers(ring, 1, 5);
    add(ring, large);
  }
  // The last of four blocks never came.
  {
    file in(made.path / "0", file::mode::create_or_open);
    in.write(9 * journal_block, std::string(journal_block, '\0'));
  }
  auto ring = made.open();
  BOOST_TEST(made.shown == texts(1, 5));
  add_numbers(ring, 6, 7);
  auto again = made.open();
  BOOST_TEST(made.shown == texts(1, 7));
}

BOOST_AUTO_TEST_CASE(goes_on_elsewhere_when_that_is_too_large_for_where_it_stood) {
  ring_of_texts made;
  {
    auto ring = made.open();
    add_numbers(ring, 1, 10);
    add(ring, std::string(2 * journal_block, 'x'));
  }
  made.damage(0, 12 * journal_block);
  const std::string larger(6 * journal_block, 'y');
  {
    auto ring = made.open();
    add(ring, larger);
    add_numbers(ring, 12, 13);
  }
  auto expected = texts(1, 10);
  expected.push_back(larger);
  for (auto& each : texts(12, 13)) expected.push_back(each);
  auto ring = made.open();
  BOOST_TEST(made.shown == expected);
}

BOOST_AUTO_TEST_CASE(is_damaged_where_a_batch_before_the_last_is_not_as_it_was_written) {
  // 1 to 15 fill the first segment; 31 is alone in the third.
  for (const std::uint64_t offset : {0, 8, 16, 40, 60, 71, 72})
    for (const int number : {1, 2, 14, 15, 16, 29, 30}) {
      ring_of_texts made;
      {
        auto ring = made.open();
        add_numbers(ring, 1, 31);
      }
      const auto place = static_cast<std::uint64_t>((number - 1) % 15 + 1) * journal_block;
      made.damage((number - 1) / 15, place + offset);
      BOOST_TEST(code_of([&] { auto ring = made.open(); }) == storage_errc::damaged,
                 number << " at " << offset);
    }
}

BOOST_AUTO_TEST_CASE(that_is_damaged_where_all_was_moved_is_as_good_as_whole) {
  ring_of_texts made;
  journal_mark moved;
  {
    auto ring = made.open();
    add_numbers(ring, 1, 20);
    moved = ring.newest();
    add_numbers(ring, 21, 22);
  }
  made.damage(0, 3 * journal_block);
  auto ring = made.open(moved);
  BOOST_TEST(made.shown == texts(21, 22));
}

BOOST_AUTO_TEST_CASE(of_another_log_or_that_lacks_a_segment_or_a_head_is_damaged) {
  ring_of_texts made;
  { auto ring = made.open(); }
  BOOST_TEST(code_of([&] { auto ring = made.open({drawn + 1, 0, 0}); }) == storage_errc::damaged);
  // What was moved must have been in it.
  BOOST_TEST(code_of([&] { auto ring = made.open({drawn, 3, 1}); }) == storage_errc::damaged);
  made.damage(1, 20);
  BOOST_TEST(code_of([&] { auto ring = made.open(); }) == storage_errc::damaged);
  fs::remove(made.path / "1");
  BOOST_TEST(code_of([&] { auto ring = made.open(); }) == storage_errc::damaged);
  fs::remove_all(made.path);
  BOOST_TEST(code_of([&] { auto ring = made.open(); }) == storage_errc::damaged);
}

BOOST_AUTO_TEST_CASE(writes_nothing_more_once_a_write_failed) {
  ring_of_texts made;
  {
    auto ring = made.open();
    add_numbers(ring, 1, 3);
    fail_disk(disk_call::write, 0, EIO);
    BOOST_TEST(code_of([&] { ring.write_next("4", 1); }) == storage_errc::io);
    heal_disk();
    BOOST_TEST(code_of([&] { ring.write_next("4", 1); }) == storage_errc::stopped);
  }
  auto ring = made.open();
  BOOST_TEST(made.shown == texts(1, 3));
}

BOOST_AUTO_TEST_CASE(writes_again_what_found_no_room) {
  ring_of_texts made;
  {
    auto ring = made.open();
    add_numbers(ring, 1, 3);
    fail_disk(disk_call::write, 0, ENOSPC);
    BOOST_TEST(code_of([&] { ring.write_next("4", 1); }) == storage_errc::full);
    heal_disk();
    add_numbers(ring, 4, 5);
  }
  auto ring = made.open();
  BOOST_TEST(made.shown == texts(1, 5));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_log_with_a_journal)

BOOST_AUTO_TEST_CASE(takes_up_a_log_that_had_none) {
  temporary_directory place;
  std::string before;
  {
    lmdb_log_store log(place.path());
    vote(log, 3, 2);
    append(log, commands(1, 20, 3));
    purge_up_to(log, 5);
    before = describe(log);
  }
  {
    auto log = open_log(place.path());
    BOOST_TEST(describe(log) == before);
    append(log, commands(21, 5, 3));
  }
  auto log = open_log(place.path());
  BOOST_TEST(log.restore(group).last_index.value == 25u);
}

BOOST_AUTO_TEST_CASE(is_damaged_without_it) {
  temporary_directory place;
  {
    auto log = open_log(place.path());
    append(log, commands(1, 5, 1));
  }
  fs::remove_all(place.path() / "journal");
  BOOST_TEST(code_of([&] { auto log = open_log(place.path()); }) == storage_errc::damaged);
}

BOOST_AUTO_TEST_CASE(is_damaged_with_an_old_copy_of_it) {
  temporary_directory place;
  {
    auto log = open_log(place.path());
    append(log, commands(1, 5, 1));
  }
  fs::copy(place.path() / "journal", place.path() / "copy");
  {
    auto log = open_log(place.path());
    append(log, commands(6, 5, 1));
    log.settle();
  }
  fs::remove_all(place.path() / "journal");
  fs::rename(place.path() / "copy", place.path() / "journal");
  BOOST_TEST(code_of([&] { auto log = open_log(place.path()); }) == storage_errc::damaged);
}

BOOST_AUTO_TEST_CASE(loses_what_was_not_finished_and_nothing_else) {
  temporary_directory place;
  {
    auto log = open_log(place.path());
    append(log, commands(1, 5, 1));
    append(log, commands(6, 5, 1));
  }
  flip(newest_block(place.path()), journal_head_size + 30);
  auto log = open_log(place.path());
  BOOST_TEST(log.restore(group).last_index.value == 5u);
}

BOOST_AUTO_TEST_CASE(brings_a_batch_that_is_larger_than_it_home_at_once) {
  temporary_directory place;
  {
    auto log = open_log(place.path());
    append(log, commands(1, 3, 1));
    append(log, commands(4, 200, 1, 1000));
    append(log, commands(204, 3, 1));
    BOOST_TEST(log.read(group, index_t{1}, index_t{206}, 1 << 20).size() == 206u);
  }
  auto log = open_log(place.path());
  BOOST_TEST(log.restore(group).last_index.value == 206u);
  BOOST_TEST(log.read(group, index_t{1}, index_t{206}, 1 << 20).size() == 206u);
}

BOOST_AUTO_TEST_CASE(keeps_what_has_no_room_at_home_and_makes_room_by_forgetting) {
  temporary_directory place;
  lmdb_options narrow;
  narrow.map_size = narrow.map_limit = 256 << 10;
  std::uint64_t last = 0;
  std::string before;
  {
    auto log = open_log(place.path(), narrow);
    const auto fill = [&] {
      for (;; last += 10) append(log, commands(last + 1, 10, 1, 300));
    };
    BOOST_TEST(code_of(fill) == storage_errc::full);
    BOOST_TEST(log.restore(group).last_index.value == last);
    before = describe(log);
  }
  // A start needs no room.
  auto log = open_log(place.path(), narrow);
  BOOST_TEST(describe(log) == before);
  BOOST_TEST(log.read(group, index_t{last - 5}, index_t{last}, 1 << 20).size() == 6u);
  BOOST_TEST(code_of([&] { append(log, commands(last + 1, 10, 1, 300)); }) == storage_errc::full);
  const auto point = log.point_at(group, index_t{last - 3});
  BOOST_REQUIRE(point.has_value());
  log.purge(group, *point);
  append(log, commands(last + 1, 10, 1, 300));
  BOOST_TEST(log.restore(group).snapshot_index.value == last - 3);
  BOOST_TEST(log.restore(group).last_index.value == last + 10);
}

BOOST_AUTO_TEST_CASE(is_read_while_it_is_written_cut_and_brought_home) {
  temporary_directory place;
  auto log = open_log(place.path());
  append(log, commands(1, 50, 1));
  std::atomic<bool> done = false;
  std::thread mover([&] {
    while (!done) log.settle();
  });
  std::atomic<int> read = 0;
  std::string wrong;
  std::thread reader([&] {
    while (!done || read == 0) {
      const auto found = log.read(group, index_t{30}, index_t{90}, 1 << 20);
      auto term = found.empty() ? protocol::term_t{} : found.front().term;
      for (std::size_t i = 0; i < found.size(); ++i) {
        if (found[i].index.value != 30 + i) wrong = "a gap";
        if (found[i].term < term) wrong = "two logs in one";
        term = found[i].term;
      }
      if (const auto point = log.point_at(group, index_t{40}); !point) wrong = "no point";
      ++read;
    }
  });
  // Each term has its own entries from 45 or so on.
  for (std::uint64_t term = 2; term < 300; ++term) {
    const auto from = 45 + term % 7;
    group_write one{group, {}};
    one.write.truncate_from = index_t{from};
    one.write.entries = commands(from, 10 + term % 13, term);
    log.write(std::span(&one, 1));
  }
  done = true;
  mover.join();
  reader.join();
  BOOST_TEST(wrong == "");
  BOOST_TEST(read > 0);
  const auto before = describe(log);
  log.settle();
  BOOST_TEST(describe(log) == before);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace journal_test
