#include "persistence/page_costs.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

#include "persistence/lmdb_environment.hpp"
#include "persistence/lmdb_state_store.hpp"
#include "test/persistence/support.hpp"

namespace page_costs_test {

using namespace lithair::persistence;
using namespace lithair::persistence::test;

namespace {

constexpr std::uint64_t page = 4096;

std::string key(int i) { return std::to_string(100'000 + i); }

/// A map of its own with a hundred thousand pairs of a hundred bytes, and what changes to it cost.
struct large_map {
  temporary_directory place;
  lmdb_environment map{place.path(), {}};

  large_map() {
    map.write([](lmdb_writer& to) {
      for (int i = 0; i < 100'000; ++i) to.put(key(i), std::string(94, 'x'));
    });
  }
  std::uint64_t cost_of(const changes& all) const {
    lmdb_reader reader(map);
    page_costs costs(reader);
    std::uint64_t sum = 0;
    for (const auto& [key, value] : all) {
      change_view change{key, std::nullopt};
      if (value) change.value = *value;
      sum += costs.of(change);
    }
    return sum;
  }
  /// By how much the map grows, which shows new pages only.
  std::uint64_t grows_by(const changes& all) {
    const auto before = map.used_bytes();
    map.write([&](lmdb_writer& to) {
      for (const auto& [key, value] : all) to.put(key, *value);
    });
    return map.used_bytes() - before;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(page_costs_of_changes)

BOOST_FIXTURE_TEST_CASE(new_keys_beside_each_other_cost_what_they_weigh_and_no_less_than_they_take,
                        large_map) {
  changes at_end;
  changes in_the_midst;
  for (int i = 0; i < 1000; ++i) {
    at_end.push_back({key(100'000 + i), std::string(194, 'y')});
    in_the_midst.push_back({key(50'000) + std::to_string(1000 + i), std::string(190, 'y')});
  }
  for (const auto& all : {at_end, in_the_midst}) {
    const auto cost = cost_of(all);
    BOOST_TEST(cost <= 2 * 200 * 1000 + page);
    BOOST_TEST(cost >= grows_by(all));
  }
}

BOOST_FIXTURE_TEST_CASE(keys_from_all_over_the_map_cost_a_page_each, large_map) {
  changes all;
  for (int i = 0; i < 1000; ++i) all.push_back({key(i * 100), "y"});
  BOOST_TEST(cost_of(all) >= 1000 * page);
}

BOOST_FIXTURE_TEST_CASE(neighbours_that_are_replaced_or_go_cost_what_was_there, large_map) {
  changes all;
  for (int i = 0; i < 1000; ++i)
    all.push_back({key(i), i % 2 == 0 ? std::nullopt : std::optional<std::string>{"y"}});
  const auto cost = cost_of(all);
  BOOST_TEST(cost >= 1000 * 100u);
  BOOST_TEST(cost <= 2 * 1000 * 100u + page);
}

BOOST_AUTO_TEST_CASE(a_commit_of_neighbours_needs_no_file_beside_the_map_and_one_all_over_it_does) {
  const temporary_directory place;
  lmdb_state_store state(place.path(), in_parts_of(1 << 20));
  static bool goes_in_parts;
  goes_in_parts = false;
  set_fault_handler(
      [](fault_point point) { goes_in_parts |= point == fault_point::checkpoint_pending; });
  changes neighbours;
  for (int i = 0; i < 4000; ++i) neighbours.push_back({key(i), std::string(200, 'y')});
  commit(state, 1, neighbours);
  BOOST_TEST(!goes_in_parts);
  changes all_over;
  for (int i = 0; i < 4000; i += 5) all_over.push_back({key(i), "z"});
  commit(state, 2, all_over);
  set_fault_handler(nullptr);
  BOOST_TEST(goes_in_parts);
  state.verify();
  BOOST_TEST(state.applied().pairs == 4000u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace page_costs_test
