#include "persistence/pinned_state.hpp"

#include <map>
#include <random>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "persistence/lmdb_state_store.hpp"
#include "persistence/memory_state_store.hpp"
#include "persistence/snapshot_file.hpp"
#include "persistence/storage_error.hpp"
#include "test/persistence/support.hpp"

namespace pinned_state_test {

using namespace lithair;
using namespace lithair::persistence;

namespace {

using content = std::map<std::string, std::optional<std::string>>;

std::vector<change_view> views(const content& x) {
  std::vector<change_view> out;
  for (const auto& [key, value] : x)
    out.push_back({key, value ? std::optional<std::string_view>(*value) : std::nullopt});
  return out;
}

content all_of(const state_source& x) {
  content out;
  x.scan({}, {}, scan_order::ascending, [&](std::string_view key, std::string_view value) {
    out.emplace(key, value);
    return true;
  });
  return out;
}

applied_point point(std::uint64_t index) {
  return {protocol::index_t{index}, protocol::term_t{1}, {}, {}};
}

std::string key(int i) {
  auto digits = std::to_string(i);
  return "k" + std::string(6 - digits.size(), '0') + digits;
}

content many(int count) {
  content out;
  for (int i = 0; i < count; ++i) out.emplace(key(i), "value " + std::to_string(i));
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pinned_states)

BOOST_AUTO_TEST_CASE(it_shows_what_was_there_whatever_is_committed_between_two_reads) {
  std::mt19937 random{7};
  for (int round = 0; round < 20; ++round) {
    memory_state_store base;
    base.commit(views(many(3000)), point(1));
    const auto before = all_of(base);
    pinned_state pinned{base};
    content seen;
    std::uint64_t index = 1;
    pinned.scan({}, {}, scan_order::ascending, [&](std::string_view k, std::string_view value) {
      BOOST_REQUIRE(seen.empty() || seen.rbegin()->first < k);
      seen.emplace(k, value);
      if (random() % 50 != 0) return true;
      content changes;
      for (int i = 0; i < 20; ++i) {
        const int n = static_cast<int>(random() % 4000);
        changes[key(n)] = random() % 3 == 0 ? std::nullopt : std::optional<std::string>("later");
      }
      pinned.preserve(views(changes));
      base.commit(views(changes), point(++index));
      return true;
    });
    BOOST_REQUIRE(seen == before);
    BOOST_TEST(pinned.applied().index.value == 1u);
    // Nothing is kept for what was read to its end.
    const content late{{key(0), "x"}, {"zzz", "x"}};
    pinned.preserve(views(late));
    BOOST_TEST(pinned.bytes() == 0u);
  }
}

BOOST_AUTO_TEST_CASE(a_commit_that_was_only_half_done_and_is_repeated_does_not_show) {
  memory_state_store base;
  base.commit(views(many(10)), point(1));
  const auto before = all_of(base);
  pinned_state pinned{base};
  const content changes{{key(1), "new"}, {key(2), std::nullopt}, {key(20), "new"}};
  pinned.preserve(views(changes));
  base.commit(views({{key(1), "new"}, {key(20), "new"}}), point(1));  // a part of it
  pinned.preserve(views(changes));
  base.commit(views(changes), point(2));
  BOOST_TEST((all_of(pinned) == before));
}

BOOST_AUTO_TEST_CASE(a_cancelled_one_ends_and_is_no_damage) {
  memory_state_store base;
  base.commit(views(many(3000)), point(1));
  pinned_state pinned{base};
  try {
    pinned.scan({}, {}, scan_order::ascending, [&](std::string_view, std::string_view) {
      pinned.cancel();
      return true;
    });
    BOOST_ERROR("it went on");
  } catch (const storage_error& e) {
    BOOST_TEST((e.code() == storage_errc::full));
  }
}

BOOST_AUTO_TEST_CASE(
    a_snapshot_of_a_store_on_disk_is_as_of_one_commit_while_another_thread_commits) {
  const test::temporary_directory place;
  lmdb_state_store base{place.path()};
  base.commit(views(many(20'000)), point(1));
  pinned_state pinned{base};
  std::atomic<bool> over{false};
  std::thread writer([&] {
    snapshot_header made =
        write_snapshot(pinned, protocol::group_id{1}, 1, place.path() / "snapshot");
    BOOST_REQUIRE(made.point.index.value == 1u);
    over = true;
  });
  std::mt19937 random{7};
  for (std::uint64_t index = 2; !over; ++index) {
    content changes;
    for (int i = 0; i < 200; ++i)
      changes[key(static_cast<int>(random() % 25'000))] = std::to_string(index);
    pinned.preserve(views(changes));
    base.commit(views(changes), point(index));
  }
  writer.join();
  // Its pairs are those of its digest, which is that of the first commit.
  snapshot_file{place.path() / "snapshot"}.verify();
  content seen;
  snapshot_file{place.path() / "snapshot"}.read([&](std::string_view k, std::string_view value) {
    seen.emplace(k, value);
    return true;
  });
  BOOST_TEST((seen == many(20'000)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pinned_state_test
