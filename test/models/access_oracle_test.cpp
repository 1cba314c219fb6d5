#include <rapidcheck.h>
#include <boost/test/unit_test.hpp>

#include <map>

#include "models/query/stream.hpp"
#include "test/models/random_rules.hpp"
#include "test/models/service_fixture.hpp"

/// Rules × callers × items × paths at random, against the evaluator of random_rules.hpp.
namespace lithair::models {
namespace access_oracle_test {

namespace {

using test::any_caller;
using test::any_row;
using test::row;
using test::term;
using test::truth;

/// A service with random rules, and what they say.
struct ruled {
  const test::member_list members = test::any_members();
  const test::random_rules rules{"m", members};
  const term& read = rules.read;
  const term& create = rules.create;
  const term& update = rules.update;
  const term& remove = rules.remove;
  service_fixture node{rules.model_text() + test::members_model_text()};
  std::map<std::string, row> rows;

  void fill() {
    for (std::size_t i = 0; i < members.size(); ++i) {
      RC_ASSERT(node.post("members", "{\"id\":" + std::to_string(i) + ",\"who\":\"" +
                                         members[i].first + "\",\"a\":\"" + members[i].second +
                                         "\"}")
                    .status == 201);
    }
    for (int i = 0; i < 6; ++i) {
      auto made = any_row("k" + std::to_string(i));
      RC_ASSERT(node.post("m", made.json()).status == 201);
      rows.emplace(made.key, made);
    }
  }

  void as(const subject& who) {
    node.bound = std::make_shared<const subject>(who);
    node.by = who.id;
  }
  bool may_read(const subject& who, const row& of) const {
    return read.holds(who, &of, nullptr) == truth::yes;
  }

  /// What nobody like who asks can do to any item is refused before the log, whatever is there.
  bool is_for_nobody(const outcome& given, std::uint64_t index) const {
    return given.status == 403 && node.index() == index;
  }

  void check_reads(const subject& who) {
    as(who);
    std::string readable;
    std::size_t count = 0;
    for (const auto& [key, each] : rows) {
      const bool may = may_read(who, each);
      readable += !may ? "" : (count == 0 ? "\"" : " \"") + key + '"';
      count += may ? 1 : 0;
      RC_ASSERT(node.get("m", key).status == (may ? 200 : 404));
      RC_ASSERT(node.history("m", key).status == (may ? 200 : 404));
      RC_ASSERT(node.get("m", key, {{"as_of", "1000"}, {"fields", "id,n"}}).status ==
                (may ? 200 : 404));
    }
    const auto number = std::to_string(count);
    for (const std::string sort : {"id", "a", "-n"}) {
      const auto all = node.list("m", {{"sort", sort}, {"take", "100"}});
      RC_ASSERT(member(all.body, "total") == number);
      RC_ASSERT(sort != "id" || column(all, "id") == readable);
      RC_ASSERT(member(node.list("m", {{"sort", sort}, {"take", "1"}}).body, "total") == number);
    }
    RC_ASSERT(node.ask(query::kind::count, "m").body == "{\"count\":" + number + '}');
    const auto any =
        node.ask(query::kind::random_id, "m", {}, *rc::gen::arbitrary<std::uint64_t>());
    RC_ASSERT(any.status == (count == 0 ? 404 : 200));
    RC_ASSERT(count == 0 || readable.find(member(any.body, "id")) != std::string::npos);
  }

  void check_create(const subject& who, bool in_bulk) {
    const auto made = any_row("new" + std::to_string(node.index()));
    const bool may = create.holds(who, nullptr, &made) == truth::yes;
    as(who);
    const auto given =
        in_bulk ? node.bulk("m", '[' + made.json() + ']') : node.post("m", made.json());
    RC_ASSERT(given.status == (may ? 201 : 403));
    if (may) rows.emplace(made.key, made);
  }

  void check_change(const subject& who) {
    if (rows.empty()) return;
    const auto old = rows.begin()->second;
    const auto now = any_row(old.key);
    as(who);
    const bool sees = may_read(who, old);
    const int expected = !sees ? 404 : update.holds(who, &old, &now) == truth::yes ? 200 : 403;
    const auto index = node.index();
    const auto given = node.put("m", old.key, now.json());
    RC_ASSERT(given.status == expected || is_for_nobody(given, index));
    if (expected == 200) rows[old.key] = now;
  }

  void check_remove(const subject& who, bool in_transaction) {
    if (rows.empty()) return;
    const auto old = rows.rbegin()->second;
    as(who);
    const auto index = node.index();
    const bool sees = may_read(who, old);
    const bool may = sees && remove.holds(who, &old, nullptr) == truth::yes;
    const auto given =
        in_transaction ? node.transact(R"({"operations":[{"op":"delete","collection":"m","id":")" +
                                       old.key + R"("}]})")
                       : node.remove("m", old.key);
    RC_ASSERT(given.status == (!sees            ? 404
                               : !may           ? 403
                               : in_transaction ? 200
                                                : 204) ||
              (!may && is_for_nobody(given, index)));
    if (may) rows.erase(old.key);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(access_oracle)

BOOST_AUTO_TEST_CASE(each_path_does_for_each_caller_what_the_words_of_the_rules_say) {
  const bool held = rc::check([] {
    ruled some;
    some.fill();
    for (int i = 0; i < 4; ++i) {
      const auto who = any_caller();
      some.check_reads(who);
      some.check_create(who, i % 2 == 0);
      some.check_change(who);
      some.check_remove(who, i % 2 == 0);
    }
    some.check_reads(any_caller());
  });
  BOOST_TEST(held);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace access_oracle_test
}  // namespace lithair::models
