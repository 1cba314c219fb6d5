#include <atomic>
#include <filesystem>
#include <set>
#include <thread>

#include "test/cluster/fixture.hpp"

namespace membership_test {

using namespace lithair::test;

namespace {

std::size_t voters(http_client& through) {
  const auto page = through.get("/cluster").body;
  std::size_t count = 0;
  for (std::size_t i = 0;; ++i) {
    const auto at = "/members/" + std::to_string(i);
    if (json_at(page, at + "/id").empty()) return count;
    count += json_at(page, at + "/voter") == "true";
  }
}

/// Creates products through one node as fast as it answers, until the object goes away.
class writer {
 public:
  explicit writer(http_client through) : through_(std::move(through)) {
    thread_ = std::thread([this] {
      for (int i = 0; !stop_; ++i) {
        const auto name =
            std::to_string(reinterpret_cast<std::uintptr_t>(this)) + "-" + std::to_string(i);
        const auto made = through_.post(products, product(name));
        statuses_.insert(made.status);
        if (made.status == 201) ids_.push_back(json_at(made.body, "/id"));
      }
    });
  }
  ~writer() { finish(); }

  void finish() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  /// After `finish`.
  const std::set<int>& statuses() const { return statuses_; }
  const std::vector<std::string>& ids() const { return ids_; }

 private:
  http_client through_;
  std::atomic<bool> stop_{false};
  std::set<int> statuses_;
  std::vector<std::string> ids_;
  std::thread thread_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_membership)

BOOST_AUTO_TEST_CASE(three_become_five_and_three_again_under_load_and_nothing_is_lost) {
  shop_cluster nodes({.nodes = 5, .founders = 3});
  for (std::size_t i = 0; i < 3; ++i) nodes.start(i);
  for (std::size_t i = 0; i < 3; ++i) nodes.await_ready(i);
  auto ask = nodes.client(1);
  writer load(nodes.client(1));

  nodes.start(3);
  nodes.start(4);
  nodes.await("five nodes vote", [&] { return voters(ask) == 5; });
  nodes.await_ready(3);
  nodes.await_ready(4);
  // Two founders go, the leader perhaps among them; whoever is asked passes it on.
  for (const auto* path : {"/cluster/members/1", "/cluster/members/3"}) {
    nodes.await(std::string(path) + " is removed", [&] {
      const auto status = ask.send("DELETE", path).status;
      return status == 200 || status == 204 || status == 404;
    });
  }
  nodes.await("three nodes vote", [&] { return voters(ask) == 3; });
  nodes.kill(0);
  nodes.kill(2);
  nodes.await_ready(1);
  create(ask, "afterwards");
  load.finish();

  for (const int status : load.statuses())
    BOOST_TEST((status == 201 || status == 503 || status == 504), "status " << status);
  BOOST_TEST(load.ids().size() > 10u);
  for (const std::size_t at : {1, 3, 4}) {
    auto through = nodes.client(at);
    for (const auto& id : load.ids()) BOOST_TEST(through.get(item_path(id)).status == 200);
  }
}

BOOST_AUTO_TEST_CASE(leadership_moves_to_the_node_that_was_asked_for) {
  shop_cluster nodes;
  const auto leader = nodes.start_and_await();
  const auto next = (leader + 1) % 3;
  auto through = nodes.client((leader + 2) % 3);
  const auto body = R"({"to":)" + std::to_string(next + 1) + "}";
  BOOST_TEST(through.post("/cluster/transfer", body).status == 200);
  BOOST_TEST(nodes.await_leader() == next);
  BOOST_TEST(through.post("/cluster/transfer", R"({"to":9})").status == 404);
  create(through, "tea");
}

BOOST_AUTO_TEST_CASE(members_change_right_behind_a_change_of_leaders) {
  shop_cluster nodes;
  nodes.start_and_await();
  auto through = nodes.client(0);
  for (std::size_t i = 0; i < 6; ++i) {
    BOOST_TEST(through.post("/cluster/members", R"({"id":9,"addr":"127.0.0.1:9"})").status == 200);
    const auto next = std::to_string((nodes.await_leader() + 1) % 3 + 1);
    BOOST_TEST(through.post("/cluster/transfer", R"({"to":)" + next + "}").status == 200);
    // Whoever is asked: a node that does not know yet who leads, or who has just begun to.
    const auto gone = nodes.client(i % 3).send("DELETE", "/cluster/members/9");
    BOOST_TEST(gone.status == 200, gone.body);
  }
}

BOOST_AUTO_TEST_CASE(
    a_member_that_was_away_follows_a_leader_that_was_wiped_and_added_again_meanwhile) {
  shop_cluster nodes({.nodes = 4, .founders = 3});
  constexpr std::size_t away = 2, again = 3;
  for (std::size_t i = 0; i < 3; ++i) nodes.start(i);
  for (std::size_t i = 0; i < 3; ++i) nodes.await_ready(i);
  nodes.start(again);
  auto ask = nodes.client(0);
  nodes.await("four nodes vote", [&] { return voters(ask) == 4; });
  const auto before = create(ask, "before");
  nodes.kill(away);
  nodes.await("it is removed", [&] {
    const auto status = ask.send("DELETE", "/cluster/members/4").status;
    return status == 200 || status == 204 || status == 404;
  });
  nodes.kill(again);
  std::filesystem::remove_all(nodes.data_directory(again));
  nodes.start(again);
  nodes.await("it votes again", [&] { return voters(ask) == 4; });
  nodes.await("it leads", [&] {
    (void)ask.post("/cluster/transfer", R"({"to":4})");
    return nodes.leader_named_by(0) == again;
  });
  const auto after = create(ask, "after");
  nodes.start(away);
  nodes.await_ready(away);
  auto through = nodes.client(away);
  for (const auto& id : {before, after}) BOOST_TEST(through.get(item_path(id)).status == 200);
  // Each of both counts for the other again.
  nodes.kill(0);
  nodes.await_ready(away);
  create(through, "with the first one down");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace membership_test
