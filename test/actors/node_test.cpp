#include "actors/node/node.hpp"

#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <set>

#include <boost/test/unit_test.hpp>

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>

#include "actors/messages/messages.hpp"
#include "actors/runtime/listen_check.hpp"
#include "models/declaration/model_file.hpp"
#include "models/service.hpp"
#include "test/cluster/harness/ports.hpp"

namespace node_test {

using namespace lithair;
using namespace lithair::actors;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view models_text = R"(
[models.items.fields]
id    = { type = "string", primary_key = true, immutable = true, replicate = true }
value = { type = "string", optional = true, replicate = true }
)";

// Nodes in one process, linked through the middleman, on real disks.
struct process {
  std::filesystem::path directory;
  lithair::test::port_block ports;
  std::map<std::uint64_t, std::unique_ptr<node>> nodes;
  std::uint64_t checkpoint_entries = node_config{}.checkpoint_entries;
  std::uint64_t log_margin = node_config{}.log_margin;
  std::map<std::string, protocol::group_id> groups;
  protocol::options raft;
  models::schema schema = *models::parse_model_text(models_text, "test");

  process() {
    auto pattern = (std::filesystem::temp_directory_path() / "lithair-node-XXXXXX").string();
    directory = ::mkdtemp(pattern.data());
  }
  ~process() {
    nodes.clear();
    std::filesystem::remove_all(directory);
  }

