#include "actors/state/aggregate.hpp"

#include <boost/test/unit_test.hpp>

#include "test/actors/two_aggregates.hpp"

namespace aggregate_test {

BOOST_AUTO_TEST_SUITE(lists_of_an_aggregate)

BOOST_FIXTURE_TEST_CASE(writes_go_on_while_a_long_list_is_under_way_and_the_list_shows_none_of_them,
                        two_aggregates) {
  fill(60);
  const auto before = list_now(sorted);
  const auto count_before = list_now({{"value", ">2"}});
  const auto began = index;
  const auto of_sort = list(sorted);
  const auto of_filter = list({{"value", ">2"}});
  for (int id = 0; id < 60; id += 2) write(models::operation::remove, id);
  for (int id = 1; id < 60; id += 2) write(models::operation::patch, id, "{\"value\":9}");
  run();
  BOOST_TEST(place("applied " + std::to_string(index)) <
             place("answered " + std::to_string(of_sort)));
  BOOST_TEST(body(of_sort) == before);
  BOOST_TEST(body(of_filter) == count_before);
  BOOST_TEST(answers[of_sort].applied == began);
  BOOST_TEST(list_now(sorted) != before);
}

BOOST_FIXTURE_TEST_CASE(a_list_that_fits_into_its_turn_is_answered_at_once, one_slice) {
  fill(60);
  const auto of = list(sorted);
  write(models::operation::remove, 1);
  run();
  BOOST_TEST(place("answered " + std::to_string(of)) < place("applied " + std::to_string(index)));
}

BOOST_FIXTURE_TEST_CASE(many_lists_take_turns_and_too_many_are_refused, two_aggregates) {
  fill(8);
  const auto right = list_now(sorted);
  for (int i = 0; i < 4200; ++i) list(sorted);
  const auto first = list({{"value", "5"}}, models::query::kind::count);
  run();
  std::size_t refused = 0;
  for (std::uint64_t of = 2; of <= token; ++of) {
    BOOST_REQUIRE(answers.contains(of));
    const auto& x = answers[of];
    if (x.what == disposition::done && of != first) BOOST_REQUIRE_EQUAL(x.result.body, right);
    if (x.what != disposition::done)
      BOOST_REQUIRE_EQUAL(x.reason, "too many lists are under way on this node");
    refused += x.what == disposition::done ? 0 : 1;
  }
  BOOST_TEST(refused > 0u);
  BOOST_TEST(refused < 200u);
  BOOST_TEST(list_now(sorted) == right);
}

BOOST_FIXTURE_TEST_CASE(a_list_is_refused_when_what_is_kept_for_it_takes_too_much_memory,
                        little_memory) {
  fill(60);
  const auto of = list(sorted);
  for (int id = 0; id < 60; ++id) write(models::operation::remove, id);
  run();
  BOOST_TEST((answers[of].what == disposition::unavailable));
  BOOST_TEST(answers[of].reason.starts_with("too much was written while this was read"));
  BOOST_TEST(list_now({}).starts_with("{\"data\":[],\"total\":0"));
}

BOOST_FIXTURE_TEST_CASE(a_list_begins_again_when_the_state_is_replaced, two_aggregates) {
  fill(60);
  const auto of = list(sorted);
  tell(group, release_state{});
  run();
  BOOST_TEST(!answers.contains(of));
  auto replacement = std::make_shared<persistence::memory_state_store>();
  replacement->commit({}, {protocol::index_t{index + 10}, protocol::term_t{1}, {}, {}});
  caf::anon_send(group, state_replaced{{}, replacement});
  run();
  BOOST_TEST(body(of).starts_with("{\"data\":[],\"total\":0"));
  BOOST_TEST(answers[of].applied == index + 10);
}

BOOST_FIXTURE_TEST_CASE(no_list_is_answered_from_a_state_older_than_the_one_it_was_asked_of,
                        two_aggregates) {
  fill(60);
  const auto of = list(sorted);
  tell(group, release_state{});
  run();
  caf::anon_send(group, state_replaced{{}, std::make_shared<persistence::memory_state_store>()});
  run();
  BOOST_TEST((answers[of].what == disposition::unavailable));
}

BOOST_FIXTURE_TEST_CASE(a_list_goes_on_over_a_checkpoint, two_aggregates) {
  caf::anon_send(group, serve_checkpoints{test::stand_in{client}, test::stand_in{client}});
  fill(60);
  const auto before = list_now(sorted);
  const auto of = list(sorted);
  tell(group, checkpoint_now{});
  for (int id = 0; id < 60; ++id) write(models::operation::remove, id);
  run();
  BOOST_TEST(place("checkpoint") < place("answered " + std::to_string(of)));
  BOOST_TEST(base->applied().index.value > 0u);
  BOOST_TEST(body(of) == before);
}

BOOST_FIXTURE_TEST_CASE(nothing_is_read_on_for_an_asker_that_has_ended, two_aggregates) {
  fill(500);
  auto leaver = system.spawn(
      [](caf::event_based_actor*) -> caf::behavior { return {[](const answered&) {}}; });
  ask x;
  x.what = *models::parse_query(*full.find("items"), models::query::kind::list, sorted);
  group->enqueue(caf::actor_cast<caf::strong_actor_ptr>(leaver), caf::make_message_id(),
                 caf::make_message(x), nullptr);
  caf::anon_send_exit(leaver, caf::exit_reason::kill);
  BOOST_TEST(run() < 100u);
}

BOOST_FIXTURE_TEST_CASE(what_is_under_way_is_answered_when_the_node_stops, two_aggregates) {
  fill(60);
  const auto of = list(sorted);
  caf::anon_send_exit(group, caf::exit_reason::user_shutdown);
  run();
  BOOST_TEST((answers[of].what == disposition::unavailable));
  BOOST_TEST(answers[of].reason == "the node is stopping");
}

BOOST_FIXTURE_TEST_CASE(local_fields_are_read_as_of_the_beginning_too, two_aggregates) {
  for (int id = 0; id < 20; ++id)
    write_both(models::operation::create, id,
               "{\"id\":" + std::to_string(id) + ",\"value\":1,\"note\":\"first " +
                   std::to_string(id % 3) + "\"}");
  const parameters by_note{{"sort", "note"}, {"note", "~FIRST"}};
  const auto before = list_now(by_note);
  BOOST_TEST(before.find("\"total\":20") != std::string::npos);
  const auto of = list(by_note);
  // The node's own group has changed all of them before the list goes on.
  for (int id = 0; id < 20; ++id) {
    models::joint_command both(full,
                               prepare(models::operation::patch, id, "{\"note\":\"second\"}"));
    both.read(never);
    apply(own, local_index, own_part(both, outcomes.at(static_cast<std::size_t>(id))));
  }
  run();
  BOOST_TEST(body(of) == before);
  BOOST_TEST(list_now(by_note).find("\"total\":0") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace aggregate_test
