#include "actors/remote/remote_cluster.hpp"

#include <boost/test/unit_test.hpp>

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/embedded/collection.hpp"
#include "actors/embedded/event.hpp"
#include "actors/embedded/transaction.hpp"
#include "actors/links/actor_channel.hpp"
#include "models/declaration/model_file.hpp"
#include "models/encoding/sha256.hpp"
#include "models/model.hpp"
#include "test/actors/embedded.hpp"
#include "test/actors/raw_program.hpp"
#include "test/actors/results.hpp"

namespace remote_test {

struct ware {
  lithair::uuid id;
  std::string name;
  std::int64_t stock = 0;
  std::optional<std::string> secret;
  bool operator==(const ware&) const = default;
};
struct place {
  std::int64_t number = 0;
  std::string text;
  bool operator==(const place&) const = default;
};

}  // namespace remote_test

template <>
struct lithair::model<remote_test::ware> : lithair::attributes {
  static constexpr auto declaration =
      declare("wares", field<&remote_test::ware::id>("id", primary_key, immutable, replicate),
              field<&remote_test::ware::name>("name", unique, replicate, min_length(1)),
              field<&remote_test::ware::stock>("stock", replicate, default_value(0), min(0)),
              field<&remote_test::ware::secret>("secret", hidden, replicate));
};
template <>
struct lithair::model<remote_test::place> : lithair::attributes {
  static constexpr auto declaration =
      declare("places", field<&remote_test::place::number>("number", primary_key, replicate),
              field<&remote_test::place::text>("text", replicate));
};

namespace remote_test {

using namespace lithair;
using lithair::test::must;
using lithair::test::refused;
using namespace std::chrono_literals;

namespace {

/// Nodes that let programs in, and programs outside of them.
struct open_cluster : test::embedded_nodes {
  explicit open_cluster(std::uint64_t count = 1, const tuning& more = {})
      : embedded_nodes(*schema_of<ware, place>(), count, [more](actors::node_config& x) {
          x.programs = true;
          if (more) more(x);
        }) {}

