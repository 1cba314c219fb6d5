#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "test/cluster/fixture.hpp"
#include "test/cluster/harness/history.hpp"

namespace faults_test {

using namespace lithair::test;

namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t register_count = 6;
constexpr std::size_t client_count = 4;
constexpr std::size_t enough = 500;  // operations answered

std::int64_t now() { return clock::now().time_since_epoch().count(); }

std::string register_path(std::size_t i) {
  return item_path("018f3c5e-7a10-7000-8000-00000000000" + std::to_string(i));
}

/// What the clients did, all of them together.
class record {
 public:
  void add(std::size_t which, const operation& x) {
    const std::lock_guard guard{mutex_};
    operations_[which].push_back(x);
    count_one();
  }
  void add_created(const std::string& path) {
    const std::lock_guard guard{mutex_};
    created_.insert(path);
    count_one();
  }
  /// A write that was answered 503: certainly not applied, so nobody may ever see it.
  void add_refused(std::int64_t value) {
    const std::lock_guard guard{mutex_};
    refused_.insert(value);
  }
  /// Anything but success: only 503, 504 and no answer at all are right under faults.
  void add_failure(const answer& x) {
    if (x.status == 0 || x.status == 503 || x.status == 504) return;
    const std::lock_guard guard{mutex_};
    strange_.insert(std::to_string(x.status) + " " + x.body);
  }
  /// Returns when `more` operations were recorded, or after `limit`: the pace of the faults.
  void await_progress(std::size_t more, milliseconds limit) {
    std::unique_lock guard{mutex_};
    const auto goal = count_ + more;
    grew_.wait_for(guard, limit, [this, goal] { return count_ >= goal; });
  }

  std::size_t progress() {
    std::lock_guard guard(mutex_);
    return count_;
  }

  // After the clients have ended.
  const auto& operations() const { return operations_; }
  const auto& created() const { return created_; }
  const auto& refused() const { return refused_; }
  const auto& strange() const { return strange_; }

 private:
  void count_one() {
    ++count_;
    grew_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable grew_;
  std::size_t count_ = 0;
  std::array<std::vector<operation>, register_count> operations_;
  std::set<std::string> created_;
  std::set<std::int64_t> refused_;
  std::set<std::string> strange_;
};

/// A client that reads and writes registers and creates items, each on a node drawn anew.
class busy_client {
 public:
  busy_client(const cluster& nodes, record& into, std::atomic<std::int64_t>& next_value,
              std::uint32_t seed)
      : into_(into), next_value_(next_value), chance_(seed) {
    for (std::size_t i = 0; i < nodes.size(); ++i) connections_.push_back(nodes.client(i, 8000ms));
  }

  void run_until(const std::atomic<bool>& over) {
    while (!over) {
      auto& node = connections_[chance_() % connections_.size()];
      const auto what = chance_() % 10;
      if (what < 4) {
        write(node, chance_() % register_count);
      } else if (what < 9) {
        read(node, chance_() % register_count);
      } else {
        create_item(node);
      }
    }
  }

 private:
  void write(http_client& node, std::size_t which) {
    operation x{operation::kind::write, ++next_value_, now(), operation::never};
    const auto said =
        node.send("PATCH", register_path(which), R"({"stock":)" + std::to_string(x.value) + "}");
    if (said.status == 503) return into_.add_refused(x.value);
    if (said.what == answer::outcome::refused) return;
    if (said.status == 200) x.ended = now();
    if (said.status != 200) into_.add_failure(said);
    into_.add(which, x);
  }

  void read(http_client& node, std::size_t which) {
    operation x{operation::kind::read, 0, now(), 0};
    const auto said = node.get(register_path(which));
    if (said.status != 200) return into_.add_failure(said);
    x.value = static_cast<std::int64_t>(number_at(said.body, "/stock").value_or(0));
    x.ended = now();
    into_.add(which, x);
  }

  void create_item(http_client& node) {
    const auto said = node.post(products, product("item " + std::to_string(++next_value_)));
    if (said.status != 201) return into_.add_failure(said);
    into_.add_created(said.field("location"));
  }

  record& into_;
  std::atomic<std::int64_t>& next_value_;
  std::mt19937 chance_;
  std::vector<http_client> connections_;
};

/// Draws faults and repairs. At times all nodes are down; what is acknowledged must not care.
class troublemaker {
 public:
  troublemaker(cluster& nodes, std::uint32_t seed)
      : nodes_(nodes), chance_(seed), stopped_(nodes.size(), false) {}

