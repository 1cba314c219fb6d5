#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "test/cluster/fixture.hpp"

namespace disk_test {

namespace data = boost::unit_test::data;
using namespace lithair::test;

namespace {

/// Nodes whose disks fail at a word. Each has an order file; see bad_disk/bad_disk.cpp for what it
/// takes.
class bad_disks : public shop_cluster {
 public:
  explicit bad_disks(cluster_options options = {}) : shop_cluster(with_disks(std::move(options))) {}

  /// A rename, so that a node never reads half an order.
  void order(std::size_t i, const std::string& what) const {
    const auto file = directory() / (std::to_string(i + 1) + ".disk");
    std::ofstream(file.string() + ".new") << what;
    std::filesystem::rename(file.string() + ".new", file);
  }
  void heal(std::size_t i) const { order(i, ""); }

 private:
  static cluster_options with_disks(cluster_options x) {
    x.variables = [](const cluster& nodes, std::size_t i) {
      return std::vector<std::string>{
          "LD_PRELOAD=" LITHAIR_BAD_DISK_LIBRARY,
          "LITHAIR_BAD_DISK=" + (nodes.directory() / (std::to_string(i + 1) + ".disk")).string()};
    };
    return x;
  }
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string log_part(const cluster& nodes, std::size_t i) {
  return (nodes.data_directory(i) / "log").string();
}

std::uint64_t total_at(const cluster& nodes, std::size_t i, const std::string& more = "") {
  return number_at(nodes.client(i).get(std::string(products) + more).body, "/total").value_or(0);
}

std::uint64_t term_of(const cluster& nodes, std::size_t i) {
  return number_at(nodes.client(i).get("/status").body, "/term").value_or(0);
}

void await_other_leader(cluster& nodes, std::size_t than, std::size_t named_by) {
  nodes.await("another leads", [&nodes, than, named_by] {
    const auto named = nodes.leader_named_by(named_by);
    return named && *named != than;
  });
}

/// Creates through node `i` until it works: while leadership moves, 503 and 504 are right.
void create_in_the_end(cluster& nodes, std::size_t i, const std::string& name) {
  auto through = nodes.client(i);
  int tries = 0;
  nodes.await("a write succeeds", [&] {
    const auto made = through.post(products, product(name + " " + std::to_string(tries++)));
    BOOST_REQUIRE_MESSAGE(made.status == 201 || made.status == 503 || made.status == 504,
                          made.status << " " << made.body);
    return made.status == 201;
  });
}

/// 200 of them, for a bulk.
std::string many_products(int first) {
  std::string items;
  for (int i = first; i < first + 200; ++i)
    items += (i == first ? "[" : ",") + product(std::string(180, 'x') + std::to_string(i));
  return items + "]";
}

/// The transaction that removes what a bulk made, from `first` on.
std::string removal_of(const std::string& made, std::size_t first) {
  std::string all;
  for (std::size_t i = first; i < 200; ++i)
    all += (all.empty() ? "" : ",") + (R"({"op":"delete","collection":"products","id":")" +
                                       json_at(made, "/" + std::to_string(i) + "/id") + "\"}");
  return R"({"operations":[)" + all + "]}";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_disk)

BOOST_DATA_TEST_CASE(a_leader_whose_disk_fails_hands_over_and_stays_out_until_it_is_restarted,
                     data::make({"sync", "write"}), call) {
  // S4
  bad_disks nodes;
  const auto leader = nodes.start_and_await();
  const auto next = (leader + 1) % 3;
  auto hurt = nodes.client(leader);
  create(hurt, "before");
  const auto term = term_of(nodes, next);
  nodes.order(leader, std::string(call) + " eio " + log_part(nodes, leader));
  const auto unsure = hurt.post(products, product("unsure"));
  await_other_leader(nodes, leader, next);
  create_in_the_end(nodes, next, "after");
  // The two others are a majority without its disk: if they had it first, it is theirs to keep.
  if (unsure.status == 201)
    BOOST_TEST(nodes.client(next).get(item_path(json_at(unsure.body, "/id"))).status == 200);

  nodes.heal(leader);  // The next sync would succeed, and prove nothing.
  BOOST_TEST(hurt.post(products, product("refused")).status == 503);
  const auto ready = hurt.get("/readyz");
  BOOST_TEST(ready.status == 503);
  BOOST_TEST(ready.body.find("Input/output error") != std::string::npos, ready.body);
  BOOST_TEST(json_at(hurt.get("/status").body, "/trouble").find("Input/output error") !=
             std::string::npos);
  BOOST_TEST(hurt.get("/livez").status == 200);
  BOOST_TEST(term_of(nodes, next) > term);

  nodes.kill(leader);
  nodes.start(leader);
  nodes.await_ready(leader);
  BOOST_TEST(total_at(nodes, leader) == total_at(nodes, next));
}

BOOST_AUTO_TEST_CASE(a_follower_whose_disk_fails_leaves_the_others_alone) {
  // S4
  bad_disks nodes({.flags = patient});
  const auto leader = nodes.start_and_await();
  const auto hurt = (leader + 1) % 3;
  const auto term = term_of(nodes, leader);
  nodes.order(hurt, "sync eio " + log_part(nodes, hurt));
  auto through = nodes.client(leader);
  for (int i = 0; i < 20; ++i) create(through, "tea " + std::to_string(i));
  auto asked = nodes.client(hurt);
  nodes.await("it says so", [&asked] { return asked.get("/readyz").status == 503; });
  BOOST_TEST(asked.post(products, product("coffee")).status == 503);
  BOOST_TEST(term_of(nodes, leader) == term, "no election");
  nodes.heal(hurt);
  nodes.kill(hurt);
  nodes.start(hurt);
  nodes.await_ready(hurt);
  BOOST_TEST(total_at(nodes, hurt) == 20u);
}

BOOST_AUTO_TEST_CASE(a_checkpoint_that_the_disk_refuses_ends_service_too) {
  bad_disks nodes({.nodes = 1, .flags = {"--checkpoint-entries", "10"}});
  nodes.start_and_await();
  nodes.order(0, "sync eio /state/");
  auto through = nodes.client(0);
  std::uint64_t acknowledged = 0;
  std::uint64_t unknown = 0;
  nodes.await("it notices", [&] {
    const auto made =
        through.post(products, product("tea " + std::to_string(acknowledged + unknown)));
    if (made.status == 201) ++acknowledged;
    // It was in the log when service ended.
    if (made.status == 504) ++unknown;
    return made.status == 503;
  });
  nodes.heal(0);
  nodes.kill(0);
  nodes.start(0);
  nodes.await_ready(0);
  const auto total = total_at(nodes, 0);
  BOOST_TEST(total >= acknowledged);
  BOOST_TEST(total <= acknowledged + unknown);
}

BOOST_AUTO_TEST_CASE(one_node_with_a_full_disk_reads_on_and_writes_again_when_there_is_room) {
  // S3
  bad_disks nodes({.nodes = 1});
  nodes.start_and_await();
  auto through = nodes.client(0);
  const auto path = item_path(create(through, "tea"));
  nodes.order(0, "space none " + nodes.data_directory(0).string());
  // The first write finds out, and waits for room; what comes after is refused.
  std::thread first([&nodes] { (void)nodes.client(0).post(products, product("coffee")); });
  nodes.await("it refuses writes", [&through] {
    const auto refused = through.post(products, product(""));
    return json_at(through.get("/status").body, "/trouble").find("full") != std::string::npos;
  });
  const auto refused = through.post(products, product("cocoa"));
  BOOST_TEST(refused.status == 503);
  BOOST_TEST(refused.body.find("full") != std::string::npos, refused.body);
  BOOST_TEST(!refused.field("retry-after").empty());
  BOOST_TEST(through.get(path).status == 200);
  BOOST_TEST(through.get("/readyz").status == 200, "reads are served");
  nodes.heal(0);
  first.join();
  create_in_the_end(nodes, 0, "milk");
  BOOST_TEST(json_at(through.get("/status").body, "/trouble") == "null");
  nodes.kill(0);
  nodes.start(0);
  nodes.await_ready(0);
  BOOST_TEST(through.get(path).status == 200);
  BOOST_TEST(through.get(std::string(products) + "?name=cocoa").body.find("cocoa") ==
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_follower_with_a_full_disk_is_not_ready_by_every_word_of_it) {
  bad_disks nodes;
  const auto leader = nodes.start_and_await();
  const auto full = (leader + 1) % 3;
  auto through = nodes.client(full);
  const auto says = [&](const std::string& ready, int status) {
    return through.get("/readyz").status == status &&
           json_at(through.get("/status").body, "/ready") == ready &&
           has(through.get("/metrics").body,
               "lithair_ready{group=\"1\"} " + std::string(ready == "true" ? "1\n" : "0\n"));
  };
  nodes.order(full, "space none " + nodes.data_directory(full).string());
  create_in_the_end(nodes, leader, "what it can't write");
  nodes.await("it is not ready", [&] { return says("false", 503); });
  BOOST_TEST(has(through.get("/readyz").body, "full"));
  BOOST_TEST(has(json_at(through.get("/status").body, "/not_ready"), "full"));
  nodes.heal(full);
  nodes.await("it is ready", [&] { return says("true", 200); });
}

BOOST_AUTO_TEST_CASE(databases_at_the_size_that_was_allowed_refuse_writes_and_are_read_on) {
  // S13
  bad_disks nodes(
      {.nodes = 1,
       .flags = {"--map-size", "2MiB", "--checkpoint-entries", "50", "--log-margin", "10"}});
  nodes.start_and_await();
  auto through = nodes.client(0);
  const auto path = item_path(create(through, "tea"));
  const std::string long_name(180, 'x');
  std::uint64_t acknowledged = 1;
  int bulk = 0;
  nodes.await("it refuses writes", [&] {
    std::string items;
    for (int i = 0; i < 200; ++i)
      items += (i == 0 ? "[" : ",") +
               product(long_name + std::to_string(bulk) + "-" + std::to_string(i));
    ++bulk;
    const auto made = through.post(std::string(products) + "/_bulk", items + "]");
    if (made.status == 201) acknowledged += 200;
    return made.status == 503 && made.body.find("--map-size") != std::string::npos;
  });
  BOOST_TEST(through.get(path).status == 200);
  nodes.kill(0);
  nodes.start(0);
  nodes.await_ready(0);
  const auto total = total_at(nodes, 0);
  BOOST_TEST(total >= acknowledged);
  BOOST_TEST((total - 1) % 200 == 0u);
}

BOOST_AUTO_TEST_CASE(near_its_limit_a_cluster_takes_deletions_and_then_all_writes_again) {
  // `-- --map-mb 48` for more.
  const auto size = std::to_string(argument("--map-mb", 8)) + "MiB";
  shop_cluster nodes({.flags = {"--map-size", size}});
  const auto asked = (nodes.start_and_await() + 1) % 3;
  auto through = nodes.client(asked);
  const auto is_full = [](const answer& x) {
    return x.body.find("--map-size") != std::string::npos &&
           x.body.find("delete items") != std::string::npos;
  };
  std::vector<std::string> bulks;
  int number = 0;
  nodes.await("it refuses writes", [&] {
    const auto made = through.post(std::string(products) + "/_bulk", many_products(number));
    if (made.status == 201) bulks.push_back(made.body);
    number += 200;
    BOOST_REQUIRE_MESSAGE(made.status == 201 || made.status == 503, made.body);
    return made.status == 503 && is_full(made);
  });
  const auto refused = through.post(products, product("one more"));
  BOOST_TEST(refused.status == 503);
  BOOST_TEST(!refused.field("retry-after").empty());
  BOOST_TEST(through.get("/readyz").status == 200, "reads and deletions are served");
  // The leader refused; who was asked finds out by its own next checkpoint.
  nodes.await("it says so", [&] {
    return is_full(through.get("/readyz")) && is_full(through.get("/status")) &&
           nodes.log(asked).find("only deletions are taken") != std::string::npos;
  });

  // Half of it, of which one alone.
  const auto total = total_at(nodes, asked);
  BOOST_TEST(through.send("DELETE", item_path(json_at(bulks[0], "/0/id"))).status == 204);
  for (std::size_t i = 0; i < bulks.size() / 2; ++i) {
    nodes.await("it removes", [&] {
      const auto made = through.post("/api/_txn", removal_of(bulks[i], i == 0 ? 1 : 0));
      BOOST_REQUIRE_MESSAGE(made.status == 200 || made.status == 503, made.body);
      return made.status == 200;
    });
  }
  BOOST_TEST(total_at(nodes, asked) == total - bulks.size() / 2 * 200);
  create_in_the_end(nodes, asked, "there is room");
  nodes.await("nothing is wrong",
              [&] { return json_at(through.get("/status").body, "/trouble") == "null"; });
  BOOST_TEST(nodes.log(asked).find("there is room to grow again") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(deleting_makes_room_where_items_are_all_that_there_is) {
  // Without indexes: what streams are told of a deletion is as long as what it frees.
  shop_cluster node({.nodes = 1, .flags = {"--map-size", "8MiB"}});
  const auto models = node.directory() / "notes.toml";
  std::ofstream(models) << "[models.notes.fields]\n"
                           "id = { type = \"integer\", primary_key = true, replicate = true }\n"
                           "text = { type = \"string\", replicate = true }\n";
  node.told().models = models;
  node.start(0);
  node.await_ready(0);
  auto through = node.client(0);
  const auto note = [](int id) {
    return R"({"id":)" + std::to_string(id) + R"(,"text":")" + std::string(2000, 'x') + "\"}";
  };
  int made = 0;
  node.await("it refuses writes", [&] {
    const auto answer = through.post("/api/notes", note(made));
    made += answer.status == 201;
    return answer.status == 503 && answer.body.find("delete items") != std::string::npos;
  });
  BOOST_TEST(made > 1000);
  for (int id = 0; id < made / 2; ++id)
    node.await("it removes", [&] {
      return through.send("DELETE", "/api/notes/" + std::to_string(id)).status == 204;
    });
  node.await("there is room", [&] { return through.post("/api/notes", note(made)).status == 201; });
}

BOOST_AUTO_TEST_CASE(a_leader_with_a_full_disk_hands_over_to_one_with_room) {
  // S3
  bad_disks nodes;
  const auto leader = nodes.start_and_await();
  const auto next = (leader + 1) % 3;
  create_in_the_end(nodes, leader, "before");
  nodes.order(leader, "space none " + nodes.data_directory(leader).string());
  (void)nodes.client(leader).post(products, product("finds out"));
  await_other_leader(nodes, leader, next);
  create_in_the_end(nodes, next, "after");
  nodes.heal(leader);
  create_in_the_end(nodes, leader, "through the one that was full");
  nodes.await("all have the same", [&] {
    return total_at(nodes, leader, "?consistency=local") == total_at(nodes, next);
  });
}

BOOST_AUTO_TEST_CASE(syncs_slower_than_an_election_timeout_cost_time_and_no_election) {
  // S5; `-- --sync-ms 5000` for longer.
  const auto wait = std::to_string(argument("--sync-ms", 2500));
  bad_disks nodes({.flags = patient_and({"--request-timeout", "60s"})});
  const auto leader = nodes.start_and_await();
  const auto term = term_of(nodes, leader);
  for (std::size_t i = 0; i < 3; ++i)
    nodes.order(i, "sync wait " + wait + " " + log_part(nodes, i));
  auto through = nodes.client((leader + 1) % 3);
  for (int i = 0; i < 2; ++i) {
    const auto made = through.post(products, product("tea " + std::to_string(i)));
    BOOST_TEST(made.status == 201, made.status << " " << made.body);
  }
  BOOST_TEST(term_of(nodes, leader) == term);
  for (std::size_t i = 0; i < 3; ++i) nodes.heal(i);
  nodes.await_all_ready();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace disk_test
