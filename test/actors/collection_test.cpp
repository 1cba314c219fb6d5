#include "actors/embedded/collection.hpp"

#include <atomic>
#include <future>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "actors/embedded/transaction.hpp"
#include "models/schema/projection.hpp"
#include "test/actors/embedded.hpp"
#include "test/actors/results.hpp"

enum class seat_state { free, taken };
BOOST_DESCRIBE_ENUM(seat_state, free, taken)

struct guest {
  lithair::uuid id;
  std::string name;
  std::optional<std::string> secret;
  std::vector<std::string> tags;

  bool operator==(const guest&) const = default;
};

template <>
struct lithair::model<guest> : lithair::attributes {
  static constexpr auto declaration = declare(
      "guests", field<&guest::id>("id", primary_key, immutable, replicate),
      field<&guest::name>("name", unique, replicate, min_length(1)),
      field<&guest::secret>("secret", hidden, replicate), field<&guest::tags>("tags", replicate));
};

struct seat {
  std::int64_t number;
  seat_state state;
  lithair::money price;

  bool operator==(const seat&) const = default;
};

template <>
struct lithair::model<seat> : lithair::attributes {
  static constexpr auto declaration =
      declare("seats", field<&seat::number>("number", primary_key, immutable, replicate),
              field<&seat::state>("state", indexed, replicate, default_value("free")),
              field<&seat::price>("price", replicate, min("0.01")));
};

// A model of the same name as one that is served, with a field of another type.
struct other_seat {
  std::int64_t number;
  std::string price;
};

template <>
struct lithair::model<other_seat> : lithair::attributes {
  static constexpr auto declaration =
      declare("seats", field<&other_seat::number>("number", primary_key, replicate),
              field<&other_seat::price>("price", replicate));
};

using namespace lithair;
using lithair::test::must;
using lithair::test::refused;

namespace {

struct three_nodes : test::embedded_nodes {
  three_nodes() : embedded_nodes(*schema_of<guest, seat>(), 3) {}
};

const auto two = *models::parse_money("2.00");
const auto five = *models::parse_money("5.00");

}  // namespace

BOOST_AUTO_TEST_SUITE(collections_in_process)

BOOST_FIXTURE_TEST_CASE(what_one_node_writes_all_nodes_read_as_structs_hidden_fields_too,
                        three_nodes) {
  collection<guest> here{at(1)};
  auto made = must(here.create({{}, "ann", "s3cret", {"a", "b"}}).get());
  BOOST_TEST((made.item.id != uuid{}));
  BOOST_TEST(made.version > 0u);
  for (std::uint64_t id = 1; id <= 3; ++id) {
    auto read = must(collection<guest>{at(id)}.get(made.item.id).get());
    BOOST_TEST((read.item == made.item));
    BOOST_TEST(read.version == made.version);
  }
  auto listed = must(collection<guest>{at(3)}.list().get());
  BOOST_TEST(listed.total == 1u);
  BOOST_TEST((listed.items.at(0) == made.item));
}

BOOST_FIXTURE_TEST_CASE(items_are_created_read_listed_updated_replaced_and_removed, three_nodes) {
  collection<seat> seats{at(2)};
  std::uint64_t version = 0;
  for (std::int64_t n = 1; n <= 5; ++n)
    version = must(seats.create({n, seat_state::free, five}).get()).version;

  auto taken =
      must(seats.update(5, patch<seat>().set<&seat::state>(seat_state::taken), {version}).get());
  BOOST_TEST((taken.item == seat{5, seat_state::taken, five}));
  BOOST_TEST(
      refused(seats.update(5, patch<seat>().set<&seat::state>(seat_state::free), {version}).get())
          .status == 412);
  BOOST_TEST((must(seats.get(5).get()).item == taken.item));

  const seat dear{4, seat_state::taken, *models::parse_money("9.50")};
  BOOST_TEST((must(seats.replace(dear).get()).item == dear));
  BOOST_TEST(refused(seats.replace(dear, {}, true).get()).status == 412);

  auto some = must(seats.list({{"state", "taken"}, {"sort", "-number"}, {"take", "1"}}).get());
  BOOST_TEST(some.total == 2u);
  BOOST_TEST((some.items == std::vector<seat>{taken.item}));
  auto rest = must(
      seats.list({{"state", "taken"}, {"sort", "-number"}, {"after", some.next.value()}}).get());
  BOOST_TEST((rest.items == std::vector<seat>{dear}));
  BOOST_TEST(!rest.next.has_value());

  const auto index = must(seats.remove(4).get());
  BOOST_TEST(refused(collection<seat>{at(1)}.get(4, {consistency::local, index}).get()).status ==
             404);
  BOOST_TEST(refused(seats.remove(4).get()).code == "not_found");
}

BOOST_FIXTURE_TEST_CASE(a_refused_write_says_what_an_http_client_would_be_told, three_nodes) {
  collection<guest> guests{at(1)};
  must(guests.create({{}, "ann", {}, {}}).get());
  auto taken = refused(guests.create({{}, "ann", {}, {}}).get());
  BOOST_TEST(taken.status == 409);
  BOOST_TEST(taken.errors.at(0).field == "name");
  auto invalid = refused(guests.create({{}, "", {}, {}}).get());
  BOOST_TEST(invalid.status == 422);
  BOOST_TEST(invalid.code == "validation_failed");
  BOOST_TEST(invalid.errors.at(0).code == "min_length");
  BOOST_TEST(refused(guests.list({{"nothing", "1"}}).get()).status == 400);
  BOOST_TEST(refused(guests.list({{"fields", "id"}}).get()).status == 400);
}

