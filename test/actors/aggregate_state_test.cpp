#include "actors/state/aggregate.hpp"

#include <boost/test/unit_test.hpp>

#include "test/actors/two_aggregates.hpp"

namespace aggregate_test {

BOOST_AUTO_TEST_SUITE(changes_in_memory)

BOOST_FIXTURE_TEST_CASE(applying_waits_for_a_disk_that_is_many_checkpoints_behind_and_then_goes_on,
                        small_checkpoints) {
  caf::anon_send(group, serve_checkpoints{test::stand_in{client}, test::stand_in{client}});
  disk_hangs = true;
  fill(1500);
  const auto applied = outcomes.size();
  BOOST_TEST(applied > 0u);
  BOOST_TEST(applied < 1500u);
  BOOST_TEST(hanging.size() == 1u);
  // What is there is read meanwhile.
  BOOST_TEST(list_now({{"take", "1"}}).find("\"total\":" + std::to_string(applied)) !=
             std::string::npos);
  disk_hangs = false;
  for (const auto& x : std::exchange(hanging, {})) tell(client, x);
  run();
  BOOST_TEST(outcomes.size() == 1500u);
}

BOOST_FIXTURE_TEST_CASE(
    a_checkpoint_without_room_is_tried_again_by_itself_and_applying_waits_for_it,
    small_checkpoints) {
  caf::anon_send(group, serve_checkpoints{test::stand_in{client}, test::stand_in{client}});
  disk_hangs = true;
  fill(1500);
  const auto before = outcomes.size();
  BOOST_TEST(before < 1500u);
  const auto first = std::exchange(hanging, {}).front();
  tell(group, checkpointed{first.point.index, "no room", checkpointed::trouble::full});
  run();
  // Nothing is applied that memory has no room for, and whoever has to refuse writes is told why.
  BOOST_TEST(outcomes.size() == before);
  BOOST_TEST(told.back() == "no room");
  disk_hangs = false;
  advance(5s);
  BOOST_TEST(base->applied().index.value > first.point.index.value);
  BOOST_TEST(outcomes.size() == 1500u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(what_an_aggregate_can_not_read)

// The next start may read it: it is not to be given up.
BOOST_FIXTURE_TEST_CASE(a_state_that_can_not_be_read_is_not_called_damaged, two_aggregates) {
  caf::anon_send(group, serve_checkpoints{test::stand_in{client}, test::stand_in{client}});
  fill(1);
  base->trouble = persistence::storage_errc::io;
  write(models::operation::create, 7, R"({"id":7,"value":1})");
  run();
  BOOST_TEST(told.back() == "applied 1trouble");
}

BOOST_FIXTURE_TEST_CASE(a_state_that_is_not_as_it_was_written_is_called_damaged, two_aggregates) {
  caf::anon_send(group, serve_checkpoints{test::stand_in{client}, test::stand_in{client}});
  fill(1);
  base->trouble = persistence::storage_errc::damaged;
  write(models::operation::create, 7, R"({"id":7,"value":1})");
  run();
  BOOST_TEST(place("damaged: trouble") < told.size());
}

// Who asks is the feed; an aggregate that ended by it would take the group along in silence.
BOOST_FIXTURE_TEST_CASE(a_feed_that_can_not_be_read_ends_nothing, two_aggregates) {
  caf::anon_send(group, serve_checkpoints{test::stand_in{client}, test::stand_in{client}});
  fill(1);
  base->trouble = persistence::storage_errc::io;
  tell(group, read_feed{});
  run();
  BOOST_TEST(told.back() == "feed: trouble");
  base->trouble.reset();
  BOOST_TEST(list_now({}).find("\"total\":1") != std::string::npos);
  base->trouble = persistence::storage_errc::damaged;
  tell(group, read_feed{});
  run();
  BOOST_TEST(place("damaged: trouble") < told.size());
}

// As it happens where the state is replaced while entries are on their way.
BOOST_FIXTURE_TEST_CASE(entries_that_the_state_has_already_are_passed_over, two_aggregates) {
  fill(3);
  index = 1;
  write(models::operation::create, 1, R"({"id":1,"value":1})");
  write(models::operation::create, 2, R"({"id":2,"value":2})");
  write(models::operation::create, 3, R"({"id":3,"value":3})");
  run();
  BOOST_TEST(told.back() == "applied 4");
  BOOST_TEST(list_now({}).find("\"total\":4") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(word_of_damage_in_a_state_that_was_replaced_means_nothing, two_aggregates) {
  tell(group, state_replaced{{}, std::make_shared<persistence::memory_state_store>(), 0});
  tell(group, state_damaged{"the old one", 0});
  run();
  BOOST_TEST(list_now({}).find("\"total\":0") != std::string::npos);
  tell(group, state_damaged{"this one", 1});
  run();
  const auto of = list({});
  run();
  BOOST_TEST((answers[of].what == disposition::unavailable));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(what_a_checkpoint_holds)

BOOST_FIXTURE_TEST_CASE(a_state_is_saved_with_the_members_as_of_its_index, two_aggregates) {
  caf::anon_send(group, serve_checkpoints{test::stand_in{client}, test::stand_in{client}});
  protocol::configuration members;
  members.members.push_back({protocol::node_id{1}, true, "here"});
  protocol::entry x;
  x.index = protocol::index_t{++index};
  x.term = protocol::term_t{1};
  x.kind = protocol::entry_kind::configuration;
  x.data = protocol::payload{protocol::encode(members)};
  tell(group, apply_entries{{std::move(x)}});
  tell(group, checkpoint_now{});
  run();
  BOOST_TEST((base->applied().index == protocol::index_t{index}));
  BOOST_TEST((base->applied().members == members));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(reads_of_an_index)

namespace {

struct held_back : small_checkpoints {
  held_back() {
    caf::anon_send(group, serve_checkpoints{test::stand_in{client}, test::stand_in{client}});
    disk_hangs = true;
    fill(1500);
    held_from = outcomes.size();
  }

  // As the raft actor sends it, once it has given the entries up to there.
  std::uint64_t query(models::query what, std::uint64_t least, std::uint64_t wait_ms = 5000) {
    run_query x;
    x.asker = caf::actor_cast<caf::strong_actor_ptr>(client);
    x.what.token = ++token;
    x.what.what = std::move(what);
    x.what.min_index = least;
    x.wait_ms = wait_ms;
    tell(group, run_queries{{std::move(x)}});
    run();
    return token;
  }
  models::query item(int id) const {
    return *models::item_query(*full.find("items"), std::to_string(id));
  }
  models::query count() const {
    return *models::parse_query(*full.find("items"), models::query::kind::count, {});
  }
  void release_disk() {
    disk_hangs = false;
    for (const auto& x : std::exchange(hanging, {})) tell(client, x);
    run();
  }

  std::size_t held_from = 0;  // items before it are applied
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(
    a_read_is_answered_from_a_state_that_has_applied_its_index_while_applying_is_held_back,
    held_back) {
  BOOST_REQUIRE(held_from < 1500u);
  const auto late = query(item(1499), 1500);
  const auto list = query(count(), 1500);
  const auto early = query(item(0), 1);
  BOOST_TEST(answers[early].result.status == 200);
  BOOST_TEST(!answers.contains(late));
  BOOST_TEST(!answers.contains(list));
  release_disk();
  BOOST_TEST(answers[late].result.status == 200);
  BOOST_TEST(answers[late].applied >= 1500u);
  BOOST_TEST(body(list).find("1500") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_read_whose_index_is_not_applied_in_its_time_is_told_so, held_back) {
  const auto of = query(item(1499), 1500, 1000);
  advance(900ms);
  BOOST_TEST(!answers.contains(of));
  advance(200ms);
  BOOST_REQUIRE(answers.contains(of));
  BOOST_TEST((answers[of].what == disposition::unknown));
  BOOST_TEST(answers[of].reason == "index 1500 is not applied here yet");
  release_disk();
  BOOST_TEST(outcomes.size() == 1500u);
}

BOOST_FIXTURE_TEST_CASE(reads_that_wait_for_an_index_are_bounded, held_back) {
  std::size_t refused = 0;
  for (int i = 0; i < 4200; ++i) {
    const auto of = query(item(1499), 1500);
    refused += answers.contains(of) && answers[of].what == disposition::unavailable ? 1 : 0;
  }
  BOOST_TEST(refused == 4200u - 4096u);
  release_disk();
  for (std::uint64_t of = 1; of <= token; ++of) BOOST_REQUIRE(answers.contains(of));
}

BOOST_FIXTURE_TEST_CASE(a_read_waits_for_its_index_over_a_state_that_is_older_than_it, held_back) {
  tell(group, release_state{});
  run();
  auto older = std::make_shared<persistence::memory_state_store>();
  older->commit({}, {protocol::index_t{10}, protocol::term_t{1}, {}, {}});
  caf::anon_send(group, state_replaced{{}, older});
  run();
  const auto of = query(item(11), 11);
  BOOST_TEST(!answers.contains(of));
  index = 10;
  write(models::operation::create, 11, R"({"id":11,"value":1})");
  run();
  BOOST_TEST(answers[of].result.status == 200);
}

BOOST_AUTO_TEST_CASE(
    the_state_of_a_node_that_was_removed_is_not_answered_from_until_it_is_a_member_again) {
  two_aggregates x;
  x.fill(3);
  const auto before = x.list({});
  x.run();
  BOOST_TEST((x.answers.at(before).what == disposition::done));

  x.tell(x.group, membership_lost{"it was removed"});
  const auto after = x.list({});
  x.tell(x.group, attend_feed{true});
  x.run();
  BOOST_TEST((x.answers.at(after).what == disposition::unavailable));
  BOOST_TEST(x.answers.at(after).reason == "it was removed");
  BOOST_TEST(x.feed_ended == "it was removed");

  x.tell(x.group, membership_lost{});
  const auto again = x.list({});
  x.tell(x.group, attend_feed{true});
  x.run();
  BOOST_TEST((x.answers.at(again).what == disposition::done));
  BOOST_TEST(x.feed_began == 3u);
  // Who follows then hears of the end at once.
  x.tell(x.group, membership_lost{"it was removed again"});
  x.run();
  BOOST_TEST(x.feed_ended == "it was removed again");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace aggregate_test
