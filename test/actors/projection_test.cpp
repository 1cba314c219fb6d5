#include "actors/embedded/projection.hpp"

#include <map>

#include <boost/test/unit_test.hpp>

#include "actors/embedded/transaction.hpp"
#include "models/schema/projection.hpp"
#include "test/actors/embedded.hpp"

struct sale {
  std::int64_t number;
  std::string customer;
  std::int64_t pieces;
};

template <>
struct lithair::model<sale> : lithair::attributes {
  static constexpr auto declaration = declare(
      "sales", field<&sale::number>("number", primary_key, immutable, replicate),
      field<&sale::customer>("customer", replicate), field<&sale::pieces>("pieces", replicate));
};

using namespace lithair;
using namespace std::chrono_literals;

namespace {

/// The pieces by customer.
struct totals {
  using item = sale;

  std::map<std::string, std::int64_t> pieces;

  void fold(const event<sale>& x) {
    if (x.before) pieces[x.before->customer] -= x.before->pieces;
    if (x.after) pieces[x.after->customer] += x.after->pieces;
    std::erase_if(pieces, [](const auto& each) { return each.second == 0; });
  }
};

using pieces_by_customer = std::map<std::string, std::int64_t>;

struct three_nodes : test::embedded_nodes {
  three_nodes() : embedded_nodes(*schema_of<sale>(), 3) {}
};

pieces_by_customer pieces_in(const projection<totals>& x) {
  return x.read([](const totals& model) { return model.pieces; });
}

// The same by reading all items.
pieces_by_customer recount(const collection<sale>& from) {
  totals made;
  list_words where{{"take", "1000"}};
  for (;;) {
    const auto page = from.list(where).get().value();
    for (const auto& each : page.items) {
      event<sale> x;
      x.after = each;
      made.fold(x);
    }
    if (!page.next) return made.pieces;
    where = {{"take", "1000"}, {"after", *page.next}};
  }
}

std::string customer_of(std::int64_t n) { return "customer " + std::to_string(n % 7); }

}  // namespace

BOOST_AUTO_TEST_SUITE(projections_in_process)

BOOST_FIXTURE_TEST_CASE(it_is_built_from_what_is_there_and_follows_what_changes, three_nodes) {
  collection<sale> sales{at(1)};
  (void)sales.create({1, "ann", 2}).get().value();
  (void)sales.create({2, "bob", 3}).get().value();
  projection<totals> sums{at(2)};
  const auto moved =
      sales.update(1, patch<sale>().set<&sale::customer>("bob")).get().value().version;
  BOOST_REQUIRE(sums.wait_for(moved, 60s));
  BOOST_TEST((pieces_in(sums) == pieces_by_customer{{"bob", 5}}));
  const auto gone = sales.remove(2).get().value();
  BOOST_REQUIRE(sums.wait_for(gone, 60s));
  BOOST_TEST((pieces_in(sums) == pieces_by_customer{{"bob", 2}}));
  BOOST_TEST(sums.applied() >= gone);
}

BOOST_FIXTURE_TEST_CASE(what_changes_while_it_is_built_is_folded_in_exactly_once, three_nodes) {
  caller here{at(1)};
  collection<sale> sales{here};
  // Several pages of items.
  for (std::int64_t n = 0; n < 3000; n += 500) {
    transaction all{here};
    for (std::int64_t i = n; i < n + 500; ++i) all.create(sales, {i, customer_of(i), 1});
    (void)all.commit().get().value();
  }
  std::vector<std::future<result<stored<sale>>>> under_way;
  std::vector<std::unique_ptr<projection<totals>>> all;
  for (std::int64_t n = 0; n < 300; ++n) {
    const auto other = patch<sale>().set<&sale::customer>(customer_of(n + 3)).set<&sale::pieces>(n);
    under_way.push_back(sales.update(n * 10, other).future());
    if (n % 30 == 0)
      all.push_back(
          std::make_unique<projection<totals>>(at(static_cast<std::uint64_t>(n) % 3 + 1)));
  }
  std::uint64_t last = 0;
  for (auto& each : under_way) last = std::max(last, each.get().value().version);
  const auto right = recount(sales);
  for (const auto& each : all) {
    BOOST_REQUIRE(each->wait_for(last, 60s));
    BOOST_TEST((pieces_in(*each) == right));
  }
}

BOOST_FIXTURE_TEST_CASE(a_request_that_changes_nothing_is_waited_for_too, three_nodes) {
  collection<sale> sales{at(1)};
  projection<totals> sums{at(1)};
  (void)sales.create({1, "ann", 2}).get().value();
  BOOST_TEST(!sales.create({1, "ann", 2}).get().has_value());
  const auto applied = sales.list().get().value().applied;
  BOOST_TEST(sums.wait_for(applied, 60s));
}

BOOST_FIXTURE_TEST_CASE(it_is_read_on_when_the_node_has_stopped_and_waits_no_more, three_nodes) {
  projection<totals> sums{at(3)};
  const auto made = collection<sale>{at(3)}.create({1, "ann", 2}).get().value().version;
  BOOST_REQUIRE(sums.wait_for(made, 60s));
  at(3).stop();
  BOOST_TEST(!sums.wait_for(made + 1'000'000, 60s));
  BOOST_TEST((pieces_in(sums) == pieces_by_customer{{"ann", 2}}));
}

BOOST_AUTO_TEST_SUITE_END()
