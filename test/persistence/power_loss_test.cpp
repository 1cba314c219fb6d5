#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iostream>

#include "test/persistence/mortal_file_system.hpp"
#include "test/persistence/shared_number.hpp"
#include "test/persistence/world.hpp"

namespace power_loss_test {

using namespace lithair::persistence;
using namespace lithair::persistence::test;
namespace fs = std::filesystem;

namespace {

/// Appends until something fails, with a checkpoint now and then, and says what is acknowledged.
void append_for_ever(const fs::path& path, const shared_number& appended,
                     const shared_number& applied) {
  disk_world in(path);
  const auto last = in.log().restore(group).last_index.value;
  for (auto index = last + 1;; index += 5) {
    append(in.log(), commands(index, 5, 1));
    *appended = index + 4;
    if (index % 3 != 0) continue;
    commit(in.state(), index, {{"index", std::to_string(index)}});
    *applied = index;
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_power_loss)

BOOST_AUTO_TEST_CASE(loses_nothing_acknowledged) {
  temporary_directory place;
  mortal_file_system disk(place.path());
  if (!disk.usable()) {
    std::cerr << "SKIPPED: power loss can't be tried here, for no loop device can be mounted\n";
    return;
  }
  const auto path = disk.path() / "node";
  for (unsigned round = 0; round < 5; ++round) {
    const shared_number appended;
    const shared_number applied;
    const auto child = ::fork();
    BOOST_REQUIRE(child >= 0);
    if (child == 0) {
      try {
        append_for_ever(path, appended, applied);
      } catch (const storage_error&) {
        ::_exit(1);  // the power went away first
      }
    }
    const auto enough = [&] { return *applied != 0 && *appended % 100 >= 20u * (round % 5u); };
    // It goes on meanwhile, so what it has written is looked at once.
    bool wrote = enough();
    for (int status = 0; !wrote && ::waitpid(child, &status, WNOHANG) == 0;) wrote = enough();
    BOOST_REQUIRE_MESSAGE(wrote, "the child could not write");
    const auto unsynced = disk.path() / ("unsynced" + std::to_string(round));
    std::ofstream(unsynced) << "gone";
    BOOST_REQUIRE(disk.lose_power());
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    BOOST_REQUIRE(disk.restart());
    BOOST_TEST(read_file(unsynced).value_or("") == "", "this power loss loses nothing at all");
    disk_world found(path);
    BOOST_TEST(found.log().restore(group).last_index.value >= *appended);
    BOOST_TEST(found.state().applied().index.value >= *applied);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_full_file_system)

BOOST_AUTO_TEST_CASE(refuses_writes_until_there_is_room_again) {
  temporary_directory place;
  const mortal_file_system disk(place.path());
  if (!disk.usable()) {
    std::cerr << "SKIPPED: a full disk can't be tried here, for no loop device can be mounted\n";
    return;
  }
  disk_world in(disk.path() / "node");
  append(in.log(), commands(1, 5, 1));
  const auto ballast = disk.path() / "ballast";
  {
    file heavy(ballast, file::mode::create);
    const std::string megabyte(1 << 20, 'x');
    const auto fill = [&] {
      for (std::uint64_t at = 0;; at += megabyte.size()) heavy.write(at, megabyte);
    };
    BOOST_TEST(code_of(fill) == storage_errc::full);
  }
  // The journal has its room, but what it takes would find none at home.
  BOOST_TEST((code_of([&] { append(in.log(), commands(6, 1, 1)); }) == storage_errc::full));
  BOOST_TEST((code_of([&] { in.log().settle(); }) == storage_errc::full));
  BOOST_TEST((code_of([&] { commit(in.state(), 5, {{"a", "1"}}); }) == storage_errc::full));
  BOOST_TEST(in.log().restore(group).last_index.value == 5u);
  fs::remove(ballast);
  append(in.log(), commands(6, 1, 1));
  commit(in.state(), 6, {{"a", "1"}});
  BOOST_TEST(in.log().restore(group).last_index.value == 6u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace power_loss_test
