// That the tests of single actors would notice: each duty is broken in a process of its own, in
// which one of them runs.

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <iterator>
#include <string>
#include <vector>

#include <boost/cstdlib.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "test/actors/broken_duties.hpp"

using lithair::actors::active_mutant;
using lithair::actors::mutant;
using lithair::test::broken_duties;
using lithair::test::broken_duty;

namespace {

constexpr const char* duty_to_break = "LITHAIR_BROKEN_DUTY";
constexpr unsigned patience_s = 60;

/// Breaks what the process was started to break.
struct breaks_a_duty {
  breaks_a_duty() {
    const char* number = std::getenv(duty_to_break);
    if (number == nullptr) return;
    active_mutant = static_cast<mutant>(std::strtoul(number, nullptr, 10));
    ::alarm(patience_s);
  }
};
BOOST_TEST_GLOBAL_FIXTURE(breaks_a_duty);

/// The exit code of this program when it runs one test and breaks one duty; -1: it did not end by
/// itself.
int run_test(const std::string& test, mutant duty) {
  const std::string which = "--run_test=" + test;
  const std::string what = duty_to_break + ("=" + std::to_string(static_cast<int>(duty)));
  const char* arguments[] = {"test_broken_duties", which.c_str(), "--log_level=nothing",
                             "--report_level=no", nullptr};
  std::vector<char*> environment{const_cast<char*>(what.c_str())};
  for (auto** each = ::environ; *each != nullptr; ++each) environment.push_back(*each);
  environment.push_back(nullptr);
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  for (int descriptor : {STDOUT_FILENO, STDERR_FILENO})
    ::posix_spawn_file_actions_addopen(&files, descriptor, "/dev/null", O_WRONLY, 0);
  ::pid_t child = 0;
  const int failed = ::posix_spawn(&child, "/proc/self/exe", &files, nullptr,
                                   const_cast<char* const*>(arguments), environment.data());
  ::posix_spawn_file_actions_destroy(&files);
  BOOST_REQUIRE(failed == 0);
  int status = 0;
  BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(duties)

BOOST_DATA_TEST_CASE(a_broken_one_fails_its_test_and_nothing_else_does,
                     boost::unit_test::data::make(broken_duties)) {
  if (sample.test == nullptr) {
    BOOST_TEST(sample.within > 0u);
    return;
  }
  BOOST_TEST(run_test(sample.test, mutant::none) == boost::exit_success);
  BOOST_TEST(run_test(sample.test, sample.duty) == boost::exit_test_failure);
}

BOOST_AUTO_TEST_CASE(are_all_in_the_table) {
  BOOST_REQUIRE(std::size(broken_duties) + 1 == static_cast<std::size_t>(mutant::count));
  for (std::size_t i = 0; i < std::size(broken_duties); ++i)
    BOOST_TEST(static_cast<std::size_t>(broken_duties[i].duty) == i + 1, broken_duties[i].name);
}

BOOST_AUTO_TEST_SUITE_END()
