// The C++ face where not everything is shared by all nodes in one group: fields and models of one
// node only, and models that have a group of their own.
#include <set>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "actors/embedded/projection.hpp"
#include "actors/embedded/transaction.hpp"
#include "models/schema/projection.hpp"
#include "test/actors/embedded.hpp"
#include "test/actors/listener.hpp"
#include "test/actors/results.hpp"

struct member {
  std::int64_t number;
  std::string name;
  std::optional<std::string> cache;  // of the node that filled it
  std::int64_t hits = 0;             // the same

  bool operator==(const member&) const = default;
};

template <>
struct lithair::model<member> : lithair::attributes {
  static constexpr auto declaration =
      declare("members", field<&member::number>("number", primary_key, immutable, replicate),
              field<&member::name>("name", unique, replicate), field<&member::cache>("cache"),
              field<&member::hits>("hits", default_value(0)));
};

struct visit {
  lithair::uuid id;
  std::string path;

  bool operator==(const visit&) const = default;
};

// Of one node only.
template <>
struct lithair::model<visit> : lithair::attributes {
  static constexpr auto declaration =
      declare("visits", field<&visit::id>("id", primary_key), field<&visit::path>("path", unique));
};

struct reading {
  std::int64_t number;
  std::int64_t value;

  bool operator==(const reading&) const = default;
};

// In a group of its own, where a test says so.
template <>
struct lithair::model<reading> : lithair::attributes {
  static constexpr auto declaration =
      declare("readings", field<&reading::number>("number", primary_key, replicate),
              field<&reading::value>("value", replicate));
};

using namespace lithair;
using lithair::test::must;
using lithair::test::refused;
using namespace std::chrono_literals;

namespace {

struct three_nodes : test::embedded_nodes {
  three_nodes() : embedded_nodes(*schema_of<member, visit, reading>(), 3) {}
};

struct two_groups : test::embedded_nodes {
  two_groups()
      : embedded_nodes(*schema_of<member, visit, reading>(), 3, [](actors::node_config& x) {
          x.groups = {{"readings", protocol::group_id{2}}};
        }) {}
};

/// What the items hold, by their numbers.
template <class T, class Value>
struct table {
  using item = T;

  std::map<std::int64_t, Value> rows;

