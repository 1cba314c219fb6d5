#include "test/cluster/harness/history.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <numeric>
#include <random>

namespace history_test {

namespace data = boost::unit_test::data;
using namespace lithair::test;

namespace {

constexpr auto put = operation::kind::write;
constexpr auto see = operation::kind::read;
constexpr auto never = operation::never;

struct history {
  const char* name;
  bool fine;
  std::vector<operation> operations;
};
std::ostream& operator<<(std::ostream& out, const history& x) { return out << x.name; }

const std::vector<history> histories{
    {"nothing", true, {}},
    {"a read of the beginning", true, {{see, 0, 1, 2}}},
    {"a write, then its read", true, {{put, 1, 1, 2}, {see, 1, 3, 4}}},
    {"a write, then a read of the beginning", false, {{put, 1, 1, 2}, {see, 0, 3, 4}}},
    {"a read during the write sees the old value", true, {{put, 1, 1, 9}, {see, 0, 3, 4}}},
    {"a read during the write sees the new value", true, {{put, 1, 1, 9}, {see, 1, 3, 4}}},
    {"new, then old during the write", false, {{put, 1, 1, 9}, {see, 1, 3, 4}, {see, 0, 5, 6}}},
    {"a value nobody wrote", false, {{see, 7, 1, 2}}},
    {"a value before it was written", false, {{see, 1, 1, 2}, {put, 1, 3, 4}}},
    {"an unknown write never seen", true, {{put, 1, 1, never}, {see, 0, 3, 4}}},
    {"an unknown write seen later", true, {{put, 1, 1, never}, {see, 0, 3, 4}, {see, 1, 5, 6}}},
    {"an unknown write seen, then gone",
     false,
     {{put, 1, 1, never}, {see, 1, 3, 4}, {see, 0, 5, 6}}},
    {"an unknown write lands between acknowledged ones",
     true,
     {{put, 1, 1, never},
      {put, 2, 2, 3},
      {see, 2, 4, 5},
      {see, 1, 6, 7},
      {put, 3, 8, 9},
      {see, 3, 10, 11}}},
    {"an overwritten value returns", false, {{put, 1, 1, 2}, {put, 2, 3, 4}, {see, 1, 5, 6}}},
    {"two concurrent writes, both orders are fine",
     true,
     {{put, 1, 1, 9}, {put, 2, 2, 8}, {see, 2, 10, 11}}},
    {"two concurrent writes, but readers differ on the order",
     false,
     {{put, 1, 1, 9}, {put, 2, 2, 8}, {see, 2, 10, 11}, {see, 1, 12, 13}, {see, 2, 14, 15}}},
    {"an acknowledged write between two reads of another value",
     false,
     {{put, 1, 1, 2}, {see, 1, 3, 4}, {put, 2, 5, 6}, {see, 1, 7, 8}}},
};

/// Tries every order: slow and obviously right.
bool some_order_explains(const std::vector<operation>& operations) {
  std::vector<std::size_t> order(operations.size());
  std::iota(order.begin(), order.end(), 0);
  const auto explains = [&operations](const std::vector<std::size_t>& tried) {
    std::int64_t value = 0;
    for (std::size_t i = 0; i < tried.size(); ++i) {
      const auto& x = operations[tried[i]];
      for (std::size_t j = i + 1; j < tried.size(); ++j) {
        if (operations[tried[j]].ended < x.began) return false;
      }
      if (x.what == see && x.value != value) return false;
      if (x.what == put) value = x.value;
    }
    return true;
  };
  do {
    if (explains(order)) return true;
  } while (std::ranges::next_permutation(order).found);
  return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_history)

BOOST_DATA_TEST_CASE(known_histories_are_judged_rightly, data::make(histories)) {
  const auto why = why_not_linearizable(sample.operations);
  BOOST_TEST(why.empty() == sample.fine, why);
}

BOOST_AUTO_TEST_CASE(short_random_histories_are_judged_as_by_trying_every_order) {
  std::mt19937 chance(1);
  int fine = 0;
  for (int round = 0; round < 3000; ++round) {
    std::vector<operation> operations;
    std::int64_t written = 0;
    for (int i = 0; i < 5; ++i) {
      const auto began = static_cast<std::int64_t>(chance() % 12);
      const auto ended = began + 1 + static_cast<std::int64_t>(chance() % 6);
      if (chance() % 2 == 0) {
        operations.push_back({put, ++written, began * 2, ended * 2 + 1});
      } else {
        operations.push_back(
            {see, static_cast<std::int64_t>(chance() % 3), began * 2, ended * 2 + 1});
      }
    }
    const bool expected = some_order_explains(operations);
    fine += expected;
    BOOST_TEST(why_not_linearizable(operations).empty() == expected);
  }
  // Both verdicts must have been called for, or the comparison says little.
  BOOST_TEST(fine > 100);
  BOOST_TEST(fine < 2900);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace history_test
