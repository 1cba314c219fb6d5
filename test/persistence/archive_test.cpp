#include "persistence/archive_segment.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>

#include "persistence/archive_chain.hpp"
#include "persistence/backup_check.hpp"
#include "persistence/memory_state_store.hpp"
#include "persistence/own_group.hpp"
#include "test/persistence/support.hpp"

namespace archive_test {

using namespace lithair;
using namespace lithair::persistence;
using namespace lithair::persistence::test;
using protocol::index_t;
using protocol::node_id;
using protocol::term_t;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t cluster_of_test = 0xabc;
constexpr std::int64_t second = 1'000'000;

/// Of node 1 where nothing else is said.
backup_name name_of(std::uint64_t index, backup_kind kind = backup_kind::log,
                    std::uint64_t node = 1) {
  return {cluster_of_test, group, node_id{node}, kind, index_t{index}};
}

/// Entries whose time in seconds is their index.
std::vector<protocol::entry> timed(std::uint64_t first, std::uint64_t count,
                                   std::uint64_t term = 1) {
  auto made = commands(first, count, term);
  for (auto& each : made) each.time_us = static_cast<std::int64_t>(each.index.value) * second;
  return made;
}

struct archive {
  temporary_directory place;

  fs::path path(std::uint64_t index, backup_kind kind = backup_kind::log,
                std::uint64_t node = 1) const {
    return place.path() / to_string(name_of(index, kind, node));
  }
  archive_writer begin(std::uint64_t first, std::uint64_t node = 1, std::uint64_t term = 1) const {
    return {path(first, backup_kind::log, node),
            {cluster_of_test, node_id{node}, group, index_t{first - 1}, term_t{term}, "models"}};
  }
  /// A segment of batches of five.
  void segment(std::uint64_t first, std::uint64_t count, std::uint64_t node = 1,
               std::uint64_t term = 1) const {
    auto to = begin(first, node, term);
    const auto all = timed(first, count, term);
    for (std::size_t at = 0; at < all.size(); at += 5)
      to.append(std::span(all).subspan(at, std::min<std::size_t>(5, all.size() - at)));
    to.seal();
  }
  void base(std::uint64_t index, std::uint64_t node = 1) const {
    memory_state_store state;
    commit(state, index, {{"key", std::to_string(index)}});
    write_snapshot(state, group, cluster_of_test, place.path() / "made");
    const file from(place.path() / "made", file::mode::read);
    pace at;
    keep_base(from, path(index, backup_kind::base, node), at);
    fs::remove(place.path() / "made");
  }
  archive_chain chain() const { return {backup_files(place.path()), cluster_of_test, group}; }
  /// The indexes that a walk shows, and where it ends.
  std::pair<std::vector<std::uint64_t>, archive_end> walk(std::uint64_t first,
                                                          std::uint64_t before = 0) const {
    std::vector<std::uint64_t> shown;
    const auto end =
        chain().walk(index_t{first}, term_t{before}, [&](const entry_view& x, const auto&) {
          shown.push_back(x.index.value);
          return true;
        });
    return {shown, end};
  }
  backup_report verify() const { return verify_backup(place.path()); }
};

std::string bytes_of(const fs::path& path) { return read_file(path).value(); }

void overwrite(const fs::path& path, std::string_view bytes) {
  file to(path, file::mode::create);
  to.write(0, bytes);
}

/// What a reader shows of a file, or that it is damaged.
struct reading {
  std::vector<protocol::entry> entries;
  archive_ending ending = archive_ending::open;
  bool damaged = false;
};
reading read_all(const fs::path& path) {
  reading made;
  try {
    archive_reader from(path);
    while (from.next())
      for (const auto& x : from.entries())
        made.entries.push_back(
            {x.index, x.term, x.kind, x.from, protocol::payload{std::string(x.data)}, x.time_us});
    made.ending = from.ending();
  } catch (const storage_error& error) {
    BOOST_TEST(error.code() == storage_errc::damaged);
    BOOST_TEST(std::string(error.what()).find(path.string()) != std::string::npos);
    made.damaged = true;
  }
  return made;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(archives)

BOOST_AUTO_TEST_CASE(a_segment_gives_back_what_was_appended_and_says_where_it_comes_from) {
  const archive x;
  auto all = timed(8, 3);
  all[1] = change_of_members(9, 1, members_up_to(3));
  {
    auto to = x.begin(8);
    to.append(all);
    const auto more = timed(11, 2, 4);
    to.append(more);
    all.insert(all.end(), more.begin(), more.end());
    BOOST_TEST(to.last().value == 12u);
    BOOST_TEST(to.bytes() == fs::file_size(x.path(8)));
    BOOST_CHECK_THROW(to.append(more), std::logic_error);
  }
  archive_reader from(x.path(8));
  BOOST_TEST((from.origin() ==
              archive_origin{cluster_of_test, node_id{1}, group, index_t{7}, term_t{1}, "models"}));
  const auto read = read_all(x.path(8));
  BOOST_TEST((read.entries == all));
  BOOST_TEST((read.ending == archive_ending::open));
}

BOOST_AUTO_TEST_CASE(a_segment_that_is_cut_anywhere_gives_the_batches_before) {
  const archive x;
  x.segment(1, 15);
  const auto whole = bytes_of(x.path(1));
  std::size_t sizes[3] = {};
  for (auto size = whole.size() - 1; size >= 150; --size) {
    overwrite(x.path(1), std::string_view(whole).substr(0, size));
    const auto read = read_all(x.path(1));
    if (read.damaged) continue;  // in its head, which is durable before it has its name
    BOOST_TEST(read.entries.size() % 5 == 0u);
    BOOST_TEST((read.ending != archive_ending::sealed));
    if (!read.entries.empty()) ++sizes[read.entries.size() / 5 - 1];
  }
  for (const auto each : sizes) BOOST_TEST(each > 0u);
}

BOOST_AUTO_TEST_CASE(a_bit_that_flips_is_damage_or_what_was_being_written_and_never_another_entry) {
  const archive x;
  x.segment(1, 15);
  const auto whole = bytes_of(x.path(1));
  const auto all = read_all(x.path(1));
  BOOST_TEST((all.ending == archive_ending::sealed));
  std::size_t damaged = 0;
  for (std::size_t at = 8; at < whole.size(); ++at) {
    flip_bit(x.path(1), at, at % 8);
    const auto read = read_all(x.path(1));
    if (read.damaged)
      ++damaged;
    else  // Only of the very last batch, which says no more than that this is the end.
      BOOST_TEST((read.entries == all.entries && read.ending == archive_ending::torn));
    flip_bit(x.path(1), at, at % 8);
  }
  BOOST_TEST(damaged > whole.size() - 80);
}

BOOST_AUTO_TEST_CASE(a_file_of_another_kind_or_version_is_named) {
  const archive x;
  overwrite(x.path(1), "not an archive, but long enough to be looked at");
  BOOST_TEST(code_of([&] { archive_reader{x.path(1)}; }) == storage_errc::foreign);
  overwrite(x.path(1), "");
  BOOST_TEST(code_of([&] { archive_reader{x.path(1)}; }) == storage_errc::foreign);
}

BOOST_AUTO_TEST_CASE(a_name_says_whose_file_it_is_and_has_one_spelling) {
  const auto name = name_of(42, backup_kind::base, 3);
  BOOST_TEST(to_string(name) == "lithair-0000000000000abc-node3-group1-00000000000000000042.base");
  BOOST_TEST((parse_backup_name(to_string(name)) == name));
  for (const auto* other :
       {"", "lithair-", "lithair-0000000000000abc-node3-group1-00000000000000000042",
        "lithair-0000000000000abc-node3-group1-00000000000000000042.base.new",
        "lithair-0000000000000ABC-node3-group1-00000000000000000042.base",
        "lithair-0000000000000abc-node03-group1-00000000000000000042.base",
        "lithair-0000000000000abc-node3-group1-42.base", "letter.txt"})
    BOOST_TEST(!parse_backup_name(other), other);
}

BOOST_AUTO_TEST_CASE(a_walk_goes_from_file_to_file_and_from_node_to_node) {
  const archive x;
  x.segment(1, 20);
  x.segment(21, 5);
  x.segment(31, 10);     // 26 to 30 are missing,
  x.segment(16, 18, 2);  // but another node has them
  const auto [shown, end] = x.walk(3);
  BOOST_TEST(shown.size() == 38u);
  for (std::size_t i = 0; i < shown.size(); ++i) BOOST_TEST(shown[i] == i + 3);
  BOOST_TEST(end.next.value == 41u);
  BOOST_TEST(!end.goes_on);
  BOOST_TEST(end.trouble.empty());
}

BOOST_AUTO_TEST_CASE(a_gap_is_told_with_where_it_ends) {
  const archive x;
  x.segment(1, 10);
  x.segment(15, 10);
  const auto [shown, end] = x.walk(1);
  BOOST_TEST(shown.size() == 10u);
  BOOST_TEST(end.next.value == 11u);
  BOOST_REQUIRE(end.goes_on);
  BOOST_TEST(end.goes_on->value == 15u);
}

BOOST_AUTO_TEST_CASE(what_is_damaged_is_taken_from_another_node_and_told) {
  const archive x;
  x.segment(1, 15);
  flip_bit(x.path(1), fs::file_size(x.path(1)) / 2, 3);
  auto [shown, end] = x.walk(1);
  BOOST_TEST(shown.size() < 15u);
  BOOST_REQUIRE(end.trouble.size() == 1u);
  BOOST_TEST(end.trouble[0].find(x.path(1).string()) != std::string::npos);
  x.segment(1, 15, 2);
  std::tie(shown, end) = x.walk(1);
  BOOST_TEST(shown.size() == 15u);
}

BOOST_AUTO_TEST_CASE(entries_of_another_log_are_not_mixed_in) {
  const archive x;
  x.segment(1, 10, 1, 2);
  x.segment(11, 5, 2, 1);  // its entry 10 was of term 1
  const auto [shown, end] = x.walk(1, 2);
  BOOST_TEST(shown.size() == 10u);
  BOOST_REQUIRE(end.trouble.size() == 1u);
  BOOST_TEST(end.trouble[0].find("another log") != std::string::npos);
  BOOST_TEST(x.walk(11, 2).first.empty());
}

BOOST_AUTO_TEST_CASE(a_time_is_the_last_entry_that_is_not_after_it) {
  const archive x;
  x.segment(5, 10);
  x.segment(15, 10);
  x.segment(15, 12, 2);
  const auto chain = x.chain();
  std::string why;
  const auto at = [&](std::int64_t time) {
    const auto found = chain.last_until(time);
    why = found.doubt;
    BOOST_TEST(!found.has_gap);
    return found.index.value;
  };
  BOOST_TEST(at(5 * second) == 5u);
  BOOST_TEST(at(7 * second + 1) == 7u);
  BOOST_TEST(at(8 * second - 1) == 7u);
  BOOST_TEST(at(14 * second + 5) == 14u);
  BOOST_TEST(at(26 * second) == 26u);
  BOOST_TEST(why.empty(), why);
  // The last that is there, and nobody knows whether of all.
  BOOST_TEST(at(26 * second + 1) == 26u);
  BOOST_TEST(why.find("ends before") != std::string::npos, why);
  BOOST_TEST(at(5 * second - 1) == 0u);
  BOOST_TEST(why.find("as early") != std::string::npos, why);
}

BOOST_AUTO_TEST_CASE(of_entries_with_the_same_time_the_last_counts_and_a_gap_is_no_answer) {
  const archive x;
  auto same = timed(1, 6);
  for (auto& each : same) each.time_us = each.index.value < 5 ? second : 9 * second;
  auto to = x.begin(1);
  to.append(same);
  x.segment(10, 3);
  const auto chain = x.chain();
  const auto first = chain.last_until(second);
  BOOST_TEST(first.index.value == 4u);
  BOOST_TEST(first.doubt.empty(), first.doubt);
  const auto last = chain.last_until(9 * second + 1);
  BOOST_TEST(last.has_gap);
  BOOST_TEST(last.doubt.find("entries 7 to 9") != std::string::npos, last.doubt);
}

BOOST_AUTO_TEST_CASE(a_base_that_reads_back_as_written_gets_its_name_and_no_other_does) {
  const archive x;
  x.base(7);
  BOOST_TEST(snapshot_file(x.path(7, backup_kind::base)).header().point.index.value == 7u);
  // What a disk gives back may be something else than it was told.
  overwrite(x.place.path() / "bad", bytes_of(x.path(7, backup_kind::base)) + "x");
  const file bad(x.place.path() / "bad", file::mode::read);
  pace at({1});
  BOOST_TEST(code_of([&] { keep_base(bad, x.path(8, backup_kind::base), at); }) ==
             storage_errc::damaged);
  at.stop();
  BOOST_TEST(code_of([&] { keep_base(bad, x.path(8, backup_kind::base), at); }) ==
             storage_errc::stopped);
  BOOST_TEST(backup_files(x.place.path()).size() == 1u);
  BOOST_TEST(!fs::exists(x.path(8, backup_kind::base).string() + ".new"));
}

BOOST_AUTO_TEST_CASE(what_is_older_than_the_newest_few_goes_and_nothing_of_others) {
  const archive x;
  for (const auto index : {10, 20, 30}) x.base(static_cast<std::uint64_t>(index));
  x.base(1, 2);
  for (const auto first : {5, 12, 18, 25}) x.segment(static_cast<std::uint64_t>(first), 3);
  x.segment(1, 3, 2);
  overwrite(x.place.path() / "letter", "dear");
  const auto gone = [&](std::size_t keep) {
    std::vector<std::string> names;
    for (const auto& each : superseded_backups(backup_files(x.place.path()), name_of(0), keep))
      names.push_back(each.filename().string());
    return names;
  };
  BOOST_TEST(gone(3).empty());
  // The segment from 18 on has the entry that the base is as of.
  BOOST_TEST((gone(2) == std::vector{to_string(name_of(10, backup_kind::base)),
                                     to_string(name_of(5)), to_string(name_of(12))}));
  BOOST_TEST(gone(1).size() == 5u);
  BOOST_TEST(gone(0).size() == 5u);
}

BOOST_AUTO_TEST_CASE(a_copy_that_a_crash_left_without_its_name_is_found_by_its_writer_alone) {
  const archive x;
  x.base(3);
  for (const auto* own : {"node1", "node2"})
    overwrite(x.place.path() / ("lithair-0000000000000abc-" + std::string(own) +
                                "-group1-00000000000000000009.base.new"),
              "half");
  overwrite(x.path(4).string() + ".new", "a head");
  overwrite(x.place.path() / "letter.new", "dear");
  const auto found = unfinished_bases(x.place.path(), name_of(0));
  BOOST_REQUIRE(found.size() == 1u);
  BOOST_TEST(found[0] == x.path(9, backup_kind::base).string() + ".new");
  BOOST_TEST(backup_files(x.place.path()).size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_directory_is_sound_when_every_index_behind_its_first_base_is_there) {
  const archive x;
  x.base(3);
  x.segment(3, 10);
  x.base(9);
  x.segment(13, 10);
  auto report = x.verify();
  BOOST_TEST(report.is_sound(), to_text(report));
  BOOST_REQUIRE(report.ranges.size() == 1u);
  BOOST_TEST(report.ranges[0].first.value == 3u);
  BOOST_TEST(report.ranges[0].last.value == 22u);
  BOOST_TEST(report.ranges[0].first_time_us == 3 * second);
  BOOST_TEST(report.ranges[0].last_time_us == 22 * second);
  BOOST_TEST(to_text(report).find("1970-01-01T00:00:22.000000Z") != std::string::npos);

  fs::remove(x.path(13));
  x.segment(14, 10);
  report = x.verify();
  BOOST_TEST(!report.is_sound());
  BOOST_TEST(to_text(report).find("entry 13") != std::string::npos, to_text(report));
  x.base(17);
  report = x.verify();
  BOOST_REQUIRE(report.ranges.size() == 2u);
  BOOST_TEST(report.ranges[0].last.value == 12u);
  BOOST_TEST(report.ranges[1].first.value == 17u);
  BOOST_TEST(to_text(report).find("entries 13 to 16") != std::string::npos, to_text(report));
}

BOOST_AUTO_TEST_CASE(what_nodes_have_for_themselves_is_a_log_of_each) {
  const archive x;
  for (const auto node : {1, 2}) {
    memory_state_store state;
    commit(state, 3, {{"key", std::to_string(node)}});
    write_snapshot(state, own_group, cluster_of_test, x.place.path() / "made");
    backup_name name{cluster_of_test, own_group, node_id{static_cast<std::uint64_t>(node)},
                     backup_kind::base, index_t{3}};
    fs::rename(x.place.path() / "made", x.place.path() / to_string(name));
    name.kind = backup_kind::log;
    archive_writer to(x.place.path() / to_string(name),
                      {cluster_of_test, name.node, own_group, index_t{2}, term_t{1}, "models"});
    to.append(timed(3, static_cast<std::uint64_t>(10 * node)));
  }
  const auto report = x.verify();
  BOOST_TEST(report.is_sound(), to_text(report));
  BOOST_REQUIRE(report.ranges.size() == 2u);
  BOOST_TEST(report.ranges[0].node.value == 1u);
  BOOST_TEST(report.ranges[0].last.value == 12u);
  BOOST_TEST(report.ranges[1].node.value == 2u);
  BOOST_TEST(report.ranges[1].last.value == 22u);
  BOOST_TEST(to_text(report).find("what node 2 has for itself: restorable to each index from 3 ") !=
             std::string::npos);
  const archive_chain first(backup_files(x.place.path()), cluster_of_test, own_group, node_id{1});
  BOOST_TEST(first.segments().size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_is_damaged_renamed_or_cut_off_is_named) {
  const archive x;
  x.base(3);
  x.segment(3, 10);
  x.segment(13, 10);
  const auto named = [&](const fs::path& path) {
    const auto report = x.verify();
    BOOST_REQUIRE(!report.is_sound());
    BOOST_TEST(report.problems.front().find(path.filename().string()) != std::string::npos,
               report.problems.front());
  };
  flip_bit(x.path(3), fs::file_size(x.path(3)) / 2, 1);
  named(x.path(3));
  flip_bit(x.path(3), fs::file_size(x.path(3)) / 2, 1);
  flip_bit(x.path(3, backup_kind::base), 200, 1);
  named(x.path(3, backup_kind::base));
  flip_bit(x.path(3, backup_kind::base), 200, 1);
  fs::rename(x.path(13), x.path(14));
  named(x.path(14));
  fs::rename(x.path(14), x.path(13));
  BOOST_TEST(x.verify().is_sound());
  fs::resize_file(x.path(3), fs::file_size(x.path(3)) - 100);
  const auto report = x.verify();
  BOOST_TEST(!report.is_sound());
  BOOST_TEST(to_text(report).find("not archived") != std::string::npos, to_text(report));
}

BOOST_AUTO_TEST_CASE(single_files_are_verified_too_and_other_files_refused) {
  const archive x;
  x.base(3);
  x.segment(3, 10);
  BOOST_TEST(verify_backup(x.path(3)).is_sound());
  fs::rename(x.path(3, backup_kind::base), x.place.path() / "mine.backup");
  const auto report = verify_backup(x.place.path() / "mine.backup");
  BOOST_REQUIRE(report.files.size() == 1u);
  BOOST_TEST(report.files[0].base.has_value());
  BOOST_TEST(report.is_sound());
  overwrite(x.place.path() / "letter", "dear");
  BOOST_TEST(code_of([&] { verify_backup(x.place.path() / "letter"); }) == storage_errc::foreign);
  const temporary_directory empty;
  BOOST_TEST(code_of([&] { verify_backup(empty.path()); }) == storage_errc::foreign);
  BOOST_TEST(code_of([&] { verify_backup(empty.path() / "nothing"); }) == storage_errc::access);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace archive_test