BOOST_FIXTURE_TEST_CASE(a_request_of_a_known_idempotency_key_is_carried_out_once, three_nodes) {
  collection<guest> guests{at(1)};
  auto first = must(guests.create({{}, "ann", {}, {}}, {0, "key-1"}).get());
  auto again = must(collection<guest>{at(2)}.create({{}, "ann", {}, {}}, {0, "key-1"}).get());
  BOOST_TEST((again.item.id == first.item.id));
  BOOST_TEST(again.version == first.version);
}

BOOST_FIXTURE_TEST_CASE(a_patch_names_fields_by_their_members_and_may_clear_them, three_nodes) {
  collection<guest> guests{at(1)};
  auto made = must(guests.create({{}, "ann", "s3cret", {"a"}}).get());
  must(guests
           .update(made.item.id,
                   patch<guest>().set<&guest::tags>({"b", "c"}).clear<&guest::secret>())
           .get());
  BOOST_TEST(
      (must(guests.get(made.item.id).get()).item == guest{made.item.id, "ann", {}, {"b", "c"}}));
}

BOOST_FIXTURE_TEST_CASE(a_transaction_writes_all_or_nothing_in_one_entry, three_nodes) {
  caller here{at(1)};
  collection<guest> guests{here};
  collection<seat> seats{here};
  auto one = must(seats.create({1, seat_state::free, five}).get());
  must(seats.create({2, seat_state::free, five}).get());
  const auto take = patch<seat>().set<&seat::state>(seat_state::taken);

  auto done = must(transaction(here)
                       .create(guests, {{}, "ann", {}, {}})
                       .update(seats, 1, take, one.version)
                       .replace(seats, {1, seat_state::taken, two})
                       .remove(seats, 2)
                       .commit()
                       .get());
  BOOST_REQUIRE(done.operations.size() == 4u);
  BOOST_TEST(done.operations[0].status == 201);
  BOOST_TEST(done.operations[0].version == done.index);
  BOOST_TEST(done.operations[1].item == R"({"number":1,"state":"taken","price":"5.00"})");
  BOOST_TEST(done.operations[2].status == 200);
  BOOST_TEST(done.operations[3].status == 204);
  BOOST_TEST(done.operations[3].version == 0u);
  BOOST_TEST((must(seats.list().get()).items == std::vector<seat>{{1, seat_state::taken, two}}));

  // The seat has changed since, so the guest is not created either.
  auto late = transaction(here)
                  .create(guests, {{}, "bob", {}, {}})
                  .update(seats, 1, take, one.version)
                  .commit()
                  .get();
  BOOST_TEST(refused(std::move(late)).status == 412);
  BOOST_TEST(must(guests.list().get()).total == 1u);
}

BOOST_FIXTURE_TEST_CASE(answers_come_through_futures_and_handlers_too, three_nodes) {
  collection<seat> seats{at(1)};
  std::vector<std::future<result<stored<seat>>>> under_way;
  for (std::int64_t n = 1; n <= 100; ++n)
    under_way.push_back(seats.create({n, seat_state::free, five}).future());
  for (auto& each : under_way) must(each.get());

  // A handler may ask on, and is told when it would wait for ever.
  std::promise<std::string> told;
  seats.get(7).then([&](result<stored<seat>> x) {
    try {
      (void)seats.get(8).get();
    } catch (const std::logic_error&) {
      seats.remove(x->item.number).then([&](result<std::uint64_t> gone) {
        told.set_value(gone ? "gone" : "kept");
      });
    }
  });
  BOOST_TEST(told.get_future().get() == "gone");
  BOOST_TEST(must(seats.list().get()).total == 99u);
}

BOOST_FIXTURE_TEST_CASE(a_struct_that_is_not_the_served_model_is_refused_at_once, three_nodes) {
  BOOST_CHECK_EXCEPTION(collection<other_seat>{at(1)}, std::runtime_error, [](const auto& e) {
    return std::string{e.what()}.find("seats.price") != std::string::npos;
  });
}

BOOST_FIXTURE_TEST_CASE(
    a_node_stops_from_any_thread_while_collections_live_and_every_call_is_answered, three_nodes) {
  collection<seat> seats{at(3)};
  std::atomic<bool> refused_once = false;
  std::vector<std::jthread> writers;
  for (int i = 0; i < 3; ++i)
    writers.emplace_back([&, i] {
      for (std::int64_t n = 0; !refused_once; ++n)
        if (!seats.create({i * 1'000'000 + n, seat_state::free, five}).get()) refused_once = true;
    });
  while (must(seats.list().get()).total < 20) {
  }
  std::jthread{[this] { at(3).stop(); }}.join();
  writers.clear();
  auto after = refused(seats.get(1).get());
  BOOST_TEST(after.status == 503);
  // What the node served is still known, so that a write is judged and then refused for that.
  BOOST_TEST(refused(seats.create({-1, seat_state::free, five}).get()).status == 503);
  BOOST_TEST(seats.declared().name == "seats");
  erase(3);
}

BOOST_AUTO_TEST_SUITE_END()
