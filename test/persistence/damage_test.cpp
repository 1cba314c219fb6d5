#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <random>

#include "persistence/files.hpp"
#include "persistence/lmdb_check.hpp"
#include "persistence/lmdb_log_store.hpp"
#include "persistence/lmdb_state_store.hpp"
#include "test/persistence/support.hpp"

namespace damage_test {

using namespace lithair;
using namespace lithair::persistence;
using namespace lithair::persistence::test;
using protocol::index_t;
namespace fs = std::filesystem;

namespace {

/// Status of a child that found damage and said so, or that found all as it was.
constexpr int found_damage = 64 + static_cast<int>(storage_errc::damaged);
constexpr int found_another_version = 64 + static_cast<int>(storage_errc::bad_format);
constexpr int found_other_content = 7;

/// A log with runs, a change of members, large entries and a purged beginning.
void make_log(const fs::path& path) {
  lmdb_log_store log(path);
  vote(log, 3, 2);
  append(log, {change_of_members(1, 1, members_up_to(3))});
  append(log, commands(2, 300, 1, 60));
  append(log, {command(302, 2, std::string(9000, 'x'))});
  append(log, commands(303, 100, 2, 500));
  purge_up_to(log, 100);
  append(log, {change_of_members(403, 3, members_up_to(2))});
  vote(log, 4, 1);
}

void make_state(const fs::path& path) {
  lmdb_state_store state(path);
  changes all;
  for (int i = 0; i < 600; ++i)
    all.push_back({"key" + std::to_string(1000 + 2 * i), std::string(40 + i % 90, 'v')});
  all.push_back({"large", std::string(9000, 'w')});
  commit(state, 5, all);
  commit(state, 6, {{"key1100", std::nullopt}, {"key1200", "new"}, {"key1301", "more"}});
  commit(state, 7, {{"key1400", "newer"}});
}

/// Everything a state answers: each lookup that hits and those that miss between, and scans both
/// ways.
std::string all_answers(const state_source& state) {
  std::string out;
  for (int i = 999; i < 2202; ++i) {
    const auto value = state.get("key" + std::to_string(i));
    out += value ? *value : "none";
    out += '\n';
  }
  out += state.get("large").value_or("none");
  out += scanned(state, "", "");
  return out + scanned(state, "key1200", "key1900", scan_order::descending);
}

void copy_directory(const fs::path& from, const fs::path& to) {
  fs::remove_all(to);
  fs::copy(from, to, fs::copy_options::recursive);
}

/// Damages a copy of `original` in many ways in turn and runs `check` on each in a child process,
/// which ends with 0 when the damage made no difference.
class damage_trial {
 public:
  damage_trial(const fs::path& original, const fs::path& copy, std::function<void()> check)
      : original_(original), copy_(copy), check_(std::move(check)) {}

  void flip(std::uint64_t byte, unsigned bit) {
    copy_directory(original_, copy_);
    flip_bit(copy_ / "data.mdb", byte, bit);
    judge("bit " + std::to_string(bit) + " of byte " + std::to_string(byte));
  }

  void cut(std::uint64_t size) {
    copy_directory(original_, copy_);
    fs::resize_file(copy_ / "data.mdb", size);
    judge("cut to " + std::to_string(size));
  }

  std::size_t detected() const { return detected_; }
  std::size_t harmless() const { return harmless_; }

 private:
  void judge(const std::string& what) {
    const auto status = in_child(check_);
    const bool told = status == found_damage || status == found_another_version;
    BOOST_TEST((status == 0 || told), what << " ended in " << status);
    ++(status == 0 ? harmless_ : detected_);
  }

