#include <atomic>
#include <csignal>
#include <optional>
#include <thread>

#include "test/cluster/fixture.hpp"
#include "test/cluster/harness/event_source.hpp"
#include "test/cluster/operators_files.hpp"

namespace draining_test {

using namespace lithair::test;

namespace {

/// What became of requests.
struct outcomes {
  std::atomic<std::size_t> fine{0};
  std::atomic<std::size_t> cut{0};      ///< no answer
  std::atomic<std::size_t> refused{0};  ///< an answer that is no success
  std::atomic<std::size_t> moves{0};    ///< to another node, since it was asked to
};

/// A client that keeps its connection until it is told `Connection: close`, and connects only to
/// nodes that say that they are ready.
class heedful_client {
 public:
  heedful_client(const cluster& nodes, std::size_t first, outcomes& into)
      : thread_([this, &nodes, first, &into] { run(nodes, first, into); }) {}
  ~heedful_client() {
    stopped_ = true;
    thread_.join();
  }

 private:
  void run(const cluster& nodes, std::size_t at, outcomes& into) {
    std::optional<http_client> through;
    for (std::size_t i = 0; !stopped_; ++i) {
      if (!through) {
        at = (at + 1) % nodes.size();
        if (nodes.client(at).get("/readyz").status != 200) continue;
        through.emplace(nodes.client(at));
      }
      // A write now and then; they take longer, and a leader that goes away would cut them.
      const auto got = i % 4 == 0 ? through->post(products, product(name()))
                                  : through->get("/api/products/count");
      const bool good = got.status == 200 || got.status == 201;
      if (got.what != answer::outcome::answered)
        ++into.cut;
      else
        ++(good ? into.fine : into.refused);
      if (!good) BOOST_TEST_MESSAGE("node " << at + 1 << ": " << got.status << " " << got.body);
      if (got.what == answer::outcome::answered && got.field("connection") != "close") {
        // Its connection is kept and idle for a moment, as those of most clients are.
        std::this_thread::sleep_for(2ms);
        continue;
      }
      ++into.moves;
      through.reset();
    }
  }
  static std::string name() {
    static std::atomic<std::size_t> last{0};
    return "item " + std::to_string(++last);
  }

  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

bool is_draining(const cluster& nodes, std::size_t i) {
  const auto said = nodes.client(i).get("/readyz");
  return said.status == 503 && json_at(said.body, "/error") == "draining";
}

/// One node after the other, while clients go on.
void restart_each(cluster_options options) {
  const auto restarts = argument("--restarts", 3);
  const auto requests = argument("--requests", 300);
  options.flags.insert(options.flags.end(),
                       {"--drain", std::to_string(argument("--drain-ms", 700)) + "ms"});
  shop_cluster nodes(std::move(options));
  nodes.start_and_await();
  outcomes seen;
  {
    std::vector<std::unique_ptr<heedful_client>> clients;
    for (std::size_t i = 0; i < 4; ++i)
      clients.push_back(std::make_unique<heedful_client>(nodes, i, seen));
    for (std::uint32_t round = 0; round < restarts; ++round) {
      // The leader is among them, in one round or another.
      const auto next = round % 2 == 0 ? nodes.await_leader() : round % nodes.size();
      const auto before = seen.fine.load();
      BOOST_TEST((nodes.stop(next) == ending{0}));
      nodes.start(next);
      nodes.await_ready(next);
      nodes.await("requests go on", [&] {
        return seen.fine > before + requests / restarts || seen.cut > 0 || seen.refused > 0;
      });
    }
  }
  BOOST_TEST_MESSAGE(seen.fine << " requests over " << restarts << " restarts, " << seen.moves
                               << " moves to another node");
  BOOST_TEST(seen.cut == 0u);
  BOOST_TEST(seen.refused == 0u);
  BOOST_TEST(seen.fine >= requests);
  BOOST_TEST(seen.moves >= restarts);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_draining)

// The README says how to run its long form.
BOOST_AUTO_TEST_CASE(a_rolling_restart_cuts_no_request_of_clients_that_heed_what_they_are_told) {
  restart_each({});
}

BOOST_AUTO_TEST_CASE(a_rolling_restart_cuts_no_request_by_https_either) {
  const operators_files kept;
  restart_each({.flags = kept.flags(), .secure = kept.client()});
}

BOOST_AUTO_TEST_CASE(a_node_that_drains_is_not_ready_serves_on_and_leads_no_more) {
  shop_cluster nodes({.flags = {"--drain", "60s"}});
  const auto leader = nodes.start_and_await();
  auto kept = nodes.client(leader);
  create(kept, "tea");
  nodes.at(leader).signal(SIGTERM);
  nodes.await("it drains", [&] { return is_draining(nodes, leader); });
  const auto made = kept.post(products, product("coffee"));
  BOOST_TEST(made.status == 201);
  BOOST_TEST(made.field("connection") == "close");
  nodes.await("another one leads", [&] {
    const auto named = nodes.leader_named_by((leader + 1) % 3);
    return named && *named != leader;
  });
  // New ones are let in, and events begin: who does not know yet loses nothing.
  auto fresh = nodes.client(leader);
  BOOST_TEST(fresh.get("/api/products/count").status == 200);
  event_source source(nodes.port(leader), "/api/products/stream");
  BOOST_TEST(source.opened());
  BOOST_TEST(json_at(fresh.get("/status").body, "/ready") == "false");
  nodes.at(leader).signal(SIGTERM);
  BOOST_TEST((nodes.at(leader).wait(cluster::patience) == ending{128 + SIGTERM}));
}

BOOST_AUTO_TEST_CASE(streams_end_first_and_say_behind_what_to_go_on) {
  shop_cluster node({.nodes = 1, .flags = {"--drain", "60s"}});
  node.start_and_await();
  event_source source(node.port(0), "/api/products/stream");
  BOOST_REQUIRE(source.opened());
  auto through = node.client(0);
  create(through, "tea");
  const auto event = source.next(cluster::patience);
  BOOST_REQUIRE(event.has_value());
  node.at(0).signal(SIGTERM);
  // Its end, although the node is still there.
  BOOST_TEST(!source.next(cluster::patience).has_value());
  BOOST_TEST(source.last_id() == event->id);
  BOOST_TEST(is_draining(node, 0));
}

BOOST_AUTO_TEST_CASE(an_interrupt_is_heeded_as_soon_as_nobody_is_connected) {
  shop_cluster node({.nodes = 1, .flags = {"--drain", "600s"}});
  node.start_and_await();
  auto through = node.client(0);
  BOOST_TEST(through.get("/livez").status == 200);
  node.at(0).signal(SIGINT);
  node.await("it drains", [&] { return is_draining(node, 0); });
  BOOST_TEST(through.get("/livez").field("connection") == "close");
  BOOST_TEST((node.at(0).wait(cluster::patience) == ending{0}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace draining_test
