#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <random>

#include "persistence/fault_points.hpp"
#include "test/persistence/shared_number.hpp"
#include "test/persistence/world.hpp"

namespace crash_test {

using namespace lithair::persistence;
using namespace lithair::persistence::test;
namespace fs = std::filesystem;

namespace {

constexpr int crashed = 42;

fault_point crash_at;
int crash_after = 0;

/// Ends the process when it gets to `crash_at` once more than `crash_after` times.
void crash(fault_point point) {
  if (point == crash_at && crash_after-- == 0) ::_exit(crashed);
}

struct outcome {
  int status = 0;
  std::uint64_t steps = 0;  ///< that were acknowledged
};

outcome tell_story(const fs::path& path, const fs::path& snapshot, fault_point point, int skipped) {
  const shared_number done;
  const auto status = in_child([&] {
    crash_at = point;
    crash_after = skipped;
    set_fault_handler(&crash);
    disk_world in(path);
    for (const auto& step : story()) {
      step(in, snapshot);
      ++*done;
    }
  });
  return {status, *done};
}

/// Appends three entries at a time, and purges now and then.
[[noreturn]] void append_until_killed(const fs::path& path, std::uint64_t first,
                                      const shared_number& acknowledged) {
  try {
    journaled_log_store log(path, {}, small_journal);
    for (auto index = first;; index += 3) {
      append(log, commands(index, 3, 1));
      *acknowledged = index + 2;
      if (index % 7 == 0) purge_up_to(log, index);
    }
  } catch (...) {
    ::_exit(1);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_crash)

BOOST_AUTO_TEST_CASE(at_each_point_leaves_each_step_done_or_not_done) {
  temporary_directory place;
  const auto snapshot = place.path() / "later.snapshot";
  write_story_snapshot(snapshot);
  const auto expected = story_in_memory(snapshot);
  std::size_t crashes = 0;
  for (const auto point : all_fault_points()) {
    const auto crashes_before = crashes;
    for (int skipped = 0;; ++skipped) {
      const auto path = place.path() / (std::string(to_string(point)) + std::to_string(skipped));
      const auto [status, steps] = tell_story(path, snapshot, point, skipped);
      if (status == 0) break;
      BOOST_REQUIRE_EQUAL(status, crashed);
      ++crashes;
      disk_world found(path);
      const auto is = found.describe();
      BOOST_TEST((is == expected[steps] || is == expected[steps + 1]),
                 point << " number " << skipped << " in step " << steps << " left " << is);
      found.check_snapshots();
      // Whatever is left can be gone on with: the story goes to its end from there.
      const auto next = is == expected[steps] ? steps : steps + 1;
      for (auto step = next; step < story().size(); ++step) story()[step](found, snapshot);
      BOOST_TEST(found.describe() == expected.back());
    }
    BOOST_TEST(crashes > crashes_before, point << " was never reached");
  }
  BOOST_TEST_MESSAGE("crashes: " << crashes);
  BOOST_TEST(crashes > all_fault_points().size());
}

BOOST_AUTO_TEST_CASE(after_a_commit_loses_nothing) {
  temporary_directory place;
  const auto snapshot = place.path() / "later.snapshot";
  write_story_snapshot(snapshot);
  const auto expected = story_in_memory(snapshot);
  using enum fault_point;
  for (const auto point : {append_after_commit, hard_state_after_commit, truncate_after_commit,
                           purge_after_commit, reset_after_commit, checkpoint_after_commit}) {
    const auto path = place.path() / std::string(to_string(point));
    const auto steps = tell_story(path, snapshot, point, 0).steps;
    BOOST_TEST(disk_world(path).describe() == expected[steps + 1], point);
  }
}

BOOST_AUTO_TEST_CASE(by_kill_at_random_moments_loses_nothing_acknowledged) {
  temporary_directory place;
  std::mt19937 random(20240607);
  std::uint64_t last = 0;
  for (int round = 0; round < 100; ++round) {
    const shared_number acknowledged;
    const auto child = ::fork();
    BOOST_REQUIRE(child >= 0);
    if (child == 0) append_until_killed(place.path(), last + 1, acknowledged);
    const auto wanted = last + 1 + random() % 40;
    int status = 0;
    while (*acknowledged < wanted && ::waitpid(child, &status, WNOHANG) == 0) continue;
    BOOST_REQUIRE_MESSAGE(*acknowledged >= wanted, "the child could not write");
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    journaled_log_store log(place.path(), {}, small_journal);
    const auto found = log.restore(group).last_index.value;
    BOOST_REQUIRE(found >= *acknowledged);
    last = found;
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace crash_test