  void use_two_groups() {
    schema = *models::parse_model_text(R"(
[models.items.fields]
id = { type = "string", primary_key = true, replicate = true }
[models.events.fields]
id = { type = "string", primary_key = true, replicate = true }
)",
                                       "test");
    groups = {{"events", protocol::group_id{2}}};
  }
  peer_address address(std::uint64_t id) const {
    return {protocol::node_id{id}, "127.0.0.1", ports.http(id - 1), ports.peer(id - 1)};
  }
  node_config config(std::uint64_t id, std::uint64_t count) const {
    node_config result;
    result.self = address(id);
    for (std::uint64_t peer = 1; peer <= count; ++peer)
      if (peer != id) result.peers.push_back(address(peer));
    result.init = id == 1;
    result.loops = 1;
    result.checkpoint_entries = checkpoint_entries;
    result.log_margin = log_margin;
    result.groups = groups;
    result.raft = raft;
    result.data_dir = directory / std::to_string(id);
    return result;
  }
  void start(std::uint64_t id, std::uint64_t count) {
    nodes[id] = std::make_unique<node>(config(id, count), schema);
  }

  submitted create(std::uint64_t at, const std::string& key) {
    models::write_request request;
    auto body = R"({"id":")" + key + R"("})";
    request.body = body;
    return write(at, "items", request);
  }
  submitted write(std::uint64_t at, const std::string& model, models::write_request& request) {
    request.target = schema.find(model);
    auto& to = *nodes.at(at);
    caf::scoped_actor self{to.system()};
    self->send(to.data() ? to.data() : data_handle{to.raft()},
               submit{1, *models::prepare(schema, request, models::stamp{1, {}})});
    submitted result;
    self->receive([&](submitted& x) { result = std::move(x); },
                  caf::after(30s) >> [] { BOOST_FAIL("no answer to a write"); });
    return result;
  }
  answered read(std::uint64_t at, const std::string& key, const std::string& model = "items") {
    auto& to = *nodes.at(at);
    ask question;
    question.token = 1;
    question.what = *models::item_query(*schema.find(model), key);
    caf::scoped_actor self{to.system()};
    self->send(to.data() ? to.data() : data_handle{to.raft()}, std::move(question));
    answered result;
    self->receive([&](answered& x) { result = std::move(x); },
                  caf::after(30s) >> [] { BOOST_FAIL("no answer to a read"); });
    return result;
  }
  node_status inspect(std::uint64_t at, std::uint64_t group = 1) {
    auto& to = *nodes.at(at);
    caf::scoped_actor self{to.system()};
    self->send(to.raft(protocol::group_id{group}), inspect_node{1});
    node_status result;
    self->receive([&](node_status& x) { result = std::move(x); },
                  caf::after(30s) >> [] { BOOST_FAIL("no status"); });
    return result;
  }
  members_changed change(std::uint64_t at, change_members what, std::uint64_t group = 1) {
    auto& to = *nodes.at(at);
    caf::scoped_actor self{to.system()};
    self->send(to.raft(protocol::group_id{group}), std::move(what));
    members_changed result;
    self->receive([&](members_changed& x) { result = std::move(x); },
                  caf::after(30s) >> [] { BOOST_FAIL("no answer to a change of members"); });
    return result;
  }
  // Repeats until it succeeds: right after a start there may be no leader yet.
  void must_create(std::uint64_t at, const std::string& key) {
    must_write(at, "items", R"({"id":")" + key + R"("})");
  }
  submitted must_write(std::uint64_t at, const std::string& model, const std::string& body) {
    for (int i = 0; i < 20; ++i) {
      models::write_request request;
      request.body = body;
      auto answer = write(at, model, request);
      if (answer.what == disposition::done) {
        BOOST_TEST(answer.result.status == 201);
        return answer;
      }
      BOOST_REQUIRE(answer.what == disposition::unavailable);
      while (!inspect(at).raft.leader) {
      }
    }
    BOOST_FAIL("no write succeeded");
    return {};
  }
  submitted change_item(std::uint64_t at, const std::string& model, models::operation op,
                        const std::string& key, const std::string& body = {}) {
    models::write_request request;
    request.op = op;
    request.key = key;
    request.body = body;
    return write(at, model, request);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(nodes, process)

BOOST_AUTO_TEST_CASE(one_node_serves_and_remembers_over_a_restart) {
  start(1, 1);
  must_create(1, "a");
  nodes.at(1)->stop();
  nodes.clear();
  start(1, 1);
  BOOST_TEST(read(1, "a").result.status == 200);
  BOOST_TEST(create(1, "a").result.status == 409);
}

BOOST_AUTO_TEST_CASE(three_nodes_meet_whichever_starts_first_and_again_after_restarts) {
  std::vector<std::uint64_t> order{1, 2, 3};
  do {
    BOOST_TEST_CONTEXT("order " << order[0] << order[1] << order[2]) {
      for (auto id : order) start(id, 3);
      for (auto id : order) {
        auto key = std::to_string(id) + "-" + std::to_string(order[0]) + std::to_string(order[1]);
        must_create(id, key);
        for (auto from : order) BOOST_TEST(read(from, key).result.status == 200);
      }
      for (auto id : order) nodes.at(id)->stop();
      nodes.clear();
    }
  } while (std::next_permutation(order.begin(), order.end()));
}

BOOST_AUTO_TEST_CASE(a_node_joins_is_promoted_and_may_be_the_last_one_left) {
  start(1, 1);
  must_create(1, "a");
  // Alone it has no port for other nodes.
  BOOST_TEST(why_not_listen("127.0.0.1", address(1).peer_port) == "");
  auto joining = config(2, 1);
  joining.init = false;
  joining.peers = {address(1)};
  nodes[2] = std::make_unique<node>(joining, schema);
  change_members add;
  add.node = 2;
  add.host = "127.0.0.1";
  add.http_port = address(2).http_port;
  add.peer_port = address(2).peer_port;
  BOOST_TEST(change(1, add).status == 200);
  while (inspect(1).raft.members.members.size() != 2 || !inspect(1).raft.members.members[1].voter) {
  }
  BOOST_TEST(read(2, "a").result.status == 200);
  BOOST_TEST(why_not_listen("127.0.0.1", address(1).peer_port) != "");
  change_members remove;
  remove.what = change_members::action::remove;
  remove.node = 1;
  // From the follower, of the leader; the promotion may not be finished yet.
  auto answer = change(2, remove);
  while (answer.status == 409) answer = change(2, remove);
  BOOST_TEST_INFO(answer.detail);
  BOOST_TEST(answer.status == 200);
  must_create(2, "b");
  BOOST_TEST(inspect(2).raft.members.members.size() == 1u);
}

BOOST_AUTO_TEST_CASE(members_that_are_all_told_to_found_make_one_cluster) {
  for (std::uint64_t id : {3, 2, 1}) {
    auto told = config(id, 3);
    told.init = true;
    nodes[id] = std::make_unique<node>(told, schema);
  }
  must_create(2, "a");
  BOOST_TEST(read(3, "a").result.status == 200);
  const auto cluster = inspect(1).cluster;
  BOOST_TEST(cluster != 0u);
  for (std::uint64_t id : {2, 3}) BOOST_TEST(inspect(id).cluster == cluster);
}

BOOST_AUTO_TEST_CASE(a_node_of_another_cluster_is_refused) {
  for (std::uint64_t id : {1, 2}) {
    auto alone = config(id, id == 1 ? 1 : 0);
    alone.init = true;
    nodes[id] = std::make_unique<node>(alone, schema);
    must_create(id, "a" + std::to_string(id));
  }
  nodes.clear();
  // Told of each other, they stay what they are.
  for (std::uint64_t id : {1, 2}) start(id, 2);
  for (std::uint64_t id : {1, 2}) {
    must_create(id, "b" + std::to_string(id));
    BOOST_TEST(inspect(id).raft.members.members.size() == 1u);
    BOOST_TEST(read(id, "b" + std::to_string(3 - id)).result.status == 404);
  }
  BOOST_TEST(inspect(1).cluster != inspect(2).cluster);
}

BOOST_AUTO_TEST_CASE(a_restart_goes_on_from_the_checkpoint_and_the_log_behind_it_is_purged) {
  checkpoint_entries = 50;
  log_margin = 10;
  start(1, 1);
  for (int i = 0; i < 300; ++i) must_create(1, "k" + std::to_string(i));
  while (inspect(1).raft.first_index.value < 100) {
  }
  for (int round = 0; round < 2; ++round) {
    nodes.clear();  // without a last checkpoint
    start(1, 1);
    for (int i = 0; i < 300; i += 7)
      BOOST_TEST(read(1, "k" + std::to_string(i)).result.status == 200);
    BOOST_TEST(create(1, "k0").result.status == 409);
    BOOST_TEST(inspect(1).raft.first_index.value >= 100u);
  }
}

BOOST_AUTO_TEST_CASE(a_follower_that_was_away_too_long_is_given_a_snapshot_and_goes_on_from_it) {
  checkpoint_entries = 50;
  log_margin = 10;
  for (std::uint64_t id = 1; id <= 3; ++id) start(id, 3);
  must_create(1, "first");
  nodes.erase(3);
  for (int i = 0; i < 300; ++i) must_create(1, "k" + std::to_string(i));
  // Whoever leads, and so serves it, has no longer what it lacks.
  while (inspect(1).raft.first_index.value < 100 || inspect(2).raft.first_index.value < 100) {
  }
  start(3, 3);
  BOOST_TEST(read(3, "first").result.status == 200);
  BOOST_TEST(read(3, "k299").result.status == 200);
  BOOST_TEST(inspect(3).raft.first_index.value >= 100u);
  // It takes part again, and remembers over a restart.
  must_create(3, "after");
  nodes.erase(3);
  must_create(1, "later");
  start(3, 3);
  for (auto key : {"first", "k0", "k150", "after", "later"})
    BOOST_TEST(read(3, key).result.status == 200);
}

BOOST_AUTO_TEST_CASE(a_wiped_node_is_refused_until_it_is_removed_and_added_again) {
  for (std::uint64_t id = 1; id <= 3; ++id) start(id, 3);
  must_create(3, "a");
  nodes.erase(3);
  std::filesystem::remove_all(directory / "3");
  start(3, 3);
  // The others go on; the wiped node hears nothing and serves nothing.
  must_create(1, "b");
  BOOST_CHECK(create(3, "c").what == disposition::unavailable);
  BOOST_CHECK(inspect(3).raft.last_index == protocol::index_t{});
  change_members what;
  what.what = change_members::action::remove;
  what.node = 3;
  BOOST_TEST(change(1, what).status == 200);
  what.what = change_members::action::add;
  what.host = "127.0.0.1";
  what.http_port = address(3).http_port;
  what.peer_port = address(3).peer_port;
  BOOST_TEST(change(2, what).status == 200);
  must_create(3, "d");
  for (auto key : {"a", "b", "d"}) BOOST_TEST(read(3, key).result.status == 200);
  BOOST_TEST(read(3, "c").result.status == 404);
}

BOOST_AUTO_TEST_CASE(a_wiped_node_that_is_removed_and_added_again_is_taken_in_by_every_group) {
  use_two_groups();
  for (std::uint64_t id = 1; id <= 3; ++id) start(id, 3);
  must_write(3, "items", R"({"id":"a"})");
  must_write(3, "events", R"({"id":"a"})");
  nodes.erase(3);
  std::filesystem::remove_all(directory / "3");
  start(3, 3);
  must_write(1, "events", R"({"id":"b"})");
  BOOST_CHECK(inspect(3, 2).raft.last_index == protocol::index_t{});
  change_members what;
  what.what = change_members::action::remove;
  what.node = 3;
  BOOST_TEST(change(1, what).status == 200);
  what.what = change_members::action::add;
  what.promote = true;
  what.host = "127.0.0.1";
  what.http_port = address(3).http_port;
  what.peer_port = address(3).peer_port;
  BOOST_TEST(change(2, what).status == 200);
  for (std::uint64_t group : {1, 2}) {
    const auto votes = [&] {
      for (auto& m : inspect(3, group).members)
        if (m.id == 3) return m.voter;
      return false;
    };
    while (!votes()) {
    }
  }
  must_write(3, "items", R"({"id":"c"})");
  must_write(3, "events", R"({"id":"c"})");
  for (auto model : {"items", "events"}) BOOST_TEST(read(3, "a", model).result.status == 200);
  BOOST_TEST(read(3, "b", "events").result.status == 200);
}

// Whoever is told that it is done may destroy the node.
BOOST_AUTO_TEST_CASE(a_removed_node_is_missed_by_no_group_once_its_removal_is_answered) {
  use_two_groups();
  for (std::uint64_t id = 1; id <= 3; ++id) start(id, 3);
  must_write(1, "items", R"({"id":"a"})");
  must_write(1, "events", R"({"id":"a"})");
  change_members remove;
  remove.what = change_members::action::remove;
  for (std::uint64_t gone : {3, 2}) {
    remove.node = gone;
    BOOST_TEST(change(1, remove).status == 200);
    nodes.erase(gone);
    std::filesystem::remove_all(directory / std::to_string(gone));
    for (std::uint64_t group : {1, 2})
      for (auto& m : inspect(1, group).members) BOOST_TEST(m.id != gone);
    for (auto model : {"items", "events"})
      must_write(1, model, R"({"id":"without )" + std::to_string(gone) + R"("})");
  }
  BOOST_TEST(change(1, remove).status == 404);
  for (auto model : {"items", "events"}) BOOST_TEST(read(1, "a", model).result.status == 200);
}

BOOST_AUTO_TEST_CASE(local_fields_stay_with_the_node_that_wrote_them_and_survive_its_restart) {
  schema = *models::parse_model_text(R"(
[models.items.fields]
id    = { type = "string", primary_key = true, replicate = true }
value = { type = "string", optional = true, replicate = true }
cache = { type = "string", optional = true }
[models.visits.fields]
id = { type = "string", primary_key = true }
)",
                                     "test");
  for (std::uint64_t id = 1; id <= 3; ++id) start(id, 3);
  auto made = must_write(2, "items", R"({"id":"a","value":"v","cache":"of 2"})");
  BOOST_TEST(made.result.body == R"({"id":"a","value":"v","cache":"of 2"})");
  BOOST_TEST(
      change_item(3, "items", models::operation::patch, "a", R"({"cache":"of 3"})").result.status ==
      200);
  must_write(1, "visits", R"({"id":"v"})");
  auto holds = [&] {
    BOOST_TEST(read(1, "a").result.body == R"({"id":"a","value":"v"})");
    BOOST_TEST(read(2, "a").result.body == R"({"id":"a","value":"v","cache":"of 2"})");
    BOOST_TEST(read(3, "a").result.body == R"({"id":"a","value":"v","cache":"of 3"})");
    BOOST_TEST(read(1, "v", "visits").result.status == 200);
    BOOST_TEST(read(2, "v", "visits").result.status == 404);
  };
  holds();
  nodes.erase(2);  // without a last checkpoint
  nodes.at(3)->stop();
  nodes.erase(3);
  start(2, 3);
  start(3, 3);
  holds();
  BOOST_TEST(change_item(1, "items", models::operation::remove, "a").result.status == 204);
  must_write(1, "items", R"({"id":"a"})");
  for (std::uint64_t id = 1; id <= 3; ++id)
    BOOST_TEST(read(id, "a").result.body == R"({"id":"a"})");
}

