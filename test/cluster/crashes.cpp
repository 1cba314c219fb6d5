#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <csignal>
#include <map>

#include "test/cluster/fixture.hpp"

namespace crashes_test {

namespace data = boost::unit_test::data;
using namespace lithair::test;

// N5: a whole node crashes at each step of its persistence, at the places that
// persistence/fault_points.hpp names.

namespace {

constexpr ending crashed{42};

/// Where the next node to be started crashes; shared with the function that makes its environment.
struct crash_order {
  std::string node_and_place;  ///< "2 append_after_commit:3"; empty: nowhere
};

/// Nodes that can be told to crash.
class crashing_cluster : public shop_cluster {
 public:
  explicit crashing_cluster(std::size_t count, std::vector<std::string> flags)
      : crashing_cluster(count, std::move(flags), std::make_shared<crash_order>()) {}

  /// Starts node `i`, which crashes at this place after passing it `passes` times.
  void start_to_crash(std::size_t i, const std::string& place, int passes) {
    order_->node_and_place = std::to_string(i) + ' ' + place + ':' + std::to_string(passes);
    start(i);
    order_->node_and_place.clear();
  }
  bool has_crashed(std::size_t i) {
    const auto how = at(i).wait(0ms);
    if (how) BOOST_TEST((*how == crashed));
    return how.has_value();
  }
  void forget(std::size_t i) { kill(i); }

 private:
  crashing_cluster(std::size_t count, std::vector<std::string> flags,
                   const std::shared_ptr<crash_order>& order)
      : shop_cluster({.nodes = count,
                      .flags = std::move(flags),
                      .program = LITHAIR_CRASHING_NODE,
                      .variables =
                          [order](const cluster&, std::size_t i) {
                            const auto me = std::to_string(i) + ' ';
                            if (!order->node_and_place.starts_with(me))
                              return std::vector<std::string>{};
                            return std::vector<std::string>{
                                "LITHAIR_CRASH_AT=" + order->node_and_place.substr(me.size())};
                          }}),
        order_(order) {}

  std::shared_ptr<crash_order> order_;
};

/// The state as it must be: what was acknowledged, and what may or may not be there.
class model {
 public:
  /// Creates through node `i`; false when the node did not answer.
  bool create(cluster& nodes, std::size_t i) {
    const auto name = "tea " + std::to_string(count_++);
    const auto made = nodes.client(i).post(products, product(name));
    if (made.status == 201) {
      there_.emplace(json_at(made.body, "/id"), made.body);
      return true;
    }
    if (made.what != answer::outcome::refused && made.status != 503) unsure_.push_back(name);
    return false;
  }

  void require_at(const cluster& nodes, std::size_t i, const std::string& more = "") const {
    auto client = nodes.client(i);
    for (const auto& [id, body] : there_) {
      const auto found = client.get(item_path(id) + more);
      BOOST_TEST_REQUIRE(found.status == 200, id << " is lost");
      BOOST_TEST(found.body == body);
    }
    const auto total =
        number_at(client.get(products + (more.empty() ? std::string{} : more)).body, "/total")
            .value_or(0);
    BOOST_TEST(total >= there_.size());
    BOOST_TEST(total <= there_.size() + unsure_.size());
  }

