#include <atomic>
#include <random>
#include <set>
#include <thread>

#include "test/cluster/fixture.hpp"
#include "test/cluster/harness/event_source.hpp"

namespace streams_test {

using namespace lithair::test;

namespace {

constexpr auto stream = "/api/products/stream";

/// Everything that the feed of a node still holds, up to and with the creation of `last`.
std::vector<stream_event> all_events(const cluster& nodes, std::size_t node,
                                     const std::string& last, const std::string& after = "0") {
  std::vector<stream_event> made;
  event_source source(nodes.port(node), stream, after);
  BOOST_REQUIRE(source.opened());
  while (made.empty() || made.back().data.find(last) == std::string::npos) {
    auto next = source.next(cluster::patience);
    BOOST_REQUIRE_MESSAGE(next, "the stream ended before " << last);
    made.push_back(std::move(*next));
  }
  return made;
}

/// Writes through random nodes until it is told to stop: single items, and several in one command.
/// Remembers the names that were acknowledged.
class writer {
 public:
  explicit writer(const cluster& nodes) : thread_([this, &nodes] { run(nodes); }) {}
  ~writer() { stop(); }

  void stop() {
    stopped_ = true;
    if (thread_.joinable()) thread_.join();
  }
  std::size_t acknowledged() const { return count_; }
  const std::set<std::string>& names() const { return names_; }

 private:
  void run(const cluster& nodes) {
    std::mt19937 chance(7);
    for (int i = 0; !stopped_; ++i) {
      auto through = nodes.client(chance() % nodes.size());
      const auto name = "item " + std::to_string(i) + ".";
      const bool several = i % 3 == 0;
      const auto body = several ? "[" + product(name + "a") + "," + product(name + "b") + "," +
                                      product(name + "c") + "]"
                                : product(name);
      const auto done = through.post(several ? "/api/products/_bulk" : products, body);
      if (done.status != 201) continue;
      for (const auto* part : {"a", "b", "c"}) names_.insert(several ? name + part : name);
      ++count_;
    }
  }

  std::atomic<bool> stopped_{false};
  std::atomic<std::size_t> count_{0};
  std::set<std::string> names_;
  std::thread thread_;
};

/// Reads on with the last id that was seen, from another node each time a few events have come.
class wanderer {
 public:
  explicit wanderer(const cluster& nodes) : nodes_(nodes) {}

  const std::vector<stream_event>& seen() const { return seen_; }

  /// Goes on until `done`; whatever node it meets may be gone.
  template <class Done>
  void read_until(Done done) {
    const auto deadline = std::chrono::steady_clock::now() + 4 * cluster::patience;
    while (!done()) {
      BOOST_REQUIRE(std::chrono::steady_clock::now() < deadline);
      event_source source(nodes_.port(chance_() % nodes_.size()), stream, last_id_);
      BOOST_REQUIRE(source.status() == 0 || source.status() == 200 || source.status() == 503);
      for (auto left = 1 + chance_() % 20; source.opened() && left > 0 && !done(); --left) {
        auto next = source.next(500ms);
        if (!next) break;
        last_id_ = next->id;
        seen_.push_back(std::move(*next));
      }
    }
  }