  std::string where(std::uint64_t id) const {
    return "127.0.0.1:" + std::to_string(address(id).peer_port);
  }
  remote_options told() const {
    remote_options made;
    for (std::uint64_t id = 1; id <= count(); ++id) made.nodes.push_back(where(id));
    made.request_timeout_ms = made.reach_ms = 60'000;
    return made;
  }
  std::unique_ptr<remote_cluster> program() const {
    return std::make_unique<remote_cluster>(schema_of<ware, place>(), told());
  }
};

/// What a program is told that can't reach any node.
template <class... Models>
std::string why_not(remote_options how) {
  how.reach_ms = 1500;
  const remote_cluster outside{schema_of<Models...>(), how};
  const auto said = outside.through();
  std::promise<std::string> told;
  actors::question asked;
  asked.what = models::query::kind::list;
  asked.of = &said.schema().collections().front();
  said.ask(asked, [&](actors::reply&& x) {
    told.set_value(problem_of_read(x).value_or(models::problem{}).detail);
  });
  return told.get_future().get();
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(programs_outside)

BOOST_AUTO_TEST_CASE(what_a_program_writes_from_outside_nodes_and_other_programs_read) {
  open_cluster nodes{3};
  const auto one = nodes.program();
  const auto other = nodes.program();
  const collection<ware> wares{*one};
  const auto made = must(wares.create({{}, "tea", 3, "s3cret"}).get());
  BOOST_TEST((made.item.id != uuid{}));
  const ware kept{made.item.id, "tea", 3, "s3cret"};
  for (std::uint64_t id = 1; id <= 3; ++id)
    BOOST_TEST((must(collection<ware>{nodes.at(id)}.get(kept.id).get()).item == kept));
  const collection<ware> there{*other};
  BOOST_TEST((must(there.get(kept.id).get()).item == kept), "hidden fields too");
  const auto page = must(there.list({{"name", "tea"}, {"take", "1"}}).get());
  BOOST_TEST(page.total == 1u);
  BOOST_TEST((page.items == std::vector<ware>{kept}));
  const auto changed =
      must(there.update(kept.id, patch<ware>().set<&ware::stock>(2), {made.version}).get());
  BOOST_TEST(changed.item.stock == 2);
  BOOST_TEST(must(there.remove(kept.id).get()) > changed.version);
  BOOST_TEST(refused(wares.get(kept.id).get()).status == 404);
}

BOOST_AUTO_TEST_CASE(a_program_is_refused_with_the_words_that_http_uses) {
  open_cluster nodes;
  const auto one = nodes.program();
  const collection<ware> wares{*one};
  const auto made = must(wares.create({{}, "tea", 3, {}}).get());
  BOOST_TEST(refused(wares.create({{}, "tea", 3, {}}).get()).status == 409);
  const auto wrong = refused(wares.create({{}, "", 3, {}}).get());
  BOOST_TEST(wrong.status == 422);
  BOOST_REQUIRE(wrong.errors.size() == 1u);
  BOOST_TEST(wrong.errors[0].field == "name");
  const auto more = patch<ware>().set<&ware::stock>(4);
  BOOST_TEST(refused(wares.update(made.item.id, more, {made.version + 1}).get()).status == 412);
  BOOST_TEST(refused(wares.list({{"nothing", "1"}}).get()).status == 400);
  BOOST_TEST(refused(wares.list({{"fields", "name"}}).get()).status == 400);
  BOOST_TEST(refused(wares.create({{}, "x", 0, {}}, {0, "a key"}).get()).code ==
             "bad_idempotency_key");
  BOOST_TEST(refused(wares.create({{}, std::string(3 << 20, 'x'), 0, {}}).get()).status == 413);
}

BOOST_AUTO_TEST_CASE(a_transaction_from_outside_writes_all_or_nothing) {
  open_cluster nodes;
  const auto one = nodes.program();
  const collection<ware> wares{*one};
  const collection<place> places{*one};
  const auto tea = must(wares.create({{}, "tea", 3, {}}).get());
  const auto less = patch<ware>().set<&ware::stock>(2);
  const auto done = must(transaction(*one)
                             .update(wares, tea.item.id, less, tea.version)
                             .create(places, {1, "front"})
                             .commit("once")
                             .get());
  BOOST_REQUIRE(done.operations.size() == 2u);
  BOOST_TEST(done.operations[0].version == done.index);
  BOOST_TEST(done.operations[1].status == 201);
  const auto again = must(transaction(*one)
                              .update(wares, tea.item.id, less, tea.version)
                              .create(places, {1, "front"})
                              .commit("once")
                              .get());
  BOOST_TEST(again.operations[0].version == done.index);
  auto late = transaction(*one)
                  .create(places, {2, "back"})
                  .update(wares, tea.item.id, less, tea.version)
                  .commit()
                  .get();
  BOOST_TEST(refused(std::move(late)).status == 412);
  BOOST_TEST(must(places.list().get()).total == 1u);
}

BOOST_AUTO_TEST_CASE(bodies_and_answers_that_are_long_pass) {
  open_cluster nodes;
  const auto one = nodes.program();
  const collection<place> places{*one};
  const std::string text(900'000, 'x');
  for (std::int64_t n = 1; n <= 4; ++n)
    BOOST_TEST((must(places.create({n, text}).get()).item == place{n, text}));
  const auto all = must(places.list().get());
  BOOST_TEST(all.items.size() == 4u);
  BOOST_TEST((all.items.back() == place{4, text}));
}

BOOST_AUTO_TEST_CASE(many_at_a_time_are_all_answered) {
  open_cluster nodes;
  const auto one = nodes.program();
  const collection<place> places{*one};
  std::vector<std::future<result<stored<place>>>> under_way;
  std::vector<std::future<result<page<place>>>> lists;
  for (std::int64_t n = 1; n <= 1000; ++n) {
    under_way.push_back(places.create({n, "x"}).future());
    if (n % 50 == 0) lists.push_back(places.list({{"total", "false"}}).future());
  }
  for (auto& each : under_way) must(each.get());
  for (auto& each : lists) must(each.get());
  BOOST_TEST(must(places.list({{"take", "1"}}).get()).total == 1000u);
}

BOOST_AUTO_TEST_CASE(when_its_node_goes_a_program_goes_on_at_the_next_one) {
  open_cluster nodes{3};
  const auto one = nodes.program();
  const collection<place> places{*one};
  must(places.create({1, "x"}).get());
  std::vector<std::future<result<stored<place>>>> under_way;
  for (std::int64_t n = 2; n <= 50; ++n)
    under_way.push_back(
        places.create({n, "x"}, {.idempotency_key = "place-" + std::to_string(n)}).future());
  // Whom it speaks to, the leader perhaps. A node that stops may still say that it does not know.
  nodes.erase(1);
  for (std::int64_t n = 2; n <= 50; ++n) {
    auto said = under_way[static_cast<std::size_t>(n - 2)].get();
    while (!said && (said.error().status == 503 || said.error().status == 504))
      said = places.create({n, "x"}, {.idempotency_key = "place-" + std::to_string(n)}).get();
    must(std::move(said));
  }
  const auto all = must(places.list().get());
  BOOST_TEST(all.total == 50u);
  for (const auto& each : all.items) BOOST_TEST(each.text == "x");
}

BOOST_AUTO_TEST_CASE(a_program_that_ends_answers_all_that_it_was_asked) {
  open_cluster nodes;
  auto one = nodes.program();
  const collection<place> places{*one};
  must(places.create({1, "x"}).get());
  std::vector<std::future<result<stored<place>>>> under_way;
  for (std::int64_t n = 2; n <= 100; ++n) under_way.push_back(places.create({n, "x"}).future());
  one.reset();
  for (auto& each : under_way) {
    const auto said = each.get();
    BOOST_TEST((said || said.error().status == 503 || said.error().status == 504));
  }
  BOOST_TEST(refused(places.get(1).get()).status == 503);
}

BOOST_AUTO_TEST_CASE(waiting_in_a_handler_is_refused_and_so_is_following_from_outside) {
  open_cluster nodes;
  const auto one = nodes.program();
  const collection<place> places{*one};
  std::promise<bool> refuses;
  places.list().then([&](auto) {
    try {
      (void)places.list().get();
      refuses.set_value(false);
    } catch (const std::logic_error&) {
      refuses.set_value(true);
    }
  });
  BOOST_TEST(refuses.get_future().get());
  BOOST_CHECK_THROW((void)subscribe(places, feed_position{}, subscriber<place>{}),
                    std::logic_error);
}

BOOST_AUTO_TEST_CASE(a_program_without_the_cluster_token_is_told_so) {
  open_cluster nodes{
      1, [](actors::node_config& x) { x.cluster_secret = models::sha256("of members only"); }};
  auto how = nodes.told();
  BOOST_TEST(has(why_not<ware>(how), "does not prove that it knows the cluster token"));
  how.cluster_token = "another one";
  BOOST_TEST(has(why_not<ware>(how), "node 1 does not prove that it knows the cluster token"));
  how.cluster_token = "of members only";
  const remote_cluster one{schema_of<ware, place>(), how};
  must(collection<place>{one}.create({1, "x"}).get());
}

BOOST_AUTO_TEST_CASE(a_program_with_other_models_is_told_what_differs) {
  open_cluster nodes;
  const auto other = models::parse_model_text(
      "[models.places.fields]\n"
      "number = { type = \"integer\", primary_key = true, replicate = true }\n"
      "text = { type = \"integer\", replicate = true }\n",
      "other.toml");
  BOOST_REQUIRE(other.has_value());
  auto how = nodes.told();
  how.reach_ms = 1500;
  const remote_cluster one{other, how};
  const auto line = one.through();
  actors::question asked;
  asked.what = models::query::kind::list;
  asked.of = line.schema().find("places");
  std::promise<models::problem> told;
  line.ask(asked, [&](actors::reply&& x) {
    told.set_value(problem_of_read(x).value_or(models::problem{}));
  });
  const auto why = told.get_future().get();
  BOOST_TEST(why.status == 503);
  BOOST_TEST(has(why.detail,
                 "it has other models than this program: places.text is of another type there"));
}

BOOST_AUTO_TEST_CASE(a_node_that_was_not_told_to_lets_no_program_in) {
  open_cluster nodes{3, [](actors::node_config& x) { x.programs = false; }};
  BOOST_TEST(has(why_not<ware>(nodes.told()),
                 "it refuses this program: this node lets no programs in (--programs)"));
  BOOST_TEST(!nodes.at(1).programs());
}

BOOST_AUTO_TEST_CASE(no_more_programs_are_let_in_than_may_be) {
  open_cluster nodes{1, [](actors::node_config& x) { x.links.max_programs = 1; }};
  auto first = nodes.program();
  must(collection<place>{*first}.list().get());
  BOOST_TEST(nodes.at(1).programs()->now() == 1u);
  BOOST_TEST(has(why_not<ware>(nodes.told()), "1 programs are let in already"));
  first.reset();
  const auto second = nodes.program();
  must(collection<place>{*second}.list().get());
}

BOOST_AUTO_TEST_CASE(addresses_that_are_none_are_refused_in_words) {
  for (const auto* each : {"", "host", "host:", ":9080", "host:0", "host:99999", "host:1x"})
    BOOST_CHECK_THROW(remote_cluster(schema_of<ware>(), {.nodes = {each}}), std::runtime_error);
  BOOST_CHECK_THROW(remote_cluster(schema_of<ware>(), {.nodes = {}}), std::runtime_error);
  BOOST_TEST(has(why_not<ware>({.nodes = {"192.0.2.1:9080"}}), "192.0.2.1:9080"));
}

/// What somebody says who was let in.
struct a_liar : open_cluster {
  a_liar()
      : open_cluster(1, [](actors::node_config& x) {
          x.links.alive_ms = 50;
          x.links.silence_ms = 500;
        }) {}
  std::uint16_t port() const { return address(1).peer_port; }
};

BOOST_FIXTURE_TEST_CASE(whoever_speaks_by_the_rules_is_answered, a_liar) {
  test::raw_program one{port()};
  one.meet();
  one.say(one.request(5, actors::models_asked{}));
  auto said = one.heard();
  while (!has(said, "program_answer")) said = one.heard();
  BOOST_TEST(has(said, "[models.wares"));
}

BOOST_FIXTURE_TEST_CASE(whatever_is_against_the_rules_ends_this_link_and_no_other, a_liar) {
  const auto honest = program();
  const collection<place> places{*honest};
  must(places.create({1, "x"}).get());
  using words = std::function<std::string(test::raw_program&)>;
  const std::vector<std::pair<std::string, words>> all{
      {"nonsense", [](auto&) { return std::string(64, '\xff'); }},
      {"a message to a server by its name",
       [](auto&) {
         return test::basp::frame(
             {.operation = 2, .flags = 1, .data = test::basp::normal, .source = 99, .dest = 0x1234},
             test::basp::length(0) + test::basp::content("@<>+@atom", ""));
       }},
      {"a message to an actor that it was not told of",
       [](auto& x) {
         return test::basp::message(
             99, x.offered() + 1, test::raw_program::requests,
             test::basp::number(1, 4) + test::basp::number(1, 8) + test::basp::text("\x01"));
       }},
      {"an exit message",
       [](auto& x) {
         return test::basp::message(99, x.offered(), "@<>+@exit_msg", std::string(60, '\0'));
       }},
      {"a message of another type",
       [](auto& x) {
         return test::basp::message(99, x.offered(), "@<>+@str", test::basp::text("hi"));
       }},
      {"a routed message",
       [](auto& x) { return test::basp::frame({.operation = 3}, x.node() + x.node_there()); }},
      {"a frame of 100 MiB",
       [](auto&) { return test::basp::header({.operation = 2}, 100 << 20) + "x"; }},
      {"a request without waiting for an answer",
       [](auto& x) { return x.request(0, actors::models_asked{}); }},
  };
  for (const auto& [what, said] : all) {
    BOOST_TEST_CONTEXT(what) {
      test::raw_program liar{port()};
      liar.meet();
      liar.say(said(liar));
      liar.live_until_closed();
      BOOST_TEST(must(places.list().get()).total == 1u);
    }
  }
}

BOOST_FIXTURE_TEST_CASE(what_is_no_request_is_answered_with_words, a_liar) {
  test::raw_program one{port()};
  one.meet();
  const auto answer = [&] {
    auto said = one.heard();
    while (!has(said, "program_answer")) said = one.heard();
    return said;
  };
  one.say(one.message(
      5, test::basp::number(1, 4) + test::basp::number(5, 8) + test::basp::text("nonsense")));
  BOOST_TEST(has(answer(), "The request can't be read."));
  one.say(one.message(
      6, test::basp::number(9, 4) + test::basp::number(6, 8) + test::basp::text("\x01")));
  BOOST_TEST(has(answer(), "This node speaks version 1 of what programs say, and not 9."));
}

BOOST_FIXTURE_TEST_CASE(who_asks_for_more_at_a_time_than_may_be_is_closed, a_liar) {
  test::raw_program one{port()};
  one.meet();
  actors::items_read waits;
  waits.what = models::query::kind::item;
  waits.level = actors::consistency::local;
  waits.min_index = std::uint64_t{1} << 40;
  waits.collection = "places";
  waits.key = "1";
  std::string many;
  for (std::uint64_t id = 1; id <= 200; ++id) many += one.request(id, waits);
  one.say(many);
  one.live_until_closed();
}

BOOST_FIXTURE_TEST_CASE(who_is_let_in_and_says_nothing_more_is_closed, a_liar) {
  test::raw_program one{port()};
  one.meet();
  // Not a word, not even that it lives.
  for (;;)
    if (one.next_bytes().empty()) break;
}

BOOST_FIXTURE_TEST_CASE(who_lives_and_takes_no_answers_is_closed, a_liar) {
  must(collection<place>{at(1)}.create({1, std::string(900'000, 'x')}).get());
  test::raw_program one{port()};
  one.meet();
  actors::items_read item;
  item.collection = "places";
  item.key = "1";
  one.say(one.request(5, item));
  const auto came = one.live_until_closed();
  BOOST_TEST(came <= actors::actor_channel::window);
  BOOST_TEST(came > actors::actor_channel::window / 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace remote_test