  void act() {
    const std::size_t i = chance_() % nodes_.size();
    if (!nodes_.runs(i)) {
      nodes_.start(i);
      ++restarts;
    } else if (stopped_[i]) {
      nodes_.at(i).resume();
      stopped_[i] = false;
    } else if (chance_() % 3 == 0) {
      nodes_.at(i).pause();
      stopped_[i] = true;
    } else {
      nodes_.kill(i);
    }
  }

  void repair() {
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (!nodes_.runs(i)) nodes_.start(i);
      if (stopped_[i]) nodes_.at(i).resume();
      stopped_[i] = false;
    }
  }

  /// How many operations may pass, at most within which time, before the next act.
  std::pair<std::size_t, milliseconds> pause() {
    return {50 + chance_() % 400, milliseconds{200 + chance_() % 1500}};
  }

  int restarts = 0;

 private:
  cluster& nodes_;
  std::mt19937 chance_;
  std::vector<bool> stopped_;
};

void make_registers(cluster& nodes) {
  auto through = nodes.client(0);
  for (std::size_t i = 0; i < register_count; ++i) {
    const auto id = register_path(i).substr(std::string(products).size() + 1);
    const auto made = through.post(products, R"({"id":")" + id + R"(","name":"register )" +
                                                 std::to_string(i) + R"(","price":"1.00"})");
    BOOST_REQUIRE_MESSAGE(made.status == 201, made.body);
  }
}

void require_linearizable(const record& did) {
  for (std::size_t i = 0; i < register_count; ++i) {
    const auto& operations = did.operations()[i];
    const auto why = why_not_linearizable(operations);
    BOOST_TEST(why.empty(), "register " << i << ": " << why);
    for (const auto& x : operations) {
      BOOST_TEST(!did.refused().contains(x.value),
                 "register " << i << ": " << x.value << " was answered 503 and applied");
    }
  }
}

/// Every node holds every acknowledged item and the same registers.
void require_same_everywhere(shop_cluster& nodes, const record& did) {
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    auto asked = nodes.client(i);
    // A linearizable read first; then this node has applied all there is, and local ones are exact.
    BOOST_REQUIRE(asked.get(register_path(0)).status == 200);
    for (const auto& path : did.created()) {
      const auto seen = asked.get(path + "?consistency=local");
      BOOST_TEST(seen.status == 200, "node " << i + 1 << " lacks " << path);
    }
    for (std::size_t j = 0; j < register_count; ++j) {
      BOOST_TEST(asked.get(register_path(j) + "?consistency=local").body ==
                 nodes.client(0).get(register_path(j)).body);
    }
  }
}

/// The last word of each register, read from every node and part of its history.
void read_all(shop_cluster& nodes, record& did) {
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    auto asked = nodes.client(i);
    for (std::size_t j = 0; j < register_count; ++j) {
      operation x{operation::kind::read, 0, now(), 0};
      const auto said = asked.get(register_path(j));
      BOOST_REQUIRE(said.status == 200);
      x.value = static_cast<std::int64_t>(number_at(said.body, "/stock").value());
      x.ended = now();
      did.add(j, x);
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_faults)

// A longer run: test_cluster --run_test=cluster_faults -- --seconds 600 --seed 7
BOOST_AUTO_TEST_CASE(crashes_and_pauses_at_random_lose_nothing_and_show_nothing_old) {
  const auto seconds = argument("--seconds", 20);
  const auto seed = argument("--seed", std::random_device{}());
  BOOST_TEST_MESSAGE("seed " << seed << ", " << seconds << " s");
  shop_cluster nodes;
  nodes.start_and_await();
  make_registers(nodes);

  record did;
  std::atomic<std::int64_t> next_value = 0;
  std::atomic<bool> over = false;
  troublemaker trouble(nodes, seed);
  {
    std::vector<std::jthread> clients;
    for (std::uint32_t i = 0; i < client_count; ++i) {
      clients.emplace_back([&nodes, &did, &next_value, &over, seed, i] {
        busy_client(nodes, did, next_value, seed + i + 1).run_until(over);
      });
    }
    // A run in which hardly anything happened proves nothing, so a slow machine takes longer.
    const auto end = clock::now() + std::chrono::seconds{seconds};
    while (clock::now() < end || trouble.restarts == 0 || did.progress() < enough) {
      trouble.act();
      const auto [more, limit] = trouble.pause();
      did.await_progress(more, limit);
    }
    trouble.repair();
    over = true;
  }
  nodes.await_all_ready();
  read_all(nodes, did);
  BOOST_TEST_MESSAGE(did.progress() << " operations answered, " << did.created().size()
                                    << " items created, " << did.refused().size()
                                    << " writes refused, " << trouble.restarts << " restarts");
  for (const auto& said : did.strange()) BOOST_ERROR("a client was told " << said);
  require_linearizable(did);
  require_same_everywhere(nodes, did);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace faults_test
