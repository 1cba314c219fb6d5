#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include "test/cluster/fixture.hpp"
#include "test/cluster/harness/event_source.hpp"
#include "test/cluster/lone_node.hpp"

namespace backup_test {

namespace data = boost::unit_test::data;
namespace fs = std::filesystem;
using namespace lithair::test;
using namespace lithair::test::lone;

namespace {

std::uint64_t number(const std::string& text) {
  std::uint64_t result = 0;
  std::from_chars(text.data(), text.data() + text.size(), result);
  return result;
}

/// Creates products and changes their stock, and remembers what was acknowledged at which index.
class busy_client {
 public:
  explicit busy_client(http_client through) : through_(std::move(through)) {
    thread_ = std::thread([this] { work(); });
  }
  ~busy_client() { finish(); }

  void finish() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  std::size_t writes() const { return count_; }

  /// The stock of each product as of an index. After `finish`.
  std::map<std::string, int> as_of(std::uint64_t index) const {
    std::map<std::string, int> result;
    for (const auto& [at, write] : writes_)
      if (at <= index) result[write.first] = write.second;
    return result;
  }

 private:
  void work() {
    std::vector<std::string> ids;
    for (int i = 0; !stop_; ++i) {
      const bool creates = i % 4 == 0;
      const auto answer =
          creates ? through_.post(products, product("tea " + std::to_string(i), i))
                  : through_.send("PATCH", item_path(ids[static_cast<std::size_t>(i) % ids.size()]),
                                  R"({"stock":)" + std::to_string(i) + "}");
      if (answer.status != (creates ? 201 : 200)) continue;
      if (creates) ids.push_back(json_at(answer.body, "/id"));
      writes_[number(answer.field("x-raft-index"))] = {json_at(answer.body, "/id"), i};
      ++count_;
    }
  }

  http_client through_;
  std::atomic<bool> stop_{false};
  std::atomic<std::size_t> count_{0};
  std::map<std::uint64_t, std::pair<std::string, int>> writes_;  // by index: id and stock
  std::thread thread_;
};

std::map<std::string, int> all_products(http_client& through) {
  std::map<std::string, int> result;
  std::string after;
  do {
    const auto page = through.get(std::string(products) + "?take=1000" +
                                  (after.empty() ? "" : "&after=" + after));
    BOOST_REQUIRE_MESSAGE(page.status == 200, page.body);
    for (std::size_t i = 0;; ++i) {
      const auto at = "/data/" + std::to_string(i);
      const auto id = json_at(page.body, at + "/id");
      if (id.empty()) break;
      result[id] = static_cast<int>(number(json_at(page.body, at + "/stock")));
    }
    after = json_at(page.body, "/next");
  } while (after != "null");
  return result;
}

/// A backup of a node that holds one product, in a file, and a directory to work in.
struct one_backup {
  one_backup() {
    shop_cluster node({.nodes = 1});
    node.start_and_await();
    auto through = node.client(0);
    create(through, "tea");
    const auto taken = through.get("/_admin/backup");
    BOOST_REQUIRE(taken.status == 200);
    bytes = taken.body;
    fs::create_directory(here());
    write(bytes);
  }
  fs::path here() const { return place.path() / "here"; }
  fs::path file() const { return place.path() / "shop.backup"; }
  void write(const std::string& content) const {
    std::ofstream(file(), std::ios::binary | std::ios::trunc) << content;
  }
  run_result restore(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"--restore", file().string(), "--data-dir", "data"});
    return run_in(here(), std::move(more));
  }

  temporary_directory place;
  std::string bytes;
};

void require_refusal(const run_result& x, const std::string& word) {
  BOOST_TEST(x.status == 2);
  BOOST_TEST(std::ranges::count(x.said, '\n') == 1, x.said);
  BOOST_TEST(x.said.starts_with("lithair_node: --restore: "), x.said);
  BOOST_TEST(x.said.find(word) != std::string::npos, x.said << " does not say " << word);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_backup)

