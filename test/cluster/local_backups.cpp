#include <boost/test/unit_test.hpp>

#include <fstream>
#include <map>
#include <memory>

#include "models/value/timestamp.hpp"
#include "persistence/backup_files.hpp"
#include "persistence/own_group.hpp"
#include "test/cluster/harness/event_source.hpp"
#include "test/cluster/lone_node.hpp"

namespace local_backups_test {

namespace fs = std::filesystem;
using namespace lithair;
using namespace lithair::test;
using namespace lithair::test::lone;

namespace {

constexpr auto users = "/api/users";
constexpr auto visits = "/api/visits";

/// Users that all nodes have, each with something that a node knows for itself, and visits that are
/// each node's own. Histories tell when what was written.
constexpr auto models_text = R"toml(
[models.users.fields]
id   = { type = "uuid", primary_key = true, replicate = true, track_history = true }
name = { type = "string", replicate = true, track_history = true }
hits = { type = "integer", default = 0 }

[models.visits.fields]
id   = { type = "uuid", primary_key = true, track_history = true }
path = { type = "string", track_history = true }
)toml";

/// Of what one client sees: each item of both models, with its local fields.
std::map<std::string, std::string> seen_by(http_client& through) {
  std::map<std::string, std::string> made;
  for (const auto* path : {users, visits}) {
    const auto page = through.get(std::string(path) + "?take=1000");
    BOOST_REQUIRE_MESSAGE(page.status == 200, page.body);
    for (std::size_t i = 0;; ++i) {
      const auto at = "/data/" + std::to_string(i);
      const auto id = json_at(page.body, at + "/id");
      if (id.empty()) break;
      made[id] = json_at(page.body, at + "/name") + json_at(page.body, at + "/path") + ' ' +
                 json_at(page.body, at + "/hits");
    }
  }
  return made;
}

/// The path of what was made just now.
std::string created(const answer& made) {
  BOOST_REQUIRE_MESSAGE(made.status == 201, made.body);
  return made.field("location");
}

std::int64_t time_of(http_client& through, const std::string& path) {
  const auto history = through.get(path + "/history").body;
  const auto time = models::parse_timestamp(json_at(history, "/events/0/time"));
  BOOST_REQUIRE_MESSAGE(time, history);
  return time->us;
}

/// What one has and the other has not, or has otherwise.
std::string difference(const std::map<std::string, std::string>& expected,
                       const std::map<std::string, std::string>& found) {
  std::string made;
  for (const auto* each : {&expected, &found}) {
    const auto& other = each == &expected ? found : expected;
    for (const auto& [id, text] : *each)
      if (const auto there = other.find(id); there == other.end() || there->second != text)
        made += (each == &expected ? "expected " : "found ") + id + ' ' + text + '\n';
  }
  return made;
}

/// Nodes that keep backups, of their own data too.
struct kept {
  explicit kept(std::size_t size = 2) {
    for (const auto* each : {"here", "backups"}) fs::create_directory(place.path() / each);
    std::ofstream(models()) << models_text;
    cluster_options options;
    options.nodes = size;
    options.models = models();
    options.flags = {"--backup-dir",       directory().string(),
                     "--backup-every",     "1s",
                     "--backup-log-every", "100ms",
                     "--backup-keep",      "100",
                     "--backup-local"};
    nodes = std::make_unique<shop_cluster>(std::move(options));
    nodes->start_and_await();
    for (std::size_t i = 0; i < size; ++i)
      nodes->await("there are bases of both", [&] {
        auto through = nodes->client(i);
        BOOST_TEST(through.post(visits, R"({"path":"/first"})").status == 201);
        const auto status = through.get("/status").body;
        return number_at(status, "/backups/base/index").value_or(0) > 0 &&
               number_at(status, "/local_backups/base/index").value_or(0) > 0;
      });
  }
  fs::path directory() const { return place.path() / "backups"; }
  fs::path here() const { return place.path() / "here"; }
  std::string models() const { return (place.path() / "models.toml").string(); }
  http_client client(std::size_t i) const { return nodes->client(i); }

  /// Items of both kinds through node `i`; the ids of users.
  std::vector<std::string> work(std::size_t i, int from, int to) const {
    auto through = client(i);
    std::vector<std::string> made;
    for (int n = from; n < to; ++n) {
      const auto name = "u" + std::to_string(i) + "-" + std::to_string(n);
      const auto user =
          through.post(users, R"({"name":")" + name + R"(","hits":)" + std::to_string(n) + "}");
      BOOST_REQUIRE_MESSAGE(user.status == 201, user.body);
      made.push_back(json_at(user.body, "/id"));
      BOOST_TEST(through.post(visits, R"({"path":"/)" + name + "\"}").status == 201);
    }
    return made;
  }
  /// Until all nodes have archived all that they have now.
  void await_archived() const {
    for (std::size_t i = 0; i < nodes->size(); ++i) {
      auto through = client(i);
      const auto last = through.post(visits, R"({"path":"/last"})");
      const auto own = std::stoull(last.field("x-raft-index"));
      const auto applied = number_at(through.get("/status").body, "/applied").value_or(0);
      nodes->await("all is archived", [&] {
        const auto status = client(i).get("/status").body;
        return number_at(status, "/backups/archived_index").value_or(0) >= applied &&
               number_at(status, "/local_backups/archived_index").value_or(0) >= own;
      });
    }
  }
  run_result restore(const std::string& to, std::vector<std::string> more) const {
    more.insert(more.begin(), {"--restore", directory().string(), "--data-dir", to});
    return run_in(here(), std::move(more));
  }
  std::map<std::string, std::string> restored(const std::string& data) const {
    const port_block ports;
    const lone_node again(here(), ports.http(0), {"--data-dir", data}, models());
    auto through = again.client();
    return seen_by(through);
  }