  void fold(const event<T>& x) {
    if (x.before && !x.after) rows.erase(x.before->number);
    if (x.after) rows.insert_or_assign(x.after->number, value_of(*x.after));
  }
  static std::int64_t value_of(const reading& x) { return x.value; }
  static std::string value_of(const member& x) { return x.name; }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(places_in_process)

BOOST_FIXTURE_TEST_CASE(each_node_reads_its_own_local_fields_beside_the_shared_ones, three_nodes) {
  const collection<member> here{at(1)};
  const collection<member> there{at(2)};
  const auto made = must(here.create({1, "ann", "of 1", 5}).get());
  BOOST_TEST((made.item == member{1, "ann", "of 1", 5}));
  BOOST_TEST((must(here.get(1).get()).item == member{1, "ann", "of 1", 5}));
  BOOST_TEST((must(there.get(1).get()).item == member{1, "ann", {}, 0}));

  // Both kinds in one patch; what is local is put down where it is asked.
  const auto changed =
      must(there.update(1, patch<member>().set<&member::name>("bob").set<&member::hits>(7)).get());
  BOOST_TEST((changed.item == member{1, "bob", {}, 7}));
  BOOST_TEST((must(here.get(1).get()).item == member{1, "bob", "of 1", 5}));
  must(here.update(1, patch<member>().clear<&member::cache>()).get());
  BOOST_TEST((must(here.get(1).get()).item == member{1, "bob", {}, 5}));
  BOOST_TEST(must(there.list({{"hits", ">=7"}}).get()).total == 1u);
  BOOST_TEST(must(here.list({{"hits", ">=7"}}).get()).total == 0u);

  // A refusal of the shared part leaves the local one alone, and a new item of the key has nothing
  // of the old.
  must(here.create({2, "cat", "x", 1}).get());
  BOOST_TEST(
      refused(
          there.update(1, patch<member>().set<&member::name>("cat").set<&member::hits>(9)).get())
          .status == 409);
  BOOST_TEST(must(there.get(1).get()).item.hits == 7);
  must(here.remove(1).get());
  must(here.create({1, "dan", {}, 0}).get());
  BOOST_TEST((must(there.get(1).get()).item == member{1, "dan", {}, 0}));
}

BOOST_FIXTURE_TEST_CASE(a_local_model_is_read_written_and_followed_on_its_node_only, three_nodes) {
  caller through{at(2)};
  const collection<visit> here{through};
  const collection<visit> there{at(3)};
  test::listener<visit> told, told_elsewhere;
  const auto following = subscribe(here, told.handlers());
  const auto elsewhere = subscribe(there, told_elsewhere.handlers());

  const auto made = must(here.create({{}, "/a"}).get());
  BOOST_TEST(refused(here.create({{}, "/a"}).get()).status == 409);
  const auto other = must(there.create({{}, "/a"}).get());  // unique on its node
  BOOST_TEST(refused(there.get(made.item.id).get()).status == 404);
  BOOST_TEST(must(here.list().get()).total == 1u);
  const auto done =
      must(transaction(through).create(here, {{}, "/b"}).remove(here, made.item.id).commit().get());
  BOOST_TEST(done.operations.size() == 2u);

  const auto events = told.await_events(3);
  BOOST_CHECK(events[0].after == made.item);
  BOOST_TEST(events[1].after->path == "/b");
  BOOST_CHECK(events[2].before == made.item && !events[2].after);
  BOOST_TEST(events[1].index == done.index);
  BOOST_CHECK(told_elsewhere.await_events(1).front().after == other.item);

  // They are in two logs, so not in one transaction.
  const collection<member> members{through};
  const auto both = transaction(through)
                        .create(here, {{}, "/c"})
                        .create(members, {1, "ann", {}, 0})
                        .commit()
                        .get();
  BOOST_TEST(refused(both).status == 422);
  BOOST_TEST(refused(members.get(1).get()).status == 404);
  BOOST_TEST(must(here.list().get()).total == 1u);
}

BOOST_FIXTURE_TEST_CASE(local_data_is_there_again_after_a_restart, three_nodes) {
  const auto id = must(collection<visit>{at(1)}.create({{}, "/a"}).get()).item.id;
  must(collection<member>{at(1)}.create({1, "ann", "kept", 3}).get());
  erase(1);
  start(1);
  BOOST_TEST(must(collection<visit>{at(1)}.get(id).get()).item.path == "/a");
  BOOST_TEST((must(collection<member>{at(1)}.get(1).get()).item == member{1, "ann", "kept", 3}));
}

// Events are of what all nodes share; so are the items that a read model is built from, or it would
// never be right.
BOOST_FIXTURE_TEST_CASE(a_read_model_of_a_mixed_collection_is_the_same_however_it_came_about,
                        three_nodes) {
  struct hits_by_name {
    using item = member;

    std::map<std::string, std::int64_t> hits;

    void fold(const event<member>& x) {
      if (x.before) hits[x.before->name] -= x.before->hits + 1;
      if (x.after) hits[x.after->name] += x.after->hits + 1;
      std::erase_if(hits, [](const auto& each) { return each.second == 0; });
    }
  };
  const collection<member> members{at(1)};
  projection<hits_by_name> from_the_beginning{at(1)};
  BOOST_REQUIRE(from_the_beginning.wait_for(0, 60s));
  must(members.create({1, "ann", {}, 5}).get());
  must(members.create({2, "bob", "x", 6}).get());
  projection<hits_by_name> from_items{at(1)};
  BOOST_REQUIRE(from_items.wait_for(0, 60s));
  must(members.update(1, patch<member>().set<&member::name>("cat")).get());
  const auto last = must(members.remove(2).get());
  for (auto* each : {&from_the_beginning, &from_items}) {
    BOOST_REQUIRE(each->wait_for(last, 60s));
    BOOST_TEST((each->read([](const hits_by_name& x) { return x.hits; }) ==
                std::map<std::string, std::int64_t>{{"cat", 1}}));
  }
}

BOOST_FIXTURE_TEST_CASE(models_in_groups_of_their_own_are_read_written_and_followed_alike,
                        two_groups) {
  caller through{at(1)};
  const collection<member> members{through};
  const collection<reading> readings{through};
  std::map<std::uint64_t, test::listener<reading>> told;
  std::vector<subscription> all;
  for (std::uint64_t id = 1; id <= 3; ++id)
    all.push_back(subscribe(collection<reading>{at(id)}, told[id].handlers()));
  projection<table<reading, std::int64_t>> values{at(2)};
  projection<table<member, std::string>> names{at(3)};

  const auto ann = must(members.create({1, "ann", "c", 0}).get());
  const auto first = must(collection<reading>{at(3)}.create({1, 10}).get());
  const auto done = must(transaction(through)
                             .replace(readings, {1, 11}, first.version)
                             .create(readings, {2, 20})
                             .commit()
                             .get());
  BOOST_TEST(
      refused(readings.update(1, patch<reading>().set<&reading::value>(0), {first.version}).get())
          .status == 412);
  const auto gone = must(readings.remove(2).get());

  for (std::uint64_t id = 1; id <= 3; ++id) {
    const auto events = told[id].await_events(4);
    BOOST_CHECK(events[0].after == (reading{1, 10}));
    BOOST_CHECK(events[1].before == (reading{1, 10}) && events[1].after == (reading{1, 11}));
    BOOST_TEST(events[2].index == done.index);
    BOOST_TEST(events[3].index == gone);
    BOOST_TEST(
        (must(collection<reading>{at(id)}.list().get()).items == std::vector<reading>{{1, 11}}));
    BOOST_TEST(must(collection<member>{at(id)}.get(1).get()).item.name == "ann");
  }
  BOOST_REQUIRE(values.wait_for(gone, 60s));
  BOOST_TEST((values.read([](const auto& x) { return x.rows; }) ==
              std::map<std::int64_t, std::int64_t>{{1, 11}}));
  BOOST_REQUIRE(names.wait_for(ann.version, 60s));
  BOOST_TEST((names.read([](const auto& x) { return x.rows; }) ==
              std::map<std::int64_t, std::string>{{1, "ann"}}));

  // Their logs are two.
  const auto both = transaction(through)
                        .create(readings, {3, 30})
                        .create(members, {3, "cat", {}, 0})
                        .commit()
                        .get();
  BOOST_TEST(refused(both).status == 422);
  BOOST_TEST(refused(readings.get(3).get()).status == 404);
  BOOST_TEST(refused(members.get(3).get()).status == 404);
}

BOOST_FIXTURE_TEST_CASE(both_groups_go_on_when_a_node_is_lost_and_it_catches_up_in_both,
                        two_groups) {
  must(collection<member>{at(3)}.create({1, "ann", {}, 0}).get());
  must(collection<reading>{at(3)}.create({1, 10}).get());
  erase(1);
  must(collection<member>{at(2)}.create({2, "bob", {}, 0}).get());
  const auto last = must(collection<reading>{at(3)}.create({2, 20}).get()).version;
  start(1);
  projection<table<reading, std::int64_t>> values{at(1)};
  BOOST_REQUIRE(values.wait_for(last, 60s));
  BOOST_TEST((values.read([](const auto& x) { return x.rows; }) ==
              std::map<std::int64_t, std::int64_t>{{1, 10}, {2, 20}}));
  BOOST_TEST(must(collection<member>{at(1)}.list().get()).total == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