BOOST_AUTO_TEST_CASE(a_backup_under_load_restores_the_state_of_its_index_and_others_can_join) {
  // N8
  shop_cluster nodes;
  const auto leader = nodes.start_and_await();
  busy_client load(nodes.client(leader));
  auto at = nodes.client((leader + 1) % 3);
  nodes.await("there is something to keep", [&] { return load.writes() > 100; });
  const auto first = at.get("/_admin/backup");
  const auto seen = load.writes();
  nodes.await("the load goes on", [&] { return load.writes() > seen + 100; });
  const auto taken = at.get("/_admin/backup");
  const auto more = load.writes();
  nodes.await("the load goes on", [&] { return load.writes() > more + 100; });
  load.finish();

  BOOST_REQUIRE(taken.status == 200);
  const auto index = number(taken.field("x-applied-index"));
  BOOST_TEST(index > number(first.field("x-applied-index")));
  BOOST_TEST(taken.field("content-disposition").find(std::to_string(index)) != std::string::npos);
  const auto expected = load.as_of(index);
  BOOST_TEST(expected.size() > 20u);
  BOOST_TEST(expected.size() < load.as_of(UINT64_MAX).size());

  const temporary_directory place;
  const auto here = place.path() / "here";
  fs::create_directory(here);
  std::ofstream(here / "shop.backup", std::ios::binary) << taken.body;
  const port_block ports;
  const auto addr = "127.0.0.1:" + std::to_string(ports.http(0));
  const auto restored = run_in(
      here, {"--restore", "shop.backup", "--data-dir", "data", "--addr", addr, "--models", shop});
  BOOST_TEST(restored.status == 0, restored.said);
  BOOST_TEST(restored.said.find("index " + std::to_string(index)) != std::string::npos);

  const lone_node again(here, ports.http(0), {"--data-dir", "data"});
  auto through = again.client();
  BOOST_TEST((all_products(through) == expected));
  create(through, "afterwards");
  const lone_node second(here, ports.http(1),
                         {"--data-dir", "data-2", "--node-id", "2", "--join", addr});
  auto joined = second.client();
  BOOST_TEST(all_products(joined).size() == expected.size() + 1);
  BOOST_TEST(json_at(joined.get("/status").body, "/cluster_id") ==
             json_at(through.get("/status").body, "/cluster_id"));
  BOOST_TEST(json_at(joined.get("/status").body, "/cluster_id") !=
             json_at(at.get("/status").body, "/cluster_id"));
}