 private:
  std::map<std::string, std::string> there_;
  std::vector<std::string> unsure_;
  int count_ = 0;
};

struct step {
  std::string place;
  int passes = 0;
};
std::ostream& operator<<(std::ostream& out, const step& x) {
  return out << x.place << ", passed " << x.passes << " times";
}

const std::vector<std::string> short_log{"--checkpoint-entries", "10", "--log-margin", "3"};

const std::vector<step> steps_of_one_voter{
    {"append_before_commit", 1},     {"append_before_commit", 14},
    {"append_after_commit", 1},      {"append_after_commit", 14},
    {"hard_state_before_commit", 0}, {"hard_state_after_commit", 0},
    {"checkpoint_before_commit", 0}, {"checkpoint_before_commit", 2},
    {"checkpoint_after_commit", 0},  {"checkpoint_after_commit", 2},
    {"purge_before_commit", 0},      {"purge_before_commit", 2},
    {"purge_after_commit", 0},       {"purge_after_commit", 2},
    {"identity_before_rename", 0},   {"identity_after_rename", 0},
};

const std::vector<step> steps_of_a_receiver{
    {"receive_chunk", 0},      {"receive_before_rename", 0}, {"install_before_swap", 0},
    {"install_after_swap", 0}, {"reset_before_commit", 0},   {"reset_after_commit", 0},
};

const std::vector<step> steps_of_a_sender{
    {"snapshot_before_sync", 0},
    {"snapshot_before_rename", 0},
    {"snapshot_after_rename", 0},
};

void await_purged_log(cluster& nodes, std::size_t i, std::uint64_t past) {
  auto client = nodes.client(i);
  nodes.await("the log begins after what the other has", [&client, past] {
    return number_at(client.get("/status").body, "/first_index").value_or(0) > past;
  });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_crashes)

BOOST_DATA_TEST_CASE(one_voter_goes_on_where_it_crashed, data::make(steps_of_one_voter)) {
  crashing_cluster node(1, short_log);
  model expected;
  node.start(0);
  node.await_ready(0);
  for (int i = 0; i < 5; ++i) BOOST_REQUIRE(expected.create(node, 0));
  node.kill(0);
  for (int round = 0; round < 2;
       ++round) {  // The second time it crashes again on what the first one left.
    node.start_to_crash(0, sample.place, sample.passes);
    auto asked = node.client(0, 2000ms);
    while (!node.has_crashed(0)) {
      if (asked.get("/readyz").status == 200) (void)expected.create(node, 0);
    }
    node.forget(0);
  }
  node.start(0);
  node.await_ready(0);
  expected.require_at(node, 0);
  BOOST_TEST(expected.create(node, 0));
}

BOOST_AUTO_TEST_CASE(one_voter_goes_on_after_a_crash_in_a_checkpoint_of_several_parts) {
  constexpr int in_a_bulk = 3000;
  for (const std::string place : {"checkpoint_pending", "checkpoint_between_parts"}) {
    // Below a limit parts are a sixteenth of it.
    crashing_cluster node(
        1, {"--checkpoint-entries", "12", "--log-margin", "1", "--map-size", "16MiB"});
    node.start_to_crash(0, place, 0);
    node.await_ready(0);
    std::string items = "[";
    std::size_t acknowledged = 0;
    std::size_t unsure = 0;
    for (int bulk = 0; !node.has_crashed(0); ++bulk) {
      items = "[";
      for (int i = 0; i < in_a_bulk; ++i)
        items +=
            (i == 0 ? "" : ",") + product("tea " + std::to_string(bulk) + " " + std::to_string(i));
      const auto made = node.client(0).post(std::string(products) + "/_bulk", items + "]");
      (made.status == 201 ? acknowledged : unsure) += in_a_bulk;
      // It takes a while until a process that crashed has ended.
      if (made.status == 0) BOOST_REQUIRE(node.at(0).wait(cluster::patience).has_value());
      BOOST_REQUIRE_MESSAGE(bulk < 40, place << " was not reached: " << made.status << " "
                                             << made.body.substr(0, 200));
    }
    node.forget(0);
    node.start(0);
    node.await_ready(0);
    const auto total = number_at(node.client(0).get(products).body, "/total").value_or(0);
    BOOST_TEST(total >= acknowledged);
    BOOST_TEST(total <= acknowledged + unsure);
    BOOST_TEST(total % in_a_bulk == 0u);
  }
}

BOOST_DATA_TEST_CASE(a_follower_that_crashes_while_it_takes_a_snapshot_takes_it_again,
                     data::make(steps_of_a_receiver)) {
  // N2, N5
  crashing_cluster nodes(3, short_log);
  model expected;
  const auto leader = nodes.start_and_await();
  const auto away = (leader + 1) % 3;
  nodes.kill(away);
  for (int i = 0; i < 40; ++i) BOOST_REQUIRE(expected.create(nodes, leader));
  await_purged_log(nodes, leader, 10);
  nodes.start_to_crash(away, sample.place, sample.passes);
  const auto how = nodes.at(away).wait(cluster::patience);
  BOOST_TEST_REQUIRE(how.has_value());
  BOOST_TEST((*how == crashed));
  nodes.forget(away);
  nodes.start(away);
  nodes.await_ready(away);
  expected.require_at(nodes, away);
  // With what it has it can carry on as one of two.
  nodes.kill((leader + 2) % 3);
  nodes.await_ready(away);
  BOOST_TEST(expected.create(nodes, away));
}

BOOST_DATA_TEST_CASE(a_leader_that_crashes_while_it_writes_a_snapshot_harms_nobody,
                     data::make(steps_of_a_sender)) {
  // N3, N5
  crashing_cluster nodes(3, short_log);
  model expected;
  for (std::size_t i = 0; i < 3; ++i) nodes.start_to_crash(i, sample.place, sample.passes);
  nodes.await_all_ready();
  const auto leader = nodes.await_leader();
  const auto away = (leader + 1) % 3;
  const auto third = (leader + 2) % 3;
  nodes.kill(away);
  for (int i = 0; i < 40; ++i) BOOST_REQUIRE(expected.create(nodes, leader));
  await_purged_log(nodes, leader, 10);
  nodes.start(away);
  const auto how = nodes.at(leader).wait(cluster::patience);
  BOOST_TEST_REQUIRE(how.has_value());
  BOOST_TEST((*how == crashed));
  nodes.forget(leader);
  nodes.kill(third);  // Its own snapshot would crash it too.
  nodes.start(third);
  nodes.start(leader);
  nodes.await_all_ready();
  for (std::size_t i = 0; i < 3; ++i) expected.require_at(nodes, i);
}

BOOST_DATA_TEST_CASE(a_leader_that_was_overtaken_crashes_while_it_drops_its_tail,
                     data::make({"truncate_before_commit", "truncate_after_commit"}), place) {
  // A leader that hears nobody steps down after this time; on a slow machine the write must still
  // be in time.
  crashing_cluster nodes(3, {"--election-timeout", "2s-3s", "--heartbeat", "100ms"});
  model expected;
  const auto old = nodes.start_and_await();
  const auto next = (old + 1) % 3;
  const auto third = (old + 2) % 3;
  BOOST_REQUIRE(expected.create(nodes, old));
  for (const auto i : {next, third}) nodes.at(i).pause();
  // Only the old leader has this; it must be gone, for the others go on without it.
  http_client alone(nodes.port(old), 300ms);
  (void)alone.post(products, product("never confirmed"));
  auto asked = nodes.client(old);
  nodes.await("it is in the old leader's log", [&asked] {
    const auto status = asked.get("/status").body;
    return number_at(status, "/last_index").value_or(0) > number_at(status, "/commit").value_or(0);
  });
  for (const auto i : {old, next, third}) nodes.kill(i);
  nodes.start(next);
  nodes.start(third);
  nodes.await_ready(next);
  for (int i = 0; i < 3; ++i) BOOST_REQUIRE(expected.create(nodes, next));
  nodes.start_to_crash(old, place, 0);
  const auto how = nodes.at(old).wait(cluster::patience);
  BOOST_TEST_REQUIRE(how.has_value());
  BOOST_TEST((*how == crashed));
  nodes.forget(old);
  nodes.start(old);
  nodes.await_ready(old);
  expected.require_at(nodes, old);
}

BOOST_AUTO_TEST_CASE(members_change_right_after_a_second_snapshot) {
  // N1, N4
  shop_cluster nodes({.nodes = 4, .flags = short_log, .founders = 3});
  model expected;
  for (std::size_t i = 0; i < 3; ++i) nodes.start(i);
  nodes.await_all_ready();
  for (int round = 0; round < 2; ++round) {
    const auto leader = nodes.await_leader();
    const auto away = leader == 2 ? 1 : 2;
    const auto has = number_at(nodes.client(away).get("/status").body, "/last_index").value_or(0);
    nodes.kill(away);
    for (int i = 0; i < 40; ++i) BOOST_REQUIRE(expected.create(nodes, leader));
    await_purged_log(nodes, leader, has + 1);
    nodes.start(away);
    nodes.await_ready(away);
  }
  nodes.start(3);
  nodes.await_ready(3);
  for (int i = 0; i < 15; ++i) BOOST_REQUIRE(expected.create(nodes, 3));
  for (std::size_t i = 0; i < 4; ++i) nodes.kill(i);
  for (std::size_t i = 0; i < 3; ++i) nodes.start(i);
  nodes.await_ready(0);
  nodes.start(3);  // It asks the first for the members.
  nodes.await_all_ready();
  for (std::size_t i = 0; i < 4; ++i) expected.require_at(nodes, i);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace crashes_test
