#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cstdlib>

#include "persistence/mutants.hpp"
#include "test/persistence/crash_images/explorer.hpp"

using namespace lithair::persistence;
using namespace lithair::persistence::images;
namespace data = boost::unit_test::data;

namespace {

std::uint64_t images_to_try() {
  const char* given = std::getenv("LITHAIR_CRASH_IMAGES");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : 8'000;
}

struct broken {
  mutant rule;
  const char* name;
  std::uint64_t within;  ///< images
};

std::ostream& operator<<(std::ostream& out, const broken& x) { return out << x.name; }

const broken broken_rules[] = {
    {mutant::old_pending_is_damage, "old_pending_is_damage", 20'000},
    {mutant::deletes_what_was_condemned, "deletes_what_was_condemned", 5'000},
    {mutant::swap_not_synced, "swap_not_synced", 500},
    {mutant::snapshot_renamed_before_sync, "snapshot_renamed_before_sync", 15'000},
    {mutant::point_in_another_transaction, "point_in_another_transaction", 5'000},
    {mutant::no_sync, "no_sync", 2'000},
    {mutant::new_file_in_place, "new_file_in_place", 500},
};

const broken broken_rules_of_backups[] = {
    {mutant::base_named_before_sync, "base_named_before_sync", 1'000},
    {mutant::archived_before_sync, "archived_before_sync", 1'000},
    {mutant::segment_named_before_sync, "segment_named_before_sync", 1'000},
    {mutant::removes_what_bases_need, "removes_what_bases_need", 1'000},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(crash_images)

BOOST_AUTO_TEST_CASE(none_loses_what_was_acknowledged_or_is_called_damaged) {
  const auto found = explore(1, images_to_try(), 4);
  BOOST_TEST(found.failure == "");
}

BOOST_AUTO_TEST_CASE(all_that_a_short_story_may_leave_is_right) {
  const auto found = exhaust(1, images_to_try() / 20);
  BOOST_TEST(found.failure == "");
}

BOOST_AUTO_TEST_CASE(a_backup_is_restored_as_a_whole_or_not_at_all) {
  const auto found = restore_backups(1, images_to_try() / 40, 4);
  BOOST_TEST(found.failure == "");
}

BOOST_AUTO_TEST_CASE(a_node_that_keeps_backups_has_what_it_told_and_goes_on) {
  const auto found = keep_backups(1, images_to_try() / 8, 2);
  BOOST_TEST(found.failure == "");
}

BOOST_DATA_TEST_CASE(each_broken_rule_of_backups_is_found, data::make(broken_rules_of_backups)) {
  active_mutant = sample.rule;
  const auto found = keep_backups(1, sample.within, 2);
  active_mutant = mutant::none;
  BOOST_TEST(found.failure != "");
  BOOST_TEST_MESSAGE(sample.name << " after " << found.images << " images: " << found.failure);
}

BOOST_DATA_TEST_CASE(each_broken_rule_is_found, data::make(broken_rules)) {
  active_mutant = sample.rule;
  const auto found = explore(1, sample.within, 4);
  active_mutant = mutant::none;
  BOOST_TEST(found.failure != "");
  BOOST_TEST_MESSAGE(sample.name << " after " << found.images << " images: " << found.failure);
}

BOOST_AUTO_TEST_SUITE_END()