BOOST_AUTO_TEST_CASE(no_number_that_a_client_kept_means_something_else_after_a_restore) {
  const temporary_directory place;
  const auto here = place.path() / "here";
  fs::create_directory(here);
  const auto keep_backup = [&](const std::string& name, http_client& through) {
    const auto taken = through.get("/_admin/backup");
    BOOST_REQUIRE(taken.status == 200);
    std::ofstream(here / name, std::ios::binary) << taken.body;
  };
  const auto restore = [&](const std::string& name, const std::string& directory) {
    const auto x = run_in(here, {"--restore", name, "--data-dir", directory});
    BOOST_REQUIRE_MESSAGE(x.status == 0, x.said);
    BOOST_TEST(x.said.find("goes on   at index ") != std::string::npos, x.said);
  };

  // What a client keeps of the time before the backup, and of the time after it.
  shop_cluster old({.nodes = 1});
  old.start_and_await();
  const std::string stream = std::string(products) + "/stream";
  struct {
    std::string id, tag, index, event;
  } early, late;
  auto through = old.client(0);
  const auto remember = [&](auto& what, const std::string& name) {
    const auto made = through.post(products, product(name, 1));
    BOOST_REQUIRE(made.status == 201);
    what.id = json_at(made.body, "/id");
    what.tag = made.field("etag");
    what.index = what.event = made.field("x-raft-index");
  };
  remember(early, "early");
  keep_backup("first.backup", through);
  for (int i = 0; i < 10; ++i) create(through, "lost " + std::to_string(i));
  remember(late, "late");
  create(through, "lost too");

  restore("first.backup", "data");
  const port_block ports;
  std::string second_event;
  const auto check = [&](const lone_node& node, std::uint16_t port) {
    auto at = node.client();
    event_source resumed(port, stream, late.event);
    BOOST_TEST(resumed.status() == 410);
    BOOST_TEST(resumed.answer().find("restored") != std::string::npos, resumed.answer());
    BOOST_TEST(at.get(item_path(early.id), {{"X-Min-Index", late.index}}).status == 412);
    BOOST_TEST(
        at.get(products, {{"X-Min-Index", late.index}, {"X-Consistency", "linearizable"}}).status ==
        412);
    BOOST_TEST(at.get("/readyz?min_index=" + late.index).status == 412);
    BOOST_TEST(
        at.send("PATCH", item_path(early.id), R"({"stock":9})", {{"If-Match", late.tag}}).status ==
        412);
    // Of the time before the backup everything holds.
    BOOST_TEST(at.get(item_path(early.id), {{"X-Min-Index", early.index}}).status == 200);
    BOOST_TEST(at.get("/readyz?min_index=" + early.index).status == 200);
    BOOST_TEST(at.get(item_path(early.id)).field("etag") == early.tag);
  };
  {
    const lone_node node(here, ports.http(0), {"--data-dir", "data"});
    check(node, ports.http(0));
    auto again = node.client();
    const auto made = again.post(products, product("new", 1));
    BOOST_TEST(number(made.field("x-raft-index")) > number(late.index));
    event_source resumed(ports.http(0), stream, early.event);
    const auto told = resumed.next(cluster::patience);
    BOOST_REQUIRE(told.has_value());
    BOOST_TEST(told->data.find("\"new\"") != std::string::npos, told->data);
    // An id that no log has had yet.
    event_source ahead(ports.http(0), stream, std::to_string(number(told->id) + 1000));
    BOOST_TEST(ahead.status() == 410);

    const lone_node second(here, ports.http(1),
                           {"--data-dir", "data-2", "--node-id", "2", "--join",
                            "127.0.0.1:" + std::to_string(ports.http(0))});
    check(second, ports.http(1));
    keep_backup("second.backup", again);
    second_event = again.post(products, product("lost again", 1)).field("x-raft-index");
  }
  restore("second.backup", "data-3");
  const lone_node node(here, ports.http(2), {"--data-dir", "data-3"});
  check(node, ports.http(2));
  event_source resumed(ports.http(2), stream, second_event);
  BOOST_TEST(resumed.status() == 410);
}

BOOST_AUTO_TEST_CASE(a_checkpoint_covers_what_was_acknowledged_before_it_was_asked_for) {
  shop_cluster node({.nodes = 1});
  node.start_and_await();
  auto through = node.client(0);
  for (int i = 0; i < 5; ++i) {
    const auto made = through.post(products, product("tea " + std::to_string(i)));
    const auto index = number(made.field("x-raft-index"));
    const auto kept = through.post("/_admin/snapshot", "");
    BOOST_TEST(kept.status == 200, kept.body);
    BOOST_TEST(number_at(kept.body, "/index").value_or(0) >= index);
    BOOST_TEST(number_at(kept.body, "/bytes").value_or(0) > 0u);
    const auto taken = through.get("/_admin/backup");
    BOOST_TEST(taken.field("etag") == '"' + json_at(kept.body, "/checksum") + '"');
    BOOST_TEST(taken.body.size() == number_at(kept.body, "/bytes").value_or(0));
  }
}

BOOST_AUTO_TEST_CASE(a_damaged_truncated_or_foreign_file_is_refused_and_nothing_is_created) {
  const one_backup backup;
  const auto refused = [&](const std::string& content, const std::string& word) {
    backup.write(content);
    require_refusal(backup.restore(), word);
    BOOST_TEST(fs::is_empty(backup.here()));
  };
  for (const auto at : {std::size_t{20}, backup.bytes.size() / 2, backup.bytes.size() - 1}) {
    auto flipped = backup.bytes;
    flipped[at] = static_cast<char>(flipped[at] ^ 4);
    refused(flipped, "shop.backup");
  }
  refused(backup.bytes.substr(0, backup.bytes.size() - 1), "shop.backup");
  refused(backup.bytes.substr(0, 10), "shop.backup");
  refused(backup.bytes + "x", "shop.backup");
  refused("not a backup, but long enough to be looked at", "is not a snapshot");
  refused("", "shop.backup");
}

