#include "actors/storage/backup_plan.hpp"

#include <boost/test/unit_test.hpp>

namespace backup_plan_test {

using namespace lithair::actors;

namespace {

constexpr std::uint64_t minute = 60'000;
constexpr backup_plan::intervals usual{60 * minute, 1000};

backup_status told(const backup_plan& plan, std::uint64_t now_ms) {
  backup_status made;
  plan.tell(now_ms, made);
  return made;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(backup_plans)

BOOST_AUTO_TEST_CASE(a_base_is_due_when_the_newest_is_so_old_also_behind_a_restart) {
  backup_plan plan{usual, 1000, 20 * minute};
  BOOST_TEST(!plan.is_base_due(1000 + 40 * minute - 1, false));
  BOOST_TEST(plan.is_base_due(1000 + 40 * minute, false));
  BOOST_TEST((backup_plan{usual, 1000, UINT64_MAX}.is_base_due(1000, false)));
}

BOOST_AUTO_TEST_CASE(one_that_is_needed_is_due_at_once_and_one_at_a_time) {
  backup_plan plan{usual, 0, 0};
  BOOST_TEST(plan.is_base_due(1, true));
  plan.base_begun();
  BOOST_TEST(!plan.is_base_due(1, true));
  BOOST_TEST(!plan.is_base_due(100 * minute, false));
  plan.base_done(2);
  BOOST_TEST(!plan.is_base_due(minute, true));
  BOOST_TEST(plan.is_base_due(minute + 2, true));
  BOOST_TEST(!plan.is_base_due(60 * minute, false));
  BOOST_TEST(plan.is_base_due(60 * minute + 2, false));
}

BOOST_AUTO_TEST_CASE(what_fails_is_tried_again_ever_more_rarely_and_needed_or_not) {
  backup_plan plan{usual, 0, 0};
  std::uint64_t now = 60 * minute;
  std::uint64_t longest = 0;
  for (int i = 0; i < 12; ++i) {
    plan.base_begun();
    plan.base_failed(now, "no room");
    const auto since = now;
    while (!plan.is_base_due(now, true)) now += 100;
    BOOST_TEST(now - since >= longest);
    longest = now - since;
  }
  BOOST_TEST(longest == 10 * minute);
  BOOST_TEST(told(plan, now).failures == 12u);
  BOOST_TEST(told(plan, now).trouble == "no room");
}

BOOST_AUTO_TEST_CASE(it_is_overdue_once_it_fails_for_longer_than_two_intervals) {
  backup_plan plan{usual, 0, 0};
  plan.base_begun();
  plan.base_failed(60 * minute, "no room");
  BOOST_TEST(!told(plan, 120 * minute).overdue);
  BOOST_TEST(told(plan, 120 * minute + 1).overdue);
  plan.base_begun();
  plan.base_done(130 * minute);
  BOOST_TEST(!told(plan, 300 * minute).overdue);
  BOOST_TEST(told(plan, 300 * minute).trouble.empty());
  BOOST_TEST(told(plan, 300 * minute).failures == 1u);
}

BOOST_AUTO_TEST_CASE(the_log_has_a_patience_of_its_own) {
  backup_plan plan{usual, 0, 0};
  plan.log_done(5000);
  plan.log_failed(6000, "the disk is gone");
  BOOST_TEST(!plan.is_log_due(6000));
  BOOST_TEST(plan.is_log_due(6500));
  BOOST_TEST(!told(plan, 7000).overdue);
  BOOST_TEST(told(plan, 7001).overdue);
  for (int i = 0; i < 20; ++i) plan.log_failed(7000, "the disk is gone");
  BOOST_TEST(!plan.is_log_due(36'999));
  BOOST_TEST(plan.is_log_due(37'000));
  plan.log_done(37'000);
  BOOST_TEST(told(plan, 99'000).trouble.empty());
  BOOST_TEST(plan.is_log_due(37'000));
}

BOOST_AUTO_TEST_CASE(the_archive_looks_before_the_log_forgets_at_the_rate_of_the_last_time) {
  archive_looks x(10'000, 1000);
  std::uint64_t now = 5'000'000;
  std::uint64_t settled = 0;
  const auto after = [&](std::uint64_t ms, std::uint64_t came) {
    return x.next_ms(now += ms, settled += came);
  };
  BOOST_TEST(after(0, 0) == 250u);
  BOOST_TEST(after(250, 100) == 1000u);
  // 15,000 a second: a quarter of 10,000 comes in a sixth of one.
  BOOST_TEST(after(1000, 15'000) == 166u);
  BOOST_TEST(after(166, 2490) == 166u);
  BOOST_TEST(after(166, 1'000'000) == 20u);
  BOOST_TEST(after(20, 0) == 250u);
  // A state that is applied again after a start.
  BOOST_TEST(x.next_ms(now += 250, 1) == 250u);
}

BOOST_AUTO_TEST_CASE(the_archive_looks_as_it_is_told_to_whatever_the_log_keeps) {
  archive_looks nothing(0, 1000);
  BOOST_TEST(nothing.next_ms(1000, 10) == 100u);
  BOOST_TEST(nothing.next_ms(1100, 1000) == 20u);
  archive_looks all(UINT64_MAX, 10);
  BOOST_TEST(all.next_ms(UINT64_MAX, 1) == 10u);
  BOOST_TEST(all.next_ms(UINT64_MAX, UINT64_MAX) == 10u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace backup_plan_test