BOOST_AUTO_TEST_CASE(two_groups_on_the_same_nodes_have_leaders_logs_and_indexes_of_their_own) {
  use_two_groups();
  checkpoint_entries = 50;
  log_margin = 10;
  // Leaders move only when they are told to, however slow the machine.
  raft.election_min_ticks = 200;
  raft.election_max_ticks = 300;
  for (std::uint64_t id = 1; id <= 3; ++id) start(id, 3);
  // That can take longer than anyone who writes is made to wait.
  while (!inspect(1).raft.leader || !inspect(2, 2).raft.leader) {
  }
  must_write(1, "items", R"({"id":"first"})");
  must_write(2, "events", R"({"id":"first"})");
  // Each group has its own leader; both may be moved, and one moves without the other.
  auto leader = inspect(1).raft.leader.value;
  auto elsewhere = leader % 3 + 1;
  change_members transfer;
  transfer.what = change_members::action::transfer;
  transfer.node = elsewhere;
  while (inspect(elsewhere, 2).raft.now != protocol::role::leader) change(1, transfer, 2);
  BOOST_TEST(inspect(1).raft.leader.value == leader);
  auto before = inspect(1).raft.last_index;
  for (int i = 0; i < 100; ++i)
    must_write(3, "events", R"({"id":"e)" + std::to_string(i) + R"("})");
  BOOST_TEST((inspect(1).raft.last_index == before));
  // A node that was away catches up in both, by log and by snapshot, and takes part in both again.
  nodes.erase(3);
  for (int i = 0; i < 200; ++i)
    must_write(1, "events", R"({"id":"f)" + std::to_string(i) + R"("})");
  must_write(1, "items", R"({"id":"second"})");
  start(3, 3);
  BOOST_TEST(read(3, "second").result.status == 200);
  BOOST_TEST(read(3, "f199", "events").result.status == 200);
  BOOST_TEST(read(3, "f199").result.status == 404);
  must_write(3, "items", R"({"id":"third"})");
  must_write(3, "events", R"({"id":"third"})");
  // All or none is promised within a group only.
  auto both = models::prepare(schema,
                              models::transaction_request{R"({"operations":[
    {"op":"create","collection":"items","item":{"id":"t"}},
    {"op":"create","collection":"events","item":{"id":"t"}}]})",
                                                          {}},
                              models::stamp{1, {}});
  {
    caf::scoped_actor self{nodes.at(1)->system()};
    self->send(nodes.at(1)->data(), submit{1, *both});
    self->receive([](submitted& x) { BOOST_TEST(x.result.status == 422); },
                  caf::after(30s) >> [] { BOOST_FAIL("no answer to a transaction"); });
  }
  for (std::uint64_t id = 1; id <= 3; ++id) BOOST_TEST(read(id, "t").result.status == 404);
  for (std::uint64_t id = 1; id <= 3; ++id) nodes.at(id)->stop();
}

BOOST_AUTO_TEST_CASE(a_wrong_configuration_is_one_sentence_and_leaves_nothing_behind) {
  auto wrong = config(1, 2);
  wrong.peers[0].id = protocol::node_id{1};
  BOOST_CHECK_EXCEPTION((node{wrong, schema}), std::exception, [](const auto& e) {
    return std::string{e.what()}.find("given twice") != std::string::npos;
  });
  start(2, 2);
  auto taken = config(1, 2);
  taken.self.http_port = address(2).peer_port;
  BOOST_CHECK_THROW((node{taken, schema}), std::exception);
  BOOST_TEST(!std::filesystem::exists(directory / "1"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace node_test
