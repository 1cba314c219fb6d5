#include "persistence/log_archive.hpp"

#include <boost/test/unit_test.hpp>

#include "persistence/archive_chain.hpp"
#include "persistence/memory_log_store.hpp"
#include "test/persistence/support.hpp"

namespace log_archive_test {

using namespace lithair;
using namespace lithair::persistence;
using namespace lithair::persistence::test;
using protocol::index_t;
using protocol::node_id;
namespace fs = std::filesystem;

namespace {

constexpr backup_name owner{7, group, node_id{1}, backup_kind::log, {}};

struct story {
  temporary_directory place;
  memory_log_store log;
  log_archive to = make();

  log_archive make(std::uint64_t segment_bytes = 64 << 20, std::uint64_t node = 1) const {
    auto whose = owner;
    whose.node = node_id{node};
    return log_archive({place.path(), whose, "models", &log, segment_bytes, 200});
  }
  /// Until there is nothing more to do; how often something was done.
  int advance(std::uint64_t settled) { return advance(to, settled); }
  static int advance(log_archive& which, std::uint64_t settled) {
    int steps = 1;
    while (which.advance(index_t{settled})) ++steps;
    return steps;
  }
  std::vector<backup_file> files() const { return backup_files(place.path()); }
  /// What a walk from the first archived entry shows, as text.
  std::string archived(std::uint64_t first) const {
    std::string made;
    archive_chain(files(), owner.cluster, group)
        .walk(index_t{first}, {}, [&](const entry_view& x, const auto&) {
          made += std::to_string(x.index.value) + '/' + std::to_string(x.term.value) + ' ';
          return true;
        });
    return made;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(log_archives)

BOOST_AUTO_TEST_CASE(it_begins_with_the_entry_that_is_applied_and_copies_what_is_settled) {
  story x;
  append(x.log, commands(1, 10, 1));
  BOOST_TEST(!x.to.advance({}));
  BOOST_TEST(x.files().empty());
  BOOST_TEST(x.advance(3) == 1);
  BOOST_TEST(x.archived(3) == "3/1 ");
  BOOST_TEST(x.to.begins().value == 3u);
  BOOST_TEST(x.advance(9) > 1);
  BOOST_TEST(x.to.archived().value == 9u);
  BOOST_TEST(x.archived(3) == "3/1 4/1 5/1 6/1 7/1 8/1 9/1 ");
  BOOST_TEST(x.advance(9) == 1);
  BOOST_TEST(x.files().size() == 1u);
}

BOOST_AUTO_TEST_CASE(another_process_goes_on_where_the_last_one_was_also_behind_a_torn_end) {
  story x;
  append(x.log, commands(1, 20, 1));
  x.advance(10);
  const auto first = x.files().front().path;
  fs::resize_file(first, fs::file_size(first) - 1);
  auto again = x.make();
  story::advance(again, 15);
  BOOST_TEST(again.begins().value == 10u);
  BOOST_TEST(again.archived().value == 15u);
  BOOST_TEST(again.gaps() == 0u);
  auto third = x.make();
  story::advance(third, 20);
  BOOST_TEST(x.archived(10) == "10/1 11/1 12/1 13/1 14/1 15/1 16/1 17/1 18/1 19/1 20/1 ");
}

BOOST_AUTO_TEST_CASE(what_the_log_forgot_is_a_gap_and_it_begins_anew_behind_it) {
  story x;
  append(x.log, commands(1, 20, 1));
  x.advance(5);
  purge_up_to(x.log, 12);
  // Once may be too early to see it.
  BOOST_TEST(!x.to.advance(index_t{15}));
  x.advance(15);
  BOOST_TEST(x.to.gaps() == 1u);
  BOOST_TEST(x.to.begins().value == 15u);
  x.advance(20);
  BOOST_TEST(x.archived(15) == "15/1 16/1 17/1 18/1 19/1 20/1 ");
  // A later process knows where it begins, too.
  auto again = x.make();
  again.advance(index_t{20});
  BOOST_TEST(again.begins().value == 15u);
  BOOST_TEST(again.gaps() == 0u);
}

BOOST_AUTO_TEST_CASE(behind_an_installed_snapshot_it_begins_with_the_next_entry) {
  story x;
  append(x.log, commands(1, 5, 1));
  x.advance(5);
  x.log.reset(group, {index_t{100}, protocol::term_t{3}, members_up_to(3), 0, 0});
  x.to.advance(index_t{100});
  x.advance(100);
  BOOST_TEST(x.to.gaps() == 1u);
  BOOST_TEST(x.to.begins().value == 101u);
  append(x.log, commands(101, 2, 3));
  x.advance(102);
  BOOST_TEST(x.archived(101) == "101/3 102/3 ");
}

BOOST_AUTO_TEST_CASE(a_state_that_is_applied_again_after_a_start_is_waited_for) {
  story x;
  append(x.log, commands(1, 20, 1));
  x.advance(5);
  x.advance(20);
  auto again = x.make();
  BOOST_TEST(!again.advance(index_t{8}));
  BOOST_TEST(again.archived().value == 20u);
  BOOST_TEST(again.gaps() == 0u);
}

BOOST_AUTO_TEST_CASE(an_old_copy_of_a_log_is_not_mixed_with_what_is_archived) {
  story x;
  append(x.log, commands(1, 20, 1));
  x.advance(20);
  const auto before = x.archived(20);
  truncate(x.log, 11);
  append(x.log, commands(11, 20, 1, 30));
  auto again = x.make();
  for (int i = 0; i < 2; ++i)
    BOOST_TEST(code_of([&] { again.advance(index_t{30}); }) == storage_errc::foreign);
  BOOST_TEST(x.archived(20) == before);
}

BOOST_AUTO_TEST_CASE(a_log_that_began_anew_is_not_mixed_with_that_of_an_earlier_life) {
  story x;
  append(x.log, commands(1, 20, 1));
  x.advance(15);
  const auto reopened = [&x](std::uint64_t reached) {
    log_archive::setup made{x.place.path(), owner, "models", &x.log};
    made.reached = index_t{reached};
    return log_archive(std::move(made));
  };
  auto later = reopened(14);
  for (int i = 0; i < 2; ++i)
    BOOST_TEST((code_of([&] { later.advance(index_t{20}); }) == storage_errc::foreign));
  BOOST_TEST(x.archived(15) == "15/1 ");
  auto same = reopened(15);
  x.advance(same, 20);
  BOOST_TEST(same.archived().value == 20u);
}

BOOST_AUTO_TEST_CASE(segments_are_as_long_as_was_asked_for_and_no_longer) {
  story x;
  x.to = x.make(1000);
  append(x.log, commands(1, 40, 1));
  x.advance(1);
  x.advance(30);
  BOOST_TEST(x.files().size() > 2u);
  for (const auto& each : x.files()) BOOST_TEST(each.bytes < 1600u);
  const auto count = x.files().size();
  x.to.begin_segment();
  x.advance(31);
  BOOST_TEST(x.files().size() == count + 1);
  BOOST_TEST(x.archived(1).ends_with("30/1 31/1 "));
  // Each but the last says that it is complete.
  archive_reader from(x.files().front().path);
  while (from.next()) continue;
  BOOST_TEST((from.ending() == archive_ending::sealed));
}

BOOST_AUTO_TEST_CASE(after_a_failure_it_reads_back_what_is_there) {
  story x;
  append(x.log, commands(1, 20, 1));
  x.advance(1);
  x.advance(5);
  x.to.begin_segment();
  const auto elsewhere = x.place.path().string() + "-gone";
  fs::rename(x.place.path(), elsewhere);
  BOOST_TEST(code_of([&] { x.to.advance(index_t{9}); }) == storage_errc::access);
  BOOST_TEST(code_of([&] { x.to.advance(index_t{9}); }) == storage_errc::access);
  fs::rename(elsewhere, x.place.path());
  x.advance(9);
  BOOST_TEST(x.to.gaps() == 0u);
  BOOST_TEST(x.archived(1) == "1/1 2/1 3/1 4/1 5/1 6/1 7/1 8/1 9/1 ");
}

BOOST_AUTO_TEST_CASE(a_damaged_end_is_a_gap) {
  story x;
  append(x.log, commands(1, 20, 1));
  x.advance(1);
  x.advance(12);
  flip_bit(x.files().front().path, 200, 3);
  auto again = x.make();
  story::advance(again, 15);
  BOOST_TEST(again.gaps() == 1u);
  BOOST_TEST(again.begins().value == 15u);
}

BOOST_AUTO_TEST_CASE(nodes_that_share_a_directory_touch_only_their_own_files) {
  story x;
  append(x.log, commands(1, 20, 1));
  auto other = x.make(64 << 20, 2);
  x.advance(3);
  story::advance(other, 5);
  x.advance(20);
  story::advance(other, 9);
  BOOST_TEST(x.files().size() == 2u);
  BOOST_TEST(x.to.begins().value == 3u);
  BOOST_TEST(other.begins().value == 5u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace log_archive_test
