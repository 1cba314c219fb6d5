#include <atomic>
#include <functional>
#include <iostream>
#include <random>
#include <set>
#include <thread>

#include "test/cluster/fixture.hpp"
#include "test/persistence/mortal_file_system.hpp"

namespace kills_test {

using namespace lithair::test;

namespace {

using clock = std::chrono::steady_clock;

/// What one run's client was told.
struct told {
  std::vector<std::string> acknowledged;  ///< ids of items created
  std::vector<std::string> changed;       ///< of those whose stock was set to 1
  std::size_t unknown = 0;                ///< items that may be there or not
};

/// Creates and changes items, one request after the other, until the node is gone.
told write_until_killed(
    std::uint16_t port, std::uint32_t round,
    const std::function<void(std::size_t)>& progress = [](std::size_t) {}) {
  told out;
  http_client client(port, cluster::patience);
  for (int i = 0;; ++i) {
    const auto made =
        client.post(products, product("tea " + std::to_string(round) + " " + std::to_string(i)));
    if (made.status != 201) {
      out.unknown += made.what == answer::outcome::refused ? 0 : 1;
      return out;
    }
    const auto id = json_at(made.body, "/id");
    out.acknowledged.push_back(id);
    progress(out.acknowledged.size());
    if (i % 3 != 0) continue;
    if (client.send("PATCH", item_path(id), R"({"stock":1})").status != 200) return out;
    out.changed.push_back(id);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_kills)

BOOST_AUTO_TEST_CASE(one_voter_killed_at_random_moments_keeps_all_it_acknowledged) {
  // S10; `-- --kills 1000 --seed 7` for longer.
  const auto kills = argument("--kills", 40);
  std::mt19937 random{argument("--seed", 1)};
  shop_cluster node({.nodes = 1, .flags = {"--checkpoint-entries", "50", "--log-margin", "20"}});
  std::vector<std::string> acknowledged;
  std::set<std::string> changed;
  std::size_t unknown = 0;
  clock::duration slowest{};
  for (std::uint32_t i = 0; i < kills; ++i) {
    const auto began = clock::now();
    node.start(0);
    node.await_ready(0);
    slowest = std::max(slowest, clock::now() - began);
    told said;
    std::thread client([&] { said = write_until_killed(node.port(0), i); });
    // The moment of the kill is the experiment; nothing is awaited here.
    std::this_thread::sleep_for(std::chrono::microseconds{random() % 100'000});
    node.kill(0);
    client.join();
    acknowledged.insert(acknowledged.end(), said.acknowledged.begin(), said.acknowledged.end());
    changed.insert(said.changed.begin(), said.changed.end());
    unknown += said.unknown;
  }
  node.start(0);
  node.await_ready(0);
  auto reads = node.client(0);
  for (const auto& id : acknowledged) {
    const auto found = reads.get(item_path(id));
    BOOST_TEST_REQUIRE(found.status == 200, id << " was acknowledged and is lost");
    if (changed.contains(id)) BOOST_TEST(json_at(found.body, "/stock") == "1");
  }
  const auto total = number_at(reads.get(products).body, "/total").value_or(0);
  BOOST_TEST(total >= acknowledged.size());
  BOOST_TEST(total <= acknowledged.size() + unknown);
  BOOST_TEST_MESSAGE(kills << " kills, " << acknowledged.size()
                           << " writes acknowledged and there, " << unknown
                           << " unknown; the slowest start took "
                           << std::chrono::duration_cast<milliseconds>(slowest).count() << " ms");
}

BOOST_AUTO_TEST_CASE(a_power_loss_of_all_nodes_at_one_moment_loses_nothing_acknowledged) {
  // S1
  const temporary_directory place;
  lithair::persistence::test::mortal_file_system disk(place.path());
  if (!disk.usable()) {
    std::cerr << "SKIPPED: power loss can't be tried here, for no loop device can be mounted\n";
    return;
  }
  for (const std::size_t count : {std::size_t{1}, std::size_t{3}}) {
    shop_cluster nodes({.nodes = count,
                        .flags = {"--checkpoint-entries", "30", "--log-margin", "10"},
                        .data = disk.path() / std::to_string(count)});
    std::vector<std::string> acknowledged;
    for (std::uint32_t round = 0; round < 3; ++round) {
      nodes.start_all();
      nodes.await_all_ready();
      told said;
      std::atomic<bool> enough = false;
      std::thread client([&] {
        said = write_until_killed(nodes.port(round % count), round, [&enough](std::size_t made) {
          if (made >= 60) enough = true;
        });
        enough = true;
      });
      while (!enough) std::this_thread::yield();
      BOOST_REQUIRE(disk.lose_power());
      for (std::size_t i = 0; i < count; ++i) nodes.kill(i);
      client.join();
      acknowledged.insert(acknowledged.end(), said.acknowledged.begin(), said.acknowledged.end());
      BOOST_REQUIRE(disk.restart());
    }
    nodes.start_all();
    nodes.await_all_ready();
    auto reads = nodes.client(0);
    for (const auto& id : acknowledged)
      BOOST_TEST_REQUIRE(reads.get(item_path(id)).status == 200,
                         id << " was acknowledged and is lost");
    BOOST_TEST(acknowledged.size() >= 100u);
    for (std::size_t i = 0; i < count; ++i) nodes.kill(i);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kills_test
