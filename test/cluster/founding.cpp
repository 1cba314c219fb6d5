#include <filesystem>
#include <set>

#include "test/cluster/fixture.hpp"

namespace founding_test {

using namespace lithair::test;

namespace {

/// Three nodes that are started with the same flags, but for their numbers and places.
class alike : public shop_cluster {
 public:
  alike() : shop_cluster({.same_flags = true}) {}

  std::string cluster_of(std::size_t i) const {
    return json_at(client(i).get("/status").body, "/cluster_id");
  }
  /// Why node `i` is not ready, as it says where it is asked and in its log.
  void await_reason(std::size_t i, const std::string& part) {
    auto asked = client(i, 2000ms);
    await("node " + std::to_string(i + 1) + " says: " + part, [&] {
      const auto said = asked.get("/readyz");
      return said.status == 503 && said.body.find(part) != std::string::npos;
    });
    BOOST_TEST(json_at(asked.get("/status").body, "/not_ready").find(part) != std::string::npos);
    await("its log says so, too", [&] {
      const auto said = log(i);
      const auto at = said.find("not ready: ");
      return at != std::string::npos && said.find(part, at) != std::string::npos;
    });
  }
  void require_one_cluster() {
    std::set<std::string> all;
    for (std::size_t i = 0; i < size(); ++i)
      if (runs(i)) all.insert(cluster_of(i));
    BOOST_TEST(all.size() == 1u);
    BOOST_TEST(!all.contains("null"));
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_founding)

BOOST_AUTO_TEST_CASE(nodes_that_are_all_told_to_found_make_one_cluster) {
  alike nodes;
  nodes.start_and_await();
  nodes.require_one_cluster();
  const auto before = nodes.cluster_of(0);
  auto first = nodes.client(0);
  create(first, "tea");
  // The same flags again: they mean nothing any more.
  for (std::size_t i = 0; i < 3; ++i) nodes.kill(i);
  nodes.start_and_await();
  BOOST_TEST(nodes.cluster_of(2) == before);
  BOOST_TEST(json_at(nodes.client(2).get(products).body, "/total") == "1");
}

BOOST_AUTO_TEST_CASE(two_of_three_found_it_and_the_third_comes_late) {
  alike nodes;
  nodes.start(0);
  nodes.await_reason(0, "founds the cluster once a majority of its 3 members is there");
  nodes.start(2);
  for (const std::size_t i : {0, 2}) nodes.await_ready(i);
  auto through = nodes.client(2);
  create(through, "tea");
  nodes.start(1);
  nodes.await_ready(1);
  nodes.require_one_cluster();
  BOOST_TEST(json_at(nodes.client(1).get(products).body, "/total") == "1");
}

BOOST_AUTO_TEST_CASE(without_the_first_the_others_say_for_whom_they_wait) {
  alike nodes;
  nodes.start(1);
  nodes.start(2);
  nodes.await_reason(1, "waits for node 1 at 127.0.0.1:");
  nodes.await_reason(2, "waits for node 1 at 127.0.0.1:");
  // Whatever happens meanwhile.
  nodes.kill(2);
  nodes.start(2);
  nodes.start(0);
  nodes.await_all_ready();
  nodes.require_one_cluster();
}

BOOST_AUTO_TEST_CASE(a_restart_at_any_moment_of_founding_makes_no_second_cluster) {
  alike nodes;
  for (int round = 0; round < 8; ++round) {
    for (std::size_t i = 0; i < 3; ++i)
      if (!nodes.runs(i)) nodes.start(i);
    auto asked = nodes.client(static_cast<std::size_t>(round) % 3, 2000ms);
    nodes.await("it lives", [&] { return asked.get("/livez").status == 200; });
    nodes.kill(static_cast<std::size_t>(round) % 3);
  }
  for (std::size_t i = 0; i < 3; ++i)
    if (!nodes.runs(i)) nodes.start(i);
  nodes.await_all_ready();
  nodes.require_one_cluster();
}

// With the same flags as at its first start, and an empty disk.
BOOST_AUTO_TEST_CASE(a_member_that_was_wiped_founds_nothing_and_is_told_what_helps) {
  for (const std::size_t wiped : {0, 2}) {
    alike nodes;
    nodes.start_and_await();
    auto other = nodes.client(1);
    create(other, "tea");
    const auto before = nodes.cluster_of(1);
    nodes.kill(wiped);
    std::filesystem::remove_all(nodes.data_directory(wiped));
    nodes.start(wiped);
    nodes.await_reason(wiped, "is not the one it had before; remove the node from the cluster");
    const auto now = nodes.cluster_of(wiped);
    BOOST_TEST((now == before || now == "null"), now);
    create(other, "while it waits");
    // It does not vote as if it had never forgotten: with it alone nothing is decided.
    nodes.kill(2 - wiped);
    nodes.await("node 2 has no majority", [&] { return other.get("/readyz").status == 503; });
    BOOST_TEST(other.post(products, product("nothing")).status == 503);
    nodes.start(2 - wiped);
    nodes.await_ready(1);
    create(other, "afterwards");
  }
}

BOOST_AUTO_TEST_CASE(who_is_missing_is_named) {
  alike nodes;
  nodes.start_and_await();
  nodes.kill(0);
  nodes.kill(2);
  nodes.await_reason(1, "a majority of 3 voters has to be reached, and node 1 at");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace founding_test