  temporary_directory place;
  std::unique_ptr<shop_cluster> nodes;
};

void require_refusal(const run_result& x, const std::string& word) {
  BOOST_TEST(x.status == 2, x.said);
  BOOST_TEST(std::ranges::count(x.said, '\n') == 1, x.said);
  BOOST_TEST(x.said.find(word) != std::string::npos, x.said << " does not say " << word);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_local_backups)

BOOST_AUTO_TEST_CASE(what_each_node_has_for_itself_is_restored_beside_what_all_have) {
  const kept x;
  x.work(0, 0, 20);
  x.work(1, 0, 10);
  x.await_archived();
  for (std::size_t i = 0; i < 2; ++i) {
    const auto node = std::to_string(i + 1);
    auto through = x.client(i);
    const auto expected = seen_by(through);
    const auto made = x.restore("data-" + node, {"--local-of", node});
    BOOST_REQUIRE_MESSAGE(made.status == 0, made.said);
    BOOST_TEST(made.said.find("and       what node " + node + " had for itself, as of index ") !=
                   std::string::npos,
               made.said);
    const auto wrong = difference(expected, x.restored("data-" + node));
    BOOST_TEST(wrong.empty(), wrong << made.said);
  }
  // Without, it begins anew, and says so.
  const auto made = x.restore("data-none", {});
  BOOST_REQUIRE_MESSAGE(made.status == 0, made.said);
  BOOST_TEST(made.said.find("what each node has for itself: visits") != std::string::npos,
             made.said);
  const auto found = x.restored("data-none");
  BOOST_TEST(found.size() == 30u);
  const auto sound = run_in(x.here(), {"verify", x.directory().string()});
  BOOST_TEST(sound.status == 0, sound.said);
  BOOST_TEST(sound.said.find("what node 2 has for itself: restorable") != std::string::npos,
             sound.said);
}

BOOST_AUTO_TEST_CASE(both_are_as_of_one_time_and_numbers_go_on_where_none_was_given) {
  const kept x;
  const auto ids = x.work(0, 0, 10);
  auto through = x.client(0);
  // The log's time is behind the node's own by as much as members take to hear of each other.
  const auto before = time_of(through, created(through.post(visits, R"({"path":"/before"})")));
  std::string until;
  x.nodes->await("the log's time is later", [&] {
    const auto mark = through.post(users, R"({"name":"mark"})");
    until = mark.field("x-raft-index");
    return time_of(through, created(mark)) > before;
  });
  const auto expected = seen_by(through);
  for (const auto& id : ids)
    BOOST_TEST(through.send("DELETE", std::string(users) + "/" + id).status == 204);
  const auto late = through.post(visits, R"({"path":"/late"})").field("x-raft-index");
  x.await_archived();

  const auto made = x.restore("data", {"--local-of", "1", "--until", until});
  BOOST_REQUIRE_MESSAGE(made.status == 0, made.said);
  const auto wrong = difference(expected, x.restored("data"));
  BOOST_TEST(wrong.empty(), wrong << made.said);

  const port_block ports;
  const lone_node again(x.here(), ports.http(0), {"--data-dir", "data"}, x.models());
  auto client = again.client();
  BOOST_TEST(client.get(visits, {{"X-Min-Index", late}}).status == 412);
  event_source resumed(ports.http(0), std::string(visits) + "/stream", late);
  BOOST_TEST(resumed.status() == 410);
  const auto next = client.post(visits, R"({"path":"/new"})");
  BOOST_TEST(next.status == 201);
  BOOST_TEST(std::stoull(next.field("x-raft-index")) > std::uint64_t{1} << 40);
  BOOST_TEST(client.send("DELETE", std::string(users) + "/" + ids[0]).status == 204);
}

BOOST_AUTO_TEST_CASE(local_fields_go_with_items_that_the_restore_has_no_more) {
  const kept x(1);
  const auto ids = x.work(0, 0, 2);
  auto through = x.client(0);
  // The node forgets the local fields just behind that: not yet as of its time.
  const auto gone = through.send("DELETE", std::string(users) + "/" + ids[0]);
  BOOST_TEST(gone.status == 204);
  x.await_archived();
  const auto made = x.restore("data", {"--local-of", "1", "--until", gone.field("x-raft-index")});
  BOOST_REQUIRE_MESSAGE(made.status == 0, made.said);
  BOOST_TEST(made.said.find("note      local fields of 1 items went") != std::string::npos,
             made.said);
  const auto found = x.restored("data");
  BOOST_TEST(!found.contains(ids[0]));
  BOOST_TEST(found.at(ids[1]) == "u0-1 1");
}

BOOST_AUTO_TEST_CASE(what_is_not_there_or_of_another_kind_is_named_and_nothing_is_made) {
  const kept x;
  require_refusal(x.restore("data", {"--local-of", "7"}),
                  "local data of node 7: " + x.directory().string() + " holds no base of it");
  require_refusal(x.restore("data", {"--local-of", "1", "--until", "2020-01-01T00:00:00Z"}),
                  "no entry of the archived log is as early");
  std::string own;
  for (const auto& each : persistence::backup_files(x.directory()))
    if (each.name.kind == persistence::backup_kind::base &&
        each.name.group == persistence::own_group)
      own = each.path.string();
  require_refusal(run_in(x.here(), {"--restore", own, "--data-dir", "data"}),
                  "is of what a node had for itself");
  BOOST_TEST(fs::is_empty(x.here()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace local_backups_test
