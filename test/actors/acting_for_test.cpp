#include <optional>
#include <string>

#include <boost/test/unit_test.hpp>

#include "actors/embedded/collection.hpp"
#include "actors/embedded/event.hpp"
#include "actors/embedded/transaction.hpp"
#include "actors/remote/remote_cluster.hpp"
#include "models/model.hpp"
#include "test/actors/embedded.hpp"
#include "test/actors/results.hpp"

namespace acting_for_test {

struct order {
  std::int64_t id = 0;
  std::string customer;
  std::string state;
  std::optional<std::int64_t> margin;
  std::string made_by;
};
struct tag {
  std::int64_t id = 0;
  std::string text;
};

}  // namespace acting_for_test

template <>
struct lithair::model<acting_for_test::order> : lithair::attributes {
  using order = acting_for_test::order;
  static constexpr auto declaration =
      declare("orders", field<&order::id>("id", primary_key, replicate),
              field<&order::customer>("customer", replicate, indexed),
              field<&order::state>("state", replicate),
              field<&order::margin>("margin", replicate, readable_by("role(staff)"),
                                    changeable_by("role(staff)")),
              field<&order::made_by>("made_by", replicate, set("@user.id")));
  static constexpr lithair::access_declaration access{
      .read = "role(staff) or customer = @user.id",
      .create = "@user and customer = @user.id",
      .update = "role(staff) or (customer = @user.id and state = 'draft')",
      .remove = "role(staff)"};
};
template <>
struct lithair::model<acting_for_test::tag> : lithair::attributes {
  static constexpr auto declaration =
      declare("tags", field<&acting_for_test::tag::id>("id", primary_key, replicate),
              field<&acting_for_test::tag::text>("text", replicate));
};

namespace acting_for_test {

using namespace lithair;
using lithair::test::must;
using lithair::test::refused;

namespace {

const subject ann{.id = "ann", .roles = {"customer"}};
const subject bob{.id = "bob"};
const subject sue{.id = "sue", .roles = {"staff"}};

struct one_node : test::embedded_nodes {
  one_node()
      : embedded_nodes(*schema_of<order, tag>(), 1,
                       [](actors::node_config& x) { x.programs = true; }) {}

  remote_cluster outside() const {
    remote_options how;
    how.nodes = {"127.0.0.1:" + std::to_string(address(1).peer_port)};
    how.request_timeout_ms = how.reach_ms = 60'000;
    return {schema_of<order, tag>(), how};
  }
};

// From within a node and from outside rules bind alike.
void check_rules(const caller& here) {
  const collection<order> all{here};
  const auto of_ann = all.acting_for(ann);
  const auto of_bob = all.acting_for(bob);
  const auto of_sue = all.acting_for(sue);
  const auto of_nobody = all.acting_for({});

  const auto made = must(of_ann.create({1, "ann", "draft", {}, "bob"}).get());
  BOOST_TEST(made.item.made_by == "ann");
  BOOST_TEST(refused(of_ann.create({2, "bob", "draft", {}, ""}).get()).status == 403);
  BOOST_TEST(refused(of_ann.create({2, "ann", "draft", 5, ""}).get()).status == 403);
  BOOST_TEST(refused(of_nobody.create({2, "ann", "draft", {}, ""}).get()).status == 403);
  must(all.create({3, "bob", "draft", 7, "me"}).get());

  BOOST_TEST(must(of_ann.get(1).get()).item.customer == "ann");
  BOOST_TEST(refused(of_ann.get(3).get()).status == 404);
  BOOST_TEST(refused(of_nobody.get(1).get()).status == 404);
  BOOST_TEST(must(of_ann.list({{"sort", "-id"}}).get()).total == 1U);
  BOOST_TEST(must(of_nobody.list().get()).total == 0U);
  BOOST_TEST(must(of_sue.list().get()).total == 2U);
  BOOST_TEST(must(all.list().get()).total == 2U);
  BOOST_TEST(!must(of_bob.get(3).get()).item.margin.has_value());
  BOOST_TEST((must(of_sue.get(3).get()).item.margin == 7));
  BOOST_TEST(refused(of_ann.list({{"margin", "7"}}).get()).status == 400);

  const auto sent = patch<order>().set<&order::state>("sent");
  BOOST_TEST(refused(of_bob.update(1, sent).get()).status == 404);
  BOOST_TEST(must(of_ann.update(1, sent).get()).item.state == "sent");
  BOOST_TEST(refused(of_ann.update(1, sent).get()).status == 403);
  BOOST_TEST(refused(of_ann.remove(1).get()).status == 403);
  const auto both = transaction(here.acting_for(ann))
                        .create(of_ann, {4, "ann", "draft", {}, ""})
                        .remove(of_ann, 1)
                        .commit()
                        .get();
  BOOST_TEST(refused(both).status == 403);
  BOOST_TEST(refused(all.get(4).get()).status == 404);
  must(of_sue.remove(1).get());
  // What has no rules is the program's to give.
  const collection<tag> tags{here.acting_for(bob)};
  must(tags.create({1, "x"}).get());
  BOOST_TEST(must(tags.get(1).get()).item.text == "x");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(programs_that_act_for_somebody)

BOOST_AUTO_TEST_CASE(in_a_node_they_are_let_do_what_that_one_may) {
  one_node nodes;
  check_rules(caller{nodes.at(1)});
}

BOOST_AUTO_TEST_CASE(from_outside_they_are_let_do_what_that_one_may) {
  one_node nodes;
  const auto outside = nodes.outside();
  check_rules(outside.through());
}

BOOST_AUTO_TEST_CASE(no_more_is_said_of_that_one_than_tokens_may_tell) {
  one_node nodes;
  const caller here{nodes.at(1)};
  const auto some = [](std::size_t count, std::size_t size) {
    return std::vector<std::string>(count, std::string(size, 'x'));
  };
  here.acting_for({.id = std::string(256, 'x'), .roles = some(64, 1024)});
  const subject wrong[] = {{.id = std::string(257, 'x')},
                           {.id = "a", .roles = some(65, 1)},
                           {.id = "a", .roles = some(1, 1025)},
                           {.id = "a", .claims = {{"team", some(65, 1)}}},
                           {.id = "a", .claims = {{std::string(1025, 'x'), {}}}}};
  for (const auto& each : wrong) BOOST_CHECK_THROW(here.acting_for(each), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(changes_are_told_to_programs_alone) {
  one_node nodes;
  const caller here{nodes.at(1)};
  BOOST_TEST(!here.bound());
  BOOST_TEST(here.acting_for(ann).bound()->id == "ann");
  BOOST_CHECK_THROW(here.acting_for(ann).target(), std::logic_error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace acting_for_test