 private:
  const cluster& nodes_;
  std::string last_id_ = "0";
  std::vector<stream_event> seen_;
  std::mt19937 chance_{11};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_streams)

BOOST_AUTO_TEST_CASE(a_reader_that_goes_from_node_to_node_while_nodes_die_sees_each_event_once) {
  shop_cluster nodes;
  nodes.start_and_await();
  writer writes(nodes);
  wanderer reader(nodes);
  for (int round = 0; round < 3; ++round) {
    const auto leader = nodes.await_leader();
    const auto written = writes.acknowledged();
    nodes.kill(round == 1 ? (leader + 1) % 3 : leader);
    const auto seen = reader.seen().size();
    reader.read_until(
        [&] { return reader.seen().size() > seen + 40 && writes.acknowledged() > written + 20; });
    for (std::size_t i = 0; i < nodes.size(); ++i)
      if (!nodes.runs(i)) nodes.start(i);
    nodes.await_all_ready();
  }
  writes.stop();
  auto through = nodes.client(0);
  create(through, "the last");
  reader.read_until(
      [&] { return reader.seen().back().data.find("the last") != std::string::npos; });

  for (std::size_t i = 0; i < nodes.size(); ++i)
    BOOST_TEST((all_events(nodes, i, "the last") == reader.seen()));
  std::set<std::string> names;
  for (const auto& event : reader.seen())
    BOOST_TEST(names.insert(json_at(event.data, "/name")).second);
  for (const auto& name : writes.names()) BOOST_TEST(names.contains(name), name);
}

BOOST_AUTO_TEST_CASE(a_node_that_was_brought_up_by_a_snapshot_tells_what_it_never_applied) {
  shop_cluster nodes({.flags = {"--checkpoint-entries", "40", "--log-margin", "0",
                                "--checkpoint-interval", "1s"}});
  const auto leader = nodes.start_and_await();
  auto through = nodes.client(leader);
  const auto late = (leader + 1) % 3;
  create(through, "the first");
  nodes.stop(late);
  for (int i = 0; i < 300; ++i) create(through, "item " + std::to_string(i));
  nodes.await("the log being cut", [&] {
    return number_at(nodes.client(leader).get("/status").body, "/first_index") > 200u;
  });
  nodes.start(late);
  nodes.await_ready(late);
  create(through, "the last");
  const auto expected = all_events(nodes, leader, "the last");
  BOOST_TEST(expected.size() == 302u);
  BOOST_TEST((all_events(nodes, late, "the last") == expected));
  BOOST_TEST(nodes.log(late).find("the state now is the leader's") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_place_that_is_not_kept_any_more_is_gone_and_the_answer_says_what_to_do) {
  shop_cluster nodes({.nodes = 1});
  nodes.start_and_await();
  auto through = nodes.client(0);
  const auto first = through.post(products, product("the first"));
  const auto secret = std::string(90'000, 'x');
  for (int i = 0; i < 5; ++i) {
    std::string body;
    for (int j = 0; j < 170; ++j)
      body += std::string(body.empty() ? "[" : ",") + R"({"name":")" +
              std::to_string(i * 1000 + j) + R"(","price":"1","secret":")" + secret + "\"}";
    const auto done = through.post("/api/products/_bulk", body + "]");
    BOOST_REQUIRE_MESSAGE(done.status == 201, done.status << done.body.substr(0, 500));
  }
  event_source late(nodes.port(0), stream, first.field("x-raft-index"));
  BOOST_TEST(late.status() == 410);
  BOOST_TEST(late.answer().find("X-Applied-Index") != std::string::npos);
  event_source from_now(nodes.port(0), stream);
  BOOST_TEST(from_now.opened());
  create(through, "the last");
  const auto next = from_now.next(cluster::patience);
  BOOST_REQUIRE(next);
  BOOST_TEST(next->type == "create");
}

BOOST_AUTO_TEST_CASE(a_graceful_stop_ends_streams_and_nothing_is_missed_on_another_node) {
  shop_cluster nodes;
  const auto leader = nodes.start_and_await();
  event_source source(nodes.port(leader), stream);
  BOOST_REQUIRE(source.opened());
  auto before = nodes.client(leader);
  create(before, "tea");
  BOOST_TEST(source.next(cluster::patience).has_value());
  BOOST_TEST(nodes.stop(leader).status == 0);
  BOOST_TEST(!source.next(cluster::patience).has_value());
  const auto next = (leader + 1) % 3;
  nodes.await_leader();
  auto through = nodes.client(next);
  create(through, "coffee");
  event_source again(nodes.port(next), stream, source.last_id());
  const auto event = again.next(cluster::patience);
  BOOST_REQUIRE(event);
  BOOST_TEST(json_at(event->data, "/name") == "coffee");
}

BOOST_AUTO_TEST_CASE(a_place_ahead_of_the_log_is_gone_on_every_node_also_behind_a_restart) {
  shop_cluster nodes;
  const auto leader = nodes.start_and_await();
  auto through = nodes.client(leader);
  create(through, "tea");
  const auto check = [&](std::size_t node) {
    for (const auto* place : {"100000", "100000.1", "18446744073709551615"}) {
      const event_source ahead(nodes.port(node), stream, place);
      BOOST_TEST(ahead.status() == 410, "node " << node + 1 << ", " << place);
      BOOST_TEST(ahead.answer().find("Read the collection anew") != std::string::npos);
      const event_source asked(nodes.port(node), std::string(stream) + "?after=" + place);
      BOOST_TEST(asked.status() == 410);
    }
  };
  for (std::size_t i = 0; i < nodes.size(); ++i) check(i);
  for (const auto i : {leader, (leader + 1) % 3}) {
    nodes.kill(i);
    nodes.start(i);
    nodes.await_ready(i);
    check(i);
  }
}

BOOST_AUTO_TEST_CASE(a_stream_on_a_node_without_a_majority_says_so_and_ends) {
  shop_cluster nodes;
  const auto left = nodes.start_and_await();
  auto through = nodes.client(left);
  const auto made = through.post(products, product("tea"));
  nodes.kill((left + 1) % 3);
  nodes.kill((left + 2) % 3);
  // Its end, and all that it said until then; and one whose place nobody can judge meanwhile.
  const auto text = send_raw(nodes.port(left), "GET " + std::string(stream) + " HTTP/1.0\r\n\r\n",
                             cluster::patience);
  BOOST_TEST(text.starts_with("HTTP/1.1 200 "));
  const auto id = "id: " + made.field("x-raft-index") + "\n\n";
  BOOST_TEST(text.ends_with("; go on at another one.\n" + id), text);
  const auto ahead = nodes.client(left).get(stream, {{"Last-Event-ID", "100000"}});
  BOOST_TEST(ahead.status == 503);
  BOOST_TEST(ahead.field("retry-after") == "1");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace streams_test
