#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <map>
#include <random>

#include "test/cluster/archived_cluster.hpp"

namespace point_in_time_test {

namespace fs = std::filesystem;
using namespace lithair::test;
using namespace lithair::test::archived;

namespace {

void require_refusal(const run_result& x, const std::string& word) {
  BOOST_TEST(x.status == 2, x.said);
  BOOST_TEST(std::ranges::count(x.said, '\n') == 1, x.said);
  BOOST_TEST(x.said.starts_with("lithair_node: --restore: "), x.said);
  BOOST_TEST(x.said.find(word) != std::string::npos, x.said << " does not say " << word);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_point_in_time)

BOOST_AUTO_TEST_CASE(every_item_is_restored_as_the_cluster_says_that_it_was) {
  archived_cluster backed(3, {"--checkpoint-entries", "40"});
  auto& nodes = backed.nodes();
  nodes.start_and_await();
  traffic load(7);
  std::vector<std::uint64_t> points;
  std::map<std::uint64_t, std::string> digests;
  // Nothing before the first base can be restored.
  auto at_first = nodes.client(0);
  load.work(at_first, 3);
  backed.await_archived(0, load.last());
  // A leader that is killed, one that hands over, and a node that is away meanwhile.
  for (int part = 0; part < 5; ++part) {
    auto through = nodes.client(static_cast<std::size_t>(part) % 3);
    load.work(through, 30);
    points.push_back(load.last());
    load.work(through, 30);
    const auto taken = through.get("/_admin/backup");
    BOOST_REQUIRE(taken.status == 200);
    const auto file = backed.here() / "now.backup";
    std::ofstream(file, std::ios::binary | std::ios::trunc) << taken.body;
    const auto index = number(taken.field("x-applied-index"));
    digests[index] = digest_in(backed.restore(file.string(), {}));
    const auto leader = nodes.await_leader();
    if (part == 1) nodes.kill(leader);
    if (part == 3) nodes.stop(leader);
    if (part == 1 || part == 3) {
      nodes.await_leader();
      auto other = nodes.client((leader + 1) % 3);
      load.work(other, 20);
      nodes.start(leader);
      nodes.await_all_ready();
    }
  }
  for (std::size_t i = 0; i < 3; ++i) backed.await_archived(i, load.last());
  nodes.await("there are later bases", [&] { return backed.files(backup_kind::base).size() > 3u; });

  const auto verified = backed.verify();
  BOOST_TEST(verified.status == 0, verified.said);
  for (const auto& [index, digest] : digests) {
    // Of one node's files or all of them: the state is the same to the last byte.
    const auto restored = backed.restore_until(std::to_string(index));
    BOOST_TEST(restored.status == 0, restored.said);
    BOOST_TEST(digest_in(restored) == digest);
  }
  const auto at = nodes.client(0);
  const port_block ports;
  points.push_back(load.last());
  std::mt19937 chance(3);
  for (int i = 0; i < 2; ++i)
    points.push_back(points.front() + chance() % (load.last() - points.front()));
  for (const auto point : points) {
    const auto restored = backed.restore_until(std::to_string(point));
    BOOST_REQUIRE_MESSAGE(restored.status == 0, restored.said);
    BOOST_TEST(restored.said.find("index " + std::to_string(point) + ",") != std::string::npos,
               restored.said);
    const lone_node again(backed.here(), ports.http(0), {"--data-dir", backed.last_data()},
                          backed.models());
    const auto expected = all_items(nodes.client(0), load.keys(), std::to_string(point));
    BOOST_TEST(!expected.empty());
    BOOST_TEST((all_items(again.client(), load.keys()) == expected), "as of " << point);
  }
}

BOOST_AUTO_TEST_CASE(a_time_is_the_state_after_the_last_entry_that_is_not_later) {
  archived_cluster backed(1);
  auto& nodes = backed.nodes();
  nodes.start_and_await();
  auto through = nodes.client(0);
  int other = 1'000'000;
  nodes.await("there is a base", [&] {
    through.post("/api/notes", R"({"id":)" + std::to_string(++other) + R"(,"text":"x"})");
    return !backed.files(backup_kind::base).empty();
  });
  traffic load(11);
  load.work(through, 200);
  backed.await_archived(0, load.last());
  // Moments of the log, just before one, and just after.
  std::vector<std::string> times;
  for (int id = 0; id < load.keys() && times.size() < 4; id += load.keys() / 5) {
    const auto history = through.get(path_of("notes", id) + "/history");
    const auto time = json_at(history.body, "/events/0/time");
    if (!time.empty()) times.push_back(time);
  }
  BOOST_REQUIRE(times.size() > 1u);
  const port_block ports;
  for (const auto& time : times) {
    const auto restored = backed.restore_until(time);
    BOOST_REQUIRE_MESSAGE(restored.status == 0, restored.said);
    const lone_node again(backed.here(), ports.http(0), {"--data-dir", backed.last_data()},
                          backed.models());
    const auto expected = all_items(nodes.client(0), load.keys(), time);
    BOOST_TEST((all_items(again.client(), load.keys()) == expected), "as of " << time);
  }
  require_refusal(backed.restore_until("2020-01-01T00:00:00Z"), "no entry of the archived log");
  require_refusal(backed.restore_until("2999-01-01T00:00:00Z"), "ends before that");
  require_refusal(backed.restore_until(std::to_string(load.last() + 1000)), "ends at index");
  require_refusal(backed.restore_until("1"), "no base is as early");
}

BOOST_AUTO_TEST_CASE(entries_are_carried_out_with_the_models_of_their_time) {
  archived_cluster backed(1, {}, "1h");
  auto& nodes = backed.nodes();
  nodes.start_and_await();
  auto through = nodes.client(0);
  traffic load(19);
  load.work(through, 80);
  backed.await_archived(0, load.last());
  const auto before = load.last();
  nodes.stop(0);
  std::string models = library_models;
  models.insert(models.find("[models.notes.fields]"),
                "pages = { type = \"integer\", replicate = true, default = 0, "
                "indexed = true }\n\n");
  models +=
      "[projections.titles]\nfrom = \"books\"\ngroup_by = \"title\"\n"
      "measures = { books = \"count\" }\n";
  std::ofstream(backed.models(), std::ios::trunc) << models;
  nodes.start(0);
  nodes.await_ready(0);
  load.work(through, 80);
  BOOST_TEST(through.post("/api/authors", R"({"id":900001,"name":"last"})").status == 201);
  const auto book =
      through.post("/api/books", R"({"id":900001,"author":900001,"title":"new","pages":321})");
  BOOST_TEST(book.status == 201, book.body);
  backed.await_archived(0, number(book.field("x-raft-index")));
  const auto taken = through.get("/_admin/backup");
  const auto file = backed.here() / "now.backup";
  std::ofstream(file, std::ios::binary) << taken.body;
  const auto digest = digest_in(backed.restore(file.string(), {}));
  BOOST_TEST(backed.files(backup_kind::base).size() == 1u);
  const auto restored = backed.restore_until(taken.field("x-applied-index"));
  BOOST_TEST(digest_in(restored) == digest);
  const port_block ports;
  const lone_node again(backed.here(), ports.http(0), {"--data-dir", backed.last_data()},
                        backed.models());
  BOOST_TEST(json_at(again.client().get("/api/books?pages=321").body, "/data/0/title") == "new");
  const auto earlier = backed.restore_until(std::to_string(before));
  BOOST_TEST(earlier.status == 0, earlier.said);
}

BOOST_AUTO_TEST_CASE(a_node_that_took_over_a_snapshot_begins_its_archive_anew_and_says_so) {
  // So many that those who are there archive them before they are forgotten.
  archived_cluster backed(3, {"--checkpoint-entries", "20", "--log-margin", "100"}, "1h");
  auto& nodes = backed.nodes();
  const auto leader = nodes.start_and_await();
  const auto away = (leader + 1) % 3;
  const auto other = (leader + 2) % 3;
  auto through = nodes.client(leader);
  traffic load(5);
  load.work(through, 40);
  for (std::size_t i = 0; i < 3; ++i) backed.await_archived(i, load.last());
  const auto before = load.last();
  nodes.stop(away);
  nodes.await("the log begins behind what it has", [&] {
    load.work(through, 30);
    for (const auto i : {leader, other}) backed.await_archived(i, load.last());
    return number(nodes.status(leader, "/first_index")) > before + 10;
  });
  nodes.start(away);
  nodes.await_all_ready();
  load.work(through, 10);
  backed.await_archived(away, load.last());
  nodes.await("it has a base behind the gap",
              [&] { return backed.files(backup_kind::base, away + 1).size() == 2u; });
  BOOST_TEST(nodes.status(away, "/backups/gaps") == "1");
  // What it lacks the others have.
  const auto restored = backed.restore_until(std::to_string(before + 5));
  BOOST_TEST(restored.status == 0, restored.said);
  for (const auto& each : lithair::persistence::backup_files(backed.directory()))
    if (each.name.node.value != away + 1) fs::remove(each.path);
  require_refusal(backed.restore_until(std::to_string(before + 5)), "has a gap");
  const auto verified = backed.verify();
  BOOST_TEST(verified.status == 2);
  BOOST_TEST(verified.said.find("are not archived") != std::string::npos, verified.said);
  const auto after = backed.restore(backed.directory().string(), {});
  BOOST_TEST(after.status == 0, after.said);
}

BOOST_AUTO_TEST_CASE(writers_go_on_when_the_disk_of_backups_is_full_and_so_do_backups_with_room) {
  const temporary_directory orders;
  const auto order = orders.path() / "order";
  const auto tell = [&](const std::string& what) {
    std::ofstream(order.string() + ".new") << what;
    fs::rename(order.string() + ".new", order);
  };
  archived_cluster backed(1);
  backed.nodes().told().variables = [&](const cluster&, std::size_t) {
    return std::vector<std::string>{"LD_PRELOAD=" LITHAIR_BAD_DISK_LIBRARY,
                                    "LITHAIR_BAD_DISK=" + order.string()};
  };
  auto& nodes = backed.nodes();
  nodes.start_and_await();
  auto through = nodes.client(0);
  traffic load(13);
  load.work(through, 20);
  backed.await_archived(0, load.last());
  const auto bases = backed.files(backup_kind::base).size();
  for (const auto& how : {"write full ", "sync eio "}) {
    tell(how + backed.directory().string());
    nodes.await("it says so", [&] {
      load.work(through, 5);
      return nodes.status(0, "/trouble").find("backups fail") != std::string::npos;
    });
    BOOST_TEST(nodes.status(0, "/backups/trouble").find(backed.directory().string()) !=
               std::string::npos);
    BOOST_TEST(through.get("/readyz").status == 200);
    BOOST_TEST(through.get("/metrics").body.find("lithair_backup_failures_total 0") ==
               std::string::npos);
    const auto index = load.last();
    load.work(through, 20);
    BOOST_TEST(load.last() > index);
    BOOST_TEST(!backed.files(backup_kind::base).empty());
    tell("");
    backed.await_archived(0, load.last());
    nodes.await("it is over", [&] { return nodes.status(0, "/backups/trouble") == "null"; });
  }
  nodes.await("a base is kept again",
              [&] { return backed.files(backup_kind::base).size() > bases; });
  BOOST_TEST(nodes.status(0, "/backups/gaps") == "0");
  const auto verified = backed.verify();
  BOOST_TEST(verified.status == 0, verified.said);
}

BOOST_AUTO_TEST_CASE(what_is_damaged_or_missing_is_named_and_nothing_is_made) {
  archived_cluster backed(1, {}, "1h");
  auto& nodes = backed.nodes();
  nodes.start_and_await();
  auto through = nodes.client(0);
  traffic load(17);
  // What comes behind the first base is in a segment of its own.
  load.work(through, 3);
  backed.await_archived(0, load.last());
  load.work(through, 100);
  const auto middle = load.last();
  load.work(through, 20);
  nodes.stop(0);  // archives the rest, too
  const auto segment = backed.files(backup_kind::log).back().path;
  const auto whole = read_file(segment);
  const auto end = backed.restore(backed.directory().string(), {});
  BOOST_TEST(end.status == 0, end.said);
  BOOST_TEST(end.said.find("digest") != std::string::npos);
  const auto put = [&](const std::string& bytes) {
    std::ofstream(segment, std::ios::binary | std::ios::trunc) << bytes;
  };
  auto flipped = whole;
  flipped[whole.size() / 2] = static_cast<char>(flipped[whole.size() / 2] ^ 8);
  put(flipped);
  require_refusal(backed.restore_until(std::to_string(load.last())), segment.filename().string());
  BOOST_TEST(!fs::exists(backed.here() / backed.last_data()));
  const auto verified = backed.verify();
  BOOST_TEST(verified.status == 2);
  BOOST_TEST(verified.said.find("PROBLEM: " + segment.string()) != std::string::npos,
             verified.said);
  put(whole.substr(0, whole.size() - 40));
  require_refusal(backed.restore_until(std::to_string(load.last() + 1000)), "ends at index");
  fs::remove(segment);
  require_refusal(backed.restore_until(std::to_string(middle)), "ends at index");
  put(whole);
  const auto base = backed.files(backup_kind::base).front().path;
  const auto good = read_file(base);
  std::ofstream(base, std::ios::binary | std::ios::trunc) << good.substr(0, good.size() - 1);
  require_refusal(backed.restore_until(std::to_string(middle)), base.filename().string());
}

BOOST_AUTO_TEST_CASE(a_directory_that_is_not_there_or_is_the_nodes_own_is_refused) {
  const temporary_directory place;
  const auto here = place.path() / "here";
  fs::create_directory(here);
  const auto refused = [&](const std::string& directory, const std::string& why) {
    const auto x = run_in(here, {"--models", shop, "--backup-dir", directory});
    BOOST_TEST(x.status == 2, x.said);
    BOOST_TEST(x.said.starts_with("lithair_node: --backup-dir: " + directory), x.said);
    BOOST_TEST(x.said.find(why) != std::string::npos, x.said);
    BOOST_TEST(!fs::exists(here / "lithair-data"));
  };
  refused("nowhere", "is not a directory");
  refused("/proc", "can't be written");
  fs::create_directory(here / "data");
  const auto x = run_in(here, {"--models", shop, "--data-dir", "data", "--backup-dir", "data"});
  BOOST_TEST(x.status == 2);
  BOOST_TEST(x.said.find("in the data directory") != std::string::npos, x.said);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace point_in_time_test