BOOST_AUTO_TEST_CASE(a_backup_of_other_models_is_refused) {
  const one_backup backup;
  std::ofstream(backup.place.path() / "other.toml")
      << "[models.products.fields]\nid = { type = \"integer\", primary_key = true, replicate = "
         "true }\n";
  const auto other = (backup.place.path() / "other.toml").string();
  require_refusal(backup.restore({"--models", other}), "other models");
  BOOST_TEST(fs::is_empty(backup.here()));
  // What was restored without naming models is checked when it is started.
  BOOST_TEST(backup.restore().status == 0);
  const auto started = run_in(backup.here(), {"--models", other, "--data-dir", "data"});
  BOOST_TEST(started.status != 0);
  BOOST_TEST(started.said.find("other models") != std::string::npos, started.said);
}

BOOST_AUTO_TEST_CASE(a_backup_leaves_out_what_a_node_has_for_itself_and_says_so) {
  const std::string users = LITHAIR_SOURCE "/apps/examples/users.toml";
  shop_cluster node({.nodes = 1, .models = users});
  node.start_and_await();
  auto through = node.client(0);
  BOOST_TEST(
      through.post("/api/users", R"({"email":"a@b.example","name":"ann","hits":3})").status == 201);
  const auto visit = through.post("/api/visits", R"({"path":"/"})");
  BOOST_TEST(visit.status == 201);
  const temporary_directory place;
  const auto here = place.path() / "here";
  fs::create_directory(here);
  std::ofstream(here / "users.backup", std::ios::binary) << through.get("/_admin/backup").body;
  const auto restored = run_in(here, {"--restore", "users.backup", "--data-dir", "data"});
  BOOST_TEST(restored.status == 0);
  BOOST_TEST(restored.said.find("holds     users as of") != std::string::npos, restored.said);
  BOOST_TEST(restored.said.find("what each node has for itself: visits") != std::string::npos,
             restored.said);
  const port_block ports;
  const lone_node again(here, ports.http(0), {"--data-dir", "data"}, users);
  const auto found = again.client().get("/api/users").body;
  BOOST_TEST(json_at(found, "/data/0/name") == "ann", found);
  BOOST_TEST(json_at(found, "/data/0/hits") == "0");
  BOOST_TEST(json_at(again.client().get("/api/visits").body, "/total") == "0");
  // It begins anew, and with numbers that it never had.
  const auto old_event = visit.field("x-raft-index");
  event_source resumed(ports.http(0), "/api/visits/stream", old_event);
  BOOST_TEST(resumed.status() == 410);
  BOOST_TEST(again.client().get("/api/visits", {{"X-Min-Index", old_event}}).status == 412);
  const auto next = again.client().post("/api/visits", R"({"path":"/"})");
  BOOST_TEST(next.status == 201);
  BOOST_TEST(number(next.field("x-raft-index")) > std::uint64_t{1} << 40);
}

BOOST_AUTO_TEST_CASE(a_directory_that_holds_something_or_is_in_use_is_refused) {
  const one_backup backup;
  fs::create_directory(backup.here() / "data");
  std::ofstream(backup.here() / "data" / "letter") << "dear";
  require_refusal(backup.restore(), "holds something already");
  BOOST_TEST(read_file(backup.here() / "data" / "letter") == "dear");
  fs::remove(backup.here() / "data" / "letter");

  BOOST_TEST(backup.restore().status == 0);  // An empty one is fine.
  const port_block ports;
  const lone_node node(backup.here(), ports.http(0), {"--data-dir", "data"});
  require_refusal(backup.restore(), "holds something already");
  auto through = node.client();
  BOOST_TEST(all_products(through).size() == 1u);
}

BOOST_AUTO_TEST_CASE(restoring_makes_a_cluster_of_one) {
  const one_backup backup;
  for (const auto& more : {std::vector<std::string>{"--join", "127.0.0.1:1", "--node-id", "2"},
                           std::vector<std::string>{"--port", "8080", "--peers", "8081"}}) {
    const auto x = run_in(backup.here(), [&] {
      auto words = more;
      words.insert(words.end(), {"--restore", backup.file().string()});
      return words;
    }());
    require_refusal(x, "cluster of one");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace backup_test