  fs::path original_;
  fs::path copy_;
  std::function<void()> check_;
  std::size_t detected_ = 0;
  std::size_t harmless_ = 0;
};

/// Some bits of each page, more of the two that begin the file, and cuts.
void damage_all_over(damage_trial& trial, std::uint64_t size) {
  std::mt19937_64 random(7);
  for (std::uint64_t page = 0; page < size / 4096; ++page) {
    // The start of a page is its structure, the rest mostly content.
    for (int i = 0; i < 4; ++i) trial.flip(page * 4096 + random() % 64, random() % 8);
    for (int i = 0; i < 4; ++i) trial.flip(page * 4096 + random() % 4096, random() % 8);
  }
  for (std::uint64_t byte = 0; byte < 2 * 160; ++byte)
    trial.flip(byte < 160 ? byte : 4096 + byte - 160, random() % 8);
  for (std::uint64_t less = 1; less < size; less = less * 3 + 1) trial.cut(size - less);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(damage)

BOOST_AUTO_TEST_CASE(of_a_log_is_told_or_makes_no_difference) {
  temporary_directory place;
  const auto original = place.make("original");
  const auto copy = place.path() / "copy";
  make_log(original);
  std::string expected;
  {
    lmdb_log_store log(original);
    expected = describe(log) + describe(log, protocol::group_id{2});
  }
  damage_trial trial(original, copy, [&] {
    lmdb_log_store log(copy);
    if (describe(log) + describe(log, protocol::group_id{2}) != expected)
      ::_exit(found_other_content);
  });
  damage_all_over(trial, fs::file_size(original / "data.mdb"));
  BOOST_TEST_MESSAGE("told: " << trial.detected() << ", no difference: " << trial.harmless());
  BOOST_TEST(trial.detected() > 100u);
}

BOOST_AUTO_TEST_CASE(of_a_state_is_told_or_makes_no_difference) {
  temporary_directory place;
  const auto original = place.make("original");
  const auto copy = place.path() / "copy";
  make_state(original);
  std::string expected;
  {
    const lmdb_state_store state(original);
    expected = all_answers(state) + std::to_string(state.applied().index.value);
  }
  damage_trial trial(original, copy, [&] {
    const lmdb_state_store state(copy);
    if (all_answers(state) + std::to_string(state.applied().index.value) != expected)
      ::_exit(found_other_content);
  });
  damage_all_over(trial, fs::file_size(original / "data.mdb"));
  BOOST_TEST_MESSAGE("told: " << trial.detected() << ", no difference: " << trial.harmless());
  BOOST_TEST(trial.detected() > 100u);
}

/// A key that is not found because it was damaged is no answer.
BOOST_AUTO_TEST_CASE(of_a_key_is_not_taken_for_its_absence) {
  temporary_directory place;
  commit(*std::make_unique<lmdb_state_store>(place.path()), 1,
         {{"a", "1"}, {"cat", "2"}, {"e", "3"}});
  const auto data = place.path() / "data.mdb";
  const auto bytes = read_file(data).value();
  const auto at = bytes.rfind("cat");
  BOOST_REQUIRE(at != std::string::npos);
  flip_bit(data, at + 2, 0);  // "cau", which is in order too
  const lmdb_state_store state(place.path());
  BOOST_TEST((code_of([&] { state.get("cat"); }) == storage_errc::damaged));
  BOOST_TEST((code_of([&] { scanned(state, "cat", "cau"); }) == storage_errc::damaged));
  BOOST_TEST((code_of([&] { scanned(state, "a", "cat"); }) == storage_errc::damaged));
  BOOST_TEST((code_of([&] { state.verify(); }) == storage_errc::damaged));
  BOOST_TEST(state.get("a").value() == "1");
}

BOOST_AUTO_TEST_CASE(of_an_entry_names_the_entry) {
  temporary_directory place;
  {
    lmdb_log_store log(place.path());
    append(log, {command(1, 1, "a"), command(2, 1, "needle")});
  }
  const auto data = place.path() / "data.mdb";
  flip_bit(data, read_file(data).value().rfind("needle"), 0);
  lmdb_log_store log(place.path());
  BOOST_TEST(sentence_of([&] { log.restore(group); }).find("log entry 2 of group 1") !=
             std::string::npos);
  BOOST_TEST(
      (code_of([&] { log.read(group, index_t{1}, index_t{2}, 999); }) == storage_errc::damaged));
  BOOST_TEST(log.read(group, index_t{1}, index_t{1}, 999).size() == 1u);
}

BOOST_AUTO_TEST_CASE(by_an_older_data_file_is_told) {
  temporary_directory place;
  const auto now = place.make("now");
  {
    lmdb_log_store log(now);
    append(log, commands(1, 5, 1));
  }
  fs::copy_file(now / "data.mdb", place.path() / "older.mdb");
  {
    lmdb_log_store log(now);
    append(log, commands(6, 5, 1));
  }
  fs::copy_file(place.path() / "older.mdb", now / "data.mdb", fs::copy_options::overwrite_existing);
  BOOST_TEST((code_of([&] { lmdb_log_store{now}; }) == storage_errc::damaged));
}

BOOST_AUTO_TEST_CASE(of_inner_pages_is_told_without_reading_the_leaves) {
  temporary_directory place;
  make_state(place.path());
  const auto data = place.path() / "data.mdb";
  check_data_file(data, check_depth::inner_pages);
  const auto bytes = read_file(data).value();
  std::size_t told = 0;
  std::size_t told_by_all = 0;
  for (std::uint64_t page = 2; page < bytes.size() / 4096; ++page) {
    flip_bit(data, page * 4096, 0);  // its number
    const auto tells = [&](check_depth depth) {
      try {
        check_data_file(data, depth);
        return false;
      } catch (const storage_error&) {
        return true;
      }
    };
    told += tells(check_depth::inner_pages) ? 1 : 0;
    told_by_all += tells(check_depth::everything) ? 1 : 0;
    flip_bit(data, page * 4096, 0);
  }
  BOOST_TEST(told >= 1u);
  BOOST_TEST(told_by_all > 2 * told);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace damage_test
