// Lists of many items on a whole node, while others write.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <future>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "actors/embedded/collection.hpp"
#include "actors/embedded/transaction.hpp"
#include "models/schema/projection.hpp"
#include "test/actors/embedded.hpp"

struct coin {
  std::int64_t number;
  std::int64_t worth;
};

template <>
struct lithair::model<coin> : lithair::attributes {
  static constexpr auto declaration =
      declare("coins", field<&coin::number>("number", primary_key, immutable, replicate),
              field<&coin::worth>("worth", replicate));
};

using namespace lithair;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t coins_there_are = 20'000;
constexpr std::chrono::seconds long_enough{60};

struct one_node : test::embedded_nodes {
  one_node() : embedded_nodes(*schema_of<coin>(), 1) {
    for (std::int64_t n = 0; n < coins_there_are; n += 1000) {
      transaction all{here};
      for (std::int64_t i = n; i < n + 1000; ++i) all.create(coins, {i, i % 100});
      (void)all.commit().get().value();
    }
  }

  caller here{at(1)};
  collection<coin> coins{here};
};

// Gives coins new numbers, one transaction each, until it is told to stop; counts those that are
// done.
void renumber(const one_node& node, const std::atomic<bool>& over,
              std::atomic<std::uint64_t>& done) {
  for (std::int64_t n = 0; !over; ++n) {
    transaction one{node.here};
    one.remove(node.coins, n);
    one.create(node.coins, {n + coins_there_are, n % 100});
    if (one.commit().get().has_value()) ++done;
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(long_lists_of_a_node)

// Whoever looks while coins get new numbers sees each of them once.
BOOST_FIXTURE_TEST_CASE(writes_are_answered_while_a_list_is_under_way_and_it_shows_one_moment,
                        one_node) {
  std::atomic<bool> over{false};
  std::atomic<std::uint64_t> done{0};
  std::thread writer([&] { renumber(*this, over, done); });
  std::uint64_t written_meanwhile = 0;
  const auto until = std::chrono::steady_clock::now() + long_enough;
  for (int lists = 0;
       (lists < 20 || written_meanwhile == 0) && std::chrono::steady_clock::now() < until;
       ++lists) {
    const auto before = done.load();
    const auto sorted = coins.list({{"sort", "-worth"}, {"take", "10"}}).get();
    written_meanwhile += done - before;
    BOOST_REQUIRE_MESSAGE(sorted.has_value(), sorted.error().detail);
    BOOST_TEST(sorted->total == static_cast<std::uint64_t>(coins_there_are));
    const auto some = coins.list({{"worth", "in(7,70)"}, {"take", "1"}}).get();
    BOOST_REQUIRE_MESSAGE(some.has_value(), some.error().detail);
    BOOST_TEST(some->total == static_cast<std::uint64_t>(coins_there_are / 50));
  }
  over = true;
  writer.join();
  BOOST_TEST(written_meanwhile > 0u);
}

BOOST_FIXTURE_TEST_CASE(lists_that_are_under_way_are_answered_when_the_node_stops, one_node) {
  std::deque<std::future<result<page<coin>>>> lists;
  for (int i = 0; i < 100; ++i) lists.push_back(coins.list({{"sort", "worth"}}).future());
  at(1).stop();
  for (auto& each : lists) {
    BOOST_REQUIRE((each.wait_for(long_enough) == std::future_status::ready));
    const auto x = each.get();
    BOOST_TEST((x.has_value() || x.error().status == 503));
  }
}

BOOST_AUTO_TEST_SUITE_END()
