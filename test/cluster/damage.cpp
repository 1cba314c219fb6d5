#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <random>

#include "persistence/lmdb_state_store.hpp"
#include "test/cluster/fixture.hpp"

namespace damage_test {

namespace data = boost::unit_test::data;
namespace fs = std::filesystem;
using namespace lithair::test;

namespace {

constexpr std::size_t page = 4096;
constexpr int items = 80;

/// What is done to a data file while its node is down.
struct harm {
  std::string name;
  void (*apply)(const fs::path& directory);  ///< of an environment
};
std::ostream& operator<<(std::ostream& out, const harm& x) { return out << x.name; }

void flip(const fs::path& file, std::uintmax_t at) {
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekg(static_cast<std::streamoff>(at));
  const int before = bytes.get();
  bytes.seekp(static_cast<std::streamoff>(at));
  bytes.put(static_cast<char>(before ^ 0x10));
}

/// Every 64 bytes, so that also of a page that is nearly empty something is hit that counts.
void flip_in_pages(const fs::path& directory, std::uintmax_t first, std::uintmax_t last) {
  const auto file = directory / "data.mdb";
  last = std::min(last, fs::file_size(file) / page);
  for (auto at = first * page; at < last * page; at += 64) flip(file, at);
}

void cut_by(const fs::path& directory, std::uintmax_t bytes) {
  const auto file = directory / "data.mdb";
  fs::resize_file(file, fs::file_size(file) - bytes);
}

void blank_last(const fs::path& directory, std::uintmax_t bytes) {
  const auto file = directory / "data.mdb";
  const auto size = fs::file_size(file);
  fs::resize_file(file, size - std::min(bytes, size / 2));
  fs::resize_file(file, size);
}

/// In the heads of its files, and in what was written last.
void flip_in_journal(const fs::path& directory) {
  for (const auto& segment : fs::directory_iterator(directory / "journal"))
    for (std::uintmax_t at = 0; at < 16 * page; at += 64) flip(segment.path(), at);
}

const std::vector<harm> harms{
    {"bits in every page", [](const fs::path& x) { flip_in_pages(x, 0, UINTMAX_MAX); }},
    {"bits in both meta pages", [](const fs::path& x) { flip_in_pages(x, 0, 2); }},
    {"cut by one byte", [](const fs::path& x) { cut_by(x, 1); }},
    {"cut by two pages", [](const fs::path& x) { cut_by(x, 2 * page); }},
    {"last pages blank", [](const fs::path& x) { blank_last(x, 4 * page); }},
    {"gone", [](const fs::path& x) { fs::remove_all(x); }},
    {"bits in the journal", flip_in_journal},
    {"the journal gone", [](const fs::path& x) { fs::remove_all(x / "journal"); }},
};

/// Old versions of a page stay in the file for a while, so every copy is changed.
void flip_wherever(const fs::path& file, const std::string& text) {
  const auto bytes = read_file(file);
  for (auto at = bytes.find(text); at != std::string::npos; at = bytes.find(text, at + 1))
    flip(file, at);
}

fs::path log_of(const cluster& nodes, std::size_t i) { return nodes.data_directory(i) / "log"; }

/// The state environment in use.
fs::path state_of(const cluster& nodes, std::size_t i) {
  const auto place = nodes.data_directory(i) / "state" / "1";
  const auto text = read_file(place / "current");
  return place / text.substr(0, text.find(' '));
}

/// Checkpoints often, and keeps little of the log behind them.
const std::vector<std::string> short_log{"--checkpoint-entries", "20", "--log-margin", "5"};

void fill(cluster& nodes, std::size_t through, const std::string& prefix, int count = items) {
  auto client = nodes.client(through);
  for (int i = 0; i < count; ++i) create(client, prefix + std::to_string(i));
}

void await_purged_log(cluster& nodes, std::size_t i) {
  auto client = nodes.client(i);
  nodes.await("the log begins after a checkpoint", [&client] {
    return number_at(client.get("/status").body, "/first_index").value_or(0) > 10;
  });
}

std::string list_at(const cluster& nodes, std::size_t i) {
  return nodes.client(i).get(std::string(products) + "?take=1000&consistency=local").body;
}

bool votes(const cluster& nodes, std::size_t i) {
  const auto body = nodes.client(i).get("/cluster").body;
  for (int at = 0; at < 5; ++at) {
    const auto member = "/members/" + std::to_string(at);
    if (number_at(body, member + "/id") == i + 1) return json_at(body, member + "/voter") == "true";
  }
  return false;
}

/// All nodes have everything, and it is committed: a change of members too.
bool settled(const cluster& nodes) {
  std::optional<std::uint64_t> end;
  for (std::size_t i = 0; i < 3; ++i) {
    const auto status = nodes.client(i).get("/status").body;
    const auto last = number_at(status, "/last_index");
    if (!last || last != number_at(status, "/commit") || (end && end != last)) return false;
    end = last;
  }
  return true;
}

/// Node `i` has all there is, and its vote and its acknowledgement are enough together with one
/// other's.
void require_whole_again(shop_cluster& nodes, std::size_t i) {
  nodes.await_ready(i);
  nodes.await("it votes again", [&nodes, i] { return votes(nodes, i) && settled(nodes); });
  const auto other = (i + 1) % 3;
  const auto expected = nodes.client(other).get(std::string(products) + "?take=1000").body;
  nodes.await("it has caught up", [&] { return list_at(nodes, i) == expected; });
  nodes.kill(other);
  nodes.await_leader();
  auto through = nodes.client(i);
  create(through, "written with two");
  nodes.start(other);
  nodes.await_all_ready();
}

/// Starts node `i` again and waits for how it ends.
ending await_refusal(shop_cluster& nodes, std::size_t i) {
  nodes.start(i);
  const auto how = nodes.at(i).wait(cluster::patience);
  BOOST_REQUIRE_MESSAGE(how, "it went on instead of refusing");
  return *how;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_damage)

BOOST_DATA_TEST_CASE(a_damaged_log_is_set_aside_and_fetched_from_the_others, data::make(harms)) {
  // S6, S7
  shop_cluster nodes;
  const auto leader = nodes.start_and_await();
  const auto hurt = (leader + 1) % 3;
  fill(nodes, leader, "tea ");
  // Durably: what its log holds it has not synced yet may be gone when it is killed.
  auto client = nodes.client(leader);
  const auto last = number_at(client.get("/status").body, "/last_index").value_or(0);
  BOOST_REQUIRE(last > items);
  nodes.await("it has everything", [&] {
    const auto page = client.get("/cluster").body;
    for (std::size_t i = 0; i < 3; ++i) {
      const auto at = "/members/" + std::to_string(i);
      if (number_at(page, at + "/id") == hurt + 1)
        return number_at(page, at + "/match_index").value_or(0) >= last;
    }
    return false;
  });
  nodes.kill(hurt);
  sample.apply(log_of(nodes, hurt));
  nodes.start(hurt);
  require_whole_again(nodes, hurt);
  // Pages that hold nothing may end a file, and then nothing is lost; but a shorter log is never
  // begun with.
  const auto whole = "the log holds entries up to " + std::to_string(last) + ",";
  const auto said = nodes.log(hurt);
  const bool honest =
      said.find("the log is damaged") != std::string::npos || said.find(whole) != std::string::npos;
  BOOST_TEST(honest, said);
}

BOOST_DATA_TEST_CASE(one_bit_in_one_page_is_found_or_harmless, data::make({true, false}), log) {
  // S7, S8; `-- --pages 100000` tries every page in turn.
  const auto most = argument("--pages", 3);
  std::mt19937 random{argument("--seed", 1)};
  shop_cluster nodes({.flags = short_log});
  const auto leader = nodes.start_and_await();
  const auto hurt = (leader + 1) % 3;
  fill(nodes, leader, "tea ", 40);
  const auto expected = list_at(nodes, leader);
  nodes.await("it has everything", [&] { return list_at(nodes, hurt) == expected; });
  std::uintmax_t pages = 1;
  for (std::uintmax_t tried = 0; tried < std::min<std::uintmax_t>(most, pages); ++tried) {
    nodes.kill(hurt);
    const auto file = (log ? log_of(nodes, hurt) : state_of(nodes, hurt)) / "data.mdb";
    pages = fs::file_size(file) / page;
    const auto which = most < pages ? random() % pages : tried;
    flip(file, which * page + random() % page);
    nodes.start(hurt);
    nodes.await_ready(hurt);
    nodes.await("it votes", [&] { return votes(nodes, hurt) && settled(nodes); });
    auto asked = nodes.client(hurt);
    // It may be the reading that finds it; then nothing is answered until it is mended.
    nodes.await("it answers", [&asked, &expected, which] {
      const auto seen = asked.get(std::string(products) + "?take=1000&consistency=local");
      if (seen.status == 200) BOOST_TEST(seen.body == expected, "page " << which);
      return seen.status == 200;
    });
    nodes.await_ready(hurt);
    const auto divergence = json_at(nodes.client(hurt).get("/status").body, "/state_divergence");
    BOOST_TEST(divergence == "null");
  }
}

BOOST_DATA_TEST_CASE(a_damaged_state_is_fetched_from_the_leader,
                     data::make({harms[0], harms[1], harms[5]})) {
  // S8
  shop_cluster nodes({.flags = short_log});
  const auto leader = nodes.start_and_await();
  const auto hurt = (leader + 1) % 3;
  fill(nodes, leader, "tea ");
  await_purged_log(nodes, hurt);
  nodes.kill(hurt);
  sample.apply(state_of(nodes, hurt));
  nodes.start(hurt);
  require_whole_again(nodes, hurt);
  BOOST_TEST(nodes.log(hurt).find("the state is damaged") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_damaged_state_is_made_anew_from_a_log_that_is_whole) {
  shop_cluster node({.nodes = 1});
  node.start_and_await();
  fill(node, 0, "tea ");
  const auto before = list_at(node, 0);
  BOOST_REQUIRE((node.stop(0) == ending{0}));
  flip_in_pages(state_of(node, 0), 0, UINTMAX_MAX);
  node.start(0);
  node.await_ready(0);
  BOOST_TEST(list_at(node, 0) == before);
}

BOOST_DATA_TEST_CASE(one_node_alone_refuses_what_is_damaged, data::make({true, false}), log) {
  shop_cluster node({.nodes = 1, .flags = short_log});
  node.start_and_await();
  fill(node, 0, "tea ");
  await_purged_log(node, 0);
  BOOST_REQUIRE((node.stop(0) == ending{0}));
  flip_in_pages(log ? log_of(node, 0) : state_of(node, 0), 0, UINTMAX_MAX);
  const auto before = node.log(0).size();
  BOOST_TEST((await_refusal(node, 0) == ending{2}));
  const auto said = node.log(0).substr(before);
  BOOST_TEST(said.find("lithair_node: --data-dir: ") != std::string::npos, said);
  BOOST_TEST(said.find("--restore FILE") != std::string::npos, said);
  BOOST_TEST((await_refusal(node, 0) == ending{2}), "a second start refuses too");
}

BOOST_DATA_TEST_CASE(a_state_that_is_damaged_while_it_is_in_use_is_replaced,
                     data::make({true, false}), at_leader) {
  shop_cluster nodes({.flags = short_log});
  const auto leader = nodes.start_and_await();
  const auto hurt = at_leader ? leader : (leader + 1) % 3;
  auto through = nodes.client(leader);
  const auto path = item_path(create(through, "a name to be found in the file"));
  fill(nodes, leader, "tea ");
  await_purged_log(nodes, hurt);
  const auto file = state_of(nodes, hurt) / "data.mdb";
  auto asked = nodes.client(hurt);
  nodes.await("the record is in the file",
              [&file] { return read_file(file).find("a name to be found") != std::string::npos; });
  flip_wherever(file, "a name to be found");
  nodes.await("it notices", [&] {
    const auto seen = asked.get(path, {{"X-Consistency", "local"}});
    if (seen.status == 200)
      BOOST_REQUIRE(json_at(seen.body, "/name") == "a name to be found in the file");
    return nodes.log(hurt).find("the state is damaged") != std::string::npos;
  });
  require_whole_again(nodes, hurt);
  BOOST_TEST(json_at(asked.get(path, {{"X-Consistency", "local"}}).body, "/name") ==
             "a name to be found in the file");
}

BOOST_AUTO_TEST_CASE(a_leader_that_finds_its_log_damaged_hands_over_and_is_mended_by_a_restart) {
  shop_cluster nodes;
  const auto first = nodes.start_and_await();
  const auto away = (first + 1) % 3;
  const auto other = (first + 2) % 3;
  nodes.kill(away);
  fill(nodes, first, "a name to be found ", 10);
  for (const auto i : {first, other}) nodes.kill(i);  // So that no entry is in memory any more.
  for (const auto i : {first, other}) nodes.start(i);
  nodes.await_ready(first);
  const auto hurt = nodes.await_leader();
  flip_wherever(log_of(nodes, hurt) / "data.mdb", "a name to be found 7");
  nodes.start(away);  // It needs what is damaged.
  auto asked = nodes.client(hurt);
  nodes.await("it notices", [&asked] {
    return json_at(asked.get("/status").body, "/trouble").find("restart this node") !=
           std::string::npos;
  });
  nodes.await_ready(away);
  BOOST_TEST(json_at(nodes.client(away).get(products).body, "/total") == "10");
  BOOST_TEST(asked.get("/readyz").status == 503);
  nodes.kill(hurt);
  nodes.start(hurt);
  require_whole_again(nodes, hurt);
  BOOST_TEST(json_at(asked.get(products).body, "/total") == "11");
}

BOOST_AUTO_TEST_CASE(a_node_whose_log_is_damaged_does_not_make_a_majority_with_another) {
  // Two of three would elect a leader that lacks what the third acknowledged.
  shop_cluster nodes;
  const auto leader = nodes.start_and_await();
  const auto behind = (leader + 1) % 3;
  const auto hurt = (leader + 2) % 3;
  nodes.kill(behind);
  fill(nodes, leader, "tea ", 10);
  nodes.kill(leader);
  nodes.kill(hurt);
  flip_in_pages(log_of(nodes, hurt), 0, UINTMAX_MAX);
  nodes.start(behind);
  nodes.start(hurt);
  auto one = nodes.client(behind);
  auto other = nodes.client(hurt);
  nodes.await("both live",
              [&] { return one.get("/livez").status == 200 && other.get("/livez").status == 200; });
  BOOST_TEST(other.post(products, product("coffee")).status == 503);
  BOOST_TEST(one.post(products, product("coffee")).status == 503);
  BOOST_TEST(other.get("/readyz").status == 503);
  BOOST_TEST(json_at(other.get("/status").body, "/trouble").find("lost its log") !=
             std::string::npos);
  nodes.start(leader);
  nodes.await_all_ready();
  for (std::size_t i = 0; i < 3; ++i)
    BOOST_TEST(json_at(nodes.client(i).get(products).body, "/total") == "10");
}

BOOST_AUTO_TEST_CASE(a_state_that_differs_from_the_others_is_reported_with_its_index) {
  shop_cluster nodes({.flags = {"--checkpoint-interval", "200ms"}});
  const auto leader = nodes.start_and_await();
  const auto wrong = (leader + 1) % 3;
  auto through = nodes.client(leader);
  create(through, "a name to be changed");
  const auto write_until = [&](const std::string& what, const std::function<bool()>& reached) {
    int i = 0;
    nodes.await(what, [&] {
      create(through, what + std::to_string(i++));
      return reached();
    });
  };
  const auto status = [&nodes](std::size_t i, const std::string& field) {
    return number_at(nodes.client(i).get("/status").body, field).value_or(0);
  };
  write_until("equal states are found equal", [&] { return status(wrong, "/state_compared") > 0; });
  BOOST_TEST(json_at(nodes.client(wrong).get("/status").body, "/state_divergence") == "null");
  BOOST_REQUIRE((nodes.stop(wrong) == ending{0}));
  {
    lithair::persistence::lmdb_state_store state(state_of(nodes, wrong));
    std::string key;
    std::string value;
    state.scan({}, {}, lithair::persistence::scan_order::ascending,
               [&](std::string_view k, std::string_view v) {
                 if (v.find("a name to be changed") == std::string_view::npos) return true;
                 key = k;
                 value = v;
                 return false;
               });
    BOOST_REQUIRE(!key.empty());
    value.replace(value.find("changed"), 7, "CHANGED");
    const lithair::persistence::change_view change{key, value};
    state.commit({&change, 1}, state.applied());
  }
  nodes.start(wrong);
  nodes.await_ready(wrong);
  write_until("the difference shows", [&] { return status(wrong, "/state_divergence/index") > 0; });
  // They compare anew only what was written since; a report may have been lost.
  write_until("the others know too",
              [&] { return status(leader, "/state_divergence/node") == wrong + 1; });
  BOOST_TEST(nodes.log(leader).find("differs from that of node") != std::string::npos);
  const auto metrics = nodes.client(leader).get("/metrics").body;
  BOOST_TEST(metrics.find("lithair_state_divergence_index{group=\"1\"} 0") == std::string::npos,
             metrics);
  BOOST_TEST(metrics.find("lithair_state_divergence_index{group=\"1\"}") != std::string::npos,
             metrics);
}

// -- old copies ----------------------------------------------------------------------------------

namespace {

void copy_directory(const fs::path& from, const fs::path& to) {
  fs::remove_all(to);
  fs::copy(from, to, fs::copy_options::recursive);
  fs::permissions(to, fs::perms::owner_all);
}

}  // namespace

BOOST_DATA_TEST_CASE(an_old_copy_of_a_directory_does_not_vote_for_what_it_forgot,
                     data::make({true, false}), taken_in_an_earlier_run) {
  // S9
  shop_cluster nodes;
  const auto leader = nodes.start_and_await();
  const auto old = (leader + 1) % 3;
  const auto behind = (leader + 2) % 3;
  const auto copy = nodes.directory() / "copy";
  fill(nodes, leader, "tea ", 10);
  // A copy of a stopped process's files is as of one moment.
  nodes.at(old).pause();
  copy_directory(nodes.data_directory(old), copy);
  nodes.at(old).resume();
  if (taken_in_an_earlier_run) {
    nodes.kill(old);
    nodes.start(old);
    nodes.await_ready(old);
  }
  // From here on only the leader and the one with the copy hold what is acknowledged.
  nodes.kill(behind);
  fill(nodes, leader, "coffee ", 10);
  nodes.kill(old);
  copy_directory(copy, nodes.data_directory(old));
  nodes.start(old);
  auto asked = nodes.client(old);
  nodes.await("it knows that it is an old copy", [&asked] {
    return json_at(asked.get("/status").body, "/trouble").find("old copy") != std::string::npos;
  });
  nodes.kill(leader);
  nodes.start(behind);
  auto other = nodes.client(behind);
  nodes.await("both live", [&] { return other.get("/livez").status == 200; });
  BOOST_TEST(other.post(products, product("cocoa")).status == 503);
  nodes.start(leader);
  nodes.await_all_ready();
  nodes.await("it votes again", [&] { return votes(nodes, old); });
  for (std::size_t i = 0; i < 3; ++i)
    BOOST_TEST(json_at(nodes.client(i).get(products).body, "/total") == "20");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace damage_test
