#include <boost/json/parse.hpp>

#include <fstream>
#include <regex>
#include <set>

#include "test/cluster/ctl_cluster.hpp"
#include "test/cluster/harness/document.hpp"
#include "test/cluster/secured_cluster.hpp"

namespace ctl_test {

namespace fs = std::filesystem;
namespace json = boost::json;
using namespace lithair::test;

namespace {

/// Three nodes and whoever looks after them.
struct looked_after : shop_cluster {
  explicit looked_after(cluster_options options = {}) : shop_cluster(std::move(options)) {}

  ctl_runner all() const { return of({0, 1, 2}); }
  ctl_runner of(const std::vector<std::size_t>& which) const {
    return {directory(), endpoints_of(*this, which)};
  }
};

/// Of scripts: the programs are found by their names.
const std::string path_line = "PATH=" + fs::path(LITHAIR_CTL).parent_path().string() + ":$PATH\n";

std::string id_in(const std::string& said) {
  std::smatch found;
  BOOST_REQUIRE_MESSAGE(std::regex_search(said, found, std::regex("id +([0-9a-f-]{36})")), said);
  return found[1];
}

std::string etag_in(const std::string& said) {
  std::smatch found;
  BOOST_REQUIRE_MESSAGE(std::regex_search(said, found, std::regex("ETag \"([0-9]+)")), said);
  return found[1];
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_ctl)

BOOST_AUTO_TEST_CASE(items_are_made_read_changed_and_deleted) {
  looked_after nodes;
  nodes.start_and_await();
  const auto ctl = nodes.all();
  const auto made = ctl.run({"create", "products", "name=tea", "price=3.50", "stock=12"});
  const auto id = id_in(made);
  std::ofstream(nodes.directory() / "item") << R"({"name":"coffee","price":"7.00"})";
  (void)ctl.run({"create", "products", R"({"name":"cocoa","price":"5.00","state":"live"})"});
  BOOST_TEST(has(ctl.run({"get", "products", id}), "price  3.50"));
  BOOST_TEST(has(ctl.run({"list", "products", "price>=4"}), "cocoa"));
  BOOST_TEST(!has(ctl.run({"list", "products", "price>=4"}), "tea"));
  BOOST_TEST(ctl.run({"list", "products", "state!=live", "--count"}) == "1\n");
  const auto page = ctl.run({"list", "products", "--sort", "-price", "--take", "1", "--fields",
                             "name", "--json", "--consistency", "local"});
  BOOST_TEST(json_at(page, "/data/0/name") == "cocoa");

  const auto tag = etag_in(made);
  (void)ctl.run({"patch", "products", id, "stock=11", "state=live", "--if-match", tag});
  BOOST_TEST(
      has(ctl.run({"patch", "products", id, "stock=10", "--if-match", tag}, 4), "lithairctl"));
  (void)ctl.run({"put", "products", id, "name=tea", "price=3.60"});
  const auto ordered =
      ctl.run({"create", "orders", "product=" + id, "customer=ann", "pieces=2", "amount=7.20"});
  const auto order = id_in(ordered);
  (void)ctl.run({"patch", "orders", order, "state=paid"});
  BOOST_TEST(has(ctl.run({"history", "orders", order}), "state=paid"));
  const auto then =
      ctl.run({"get", "orders", order, "--as-of", etag_in(ordered), "--fields", "state"});
  BOOST_TEST(has(then, "state  open"), then);

  BOOST_TEST(has(ctl.run({"create", "products", "name=tea", "price=1"}, 4), "name: "));
  BOOST_TEST(has(ctl.run({"create", "products", "name=x", "price=0"}, 1), "price: "));
  BOOST_TEST(has(ctl.run({"create", "products", "stock=many"}, 2), "stock must be a whole number"));
  (void)ctl.run({"delete", "orders", order});
  (void)ctl.run({"get", "orders", order}, 3);
  BOOST_TEST(has(ctl.run({"list", "nothing"}, 3), "orders, products, payments"));
  // Who refuses a program refuses it in its words.
  const auto problem = ctl.run({"get", "orders", order, "--json"}, 3);
  BOOST_TEST(json_at(problem, "/status") == "404", problem);
}

BOOST_AUTO_TEST_CASE(status_tells_what_is_wrong_and_what_to_do) {
  looked_after nodes;
  const auto leader = nodes.start_and_await();
  nodes.await("all is well", [&] {
    auto one = nodes.all().begin("said", {"status"});
    return one.wait(cluster::patience) == ending{0};
  });
  BOOST_TEST(has(nodes.all().said("said"), "All is well."));
  BOOST_TEST(has(nodes.all().run({"members"}), "leader"));

  const auto other = (leader + 1) % 3;
  const auto third = (leader + 2) % 3;
  nodes.kill(other);
  // One that was not asked for is looked at, too.
  auto said = nodes.of({leader}).run({"status"}, 1);
  BOOST_TEST(has(said, "Node " + std::to_string(other + 1)), said);
  BOOST_TEST(has(said, "does not answer"), said);
  BOOST_TEST(has(said, "One more voter lost and writes stop"), said);
  const auto told = nodes.all().run({"status", "--json"}, 1);
  BOOST_TEST(json_at(told, "/well") == "false");
  BOOST_TEST(json_at(told, "/voters_there") == "2");

  nodes.kill(third);
  nodes.await("the leader knows that it is alone",
              [&] { return nodes.client(leader).get("/readyz").status == 503; });
  said = nodes.all().run({"status"}, 1);
  BOOST_TEST(has(said, "No majority: 1 of 3 voters is there"), said);
  said = nodes.all().run({"create", "/api/products", product("x"), "--timeout", "500ms"}, 5);
  BOOST_TEST(has(said, "certainly not done"), said);
  nodes.kill(leader);
  (void)nodes.all().run({"status"}, 5);
  (void)nodes.all().run({"create", "/api/products", "{}"}, 5);
}

BOOST_AUTO_TEST_CASE(what_nobody_answered_is_told_to_be_unknown) {
  looked_after nodes({.nodes = 1});
  nodes.start_all();
  nodes.await_ready(0);
  nodes.at(0).pause();
  const auto said =
      nodes.of({0}).run({"create", "/api/products", product("tea"), "--timeout", "700ms"}, 6);
  nodes.at(0).resume();
  BOOST_TEST(has(said, "may have been done, or not"), said);
}

BOOST_AUTO_TEST_CASE(members_come_and_go_and_leadership_moves) {
  looked_after nodes({.nodes = 4, .founders = 3});
  for (std::size_t i = 0; i < 3; ++i) nodes.start(i);
  for (std::size_t i = 0; i < 3; ++i) nodes.await_ready(i);
  const auto leader = nodes.await_leader();
  const auto ctl = nodes.all();
  const auto next = std::to_string((leader + 1) % 3 + 1);
  BOOST_TEST(has(ctl.run({"transfer", "--to", next}), "Node " + next + " leads."));
  nodes.await("it does", [&] { return std::to_string(nodes.await_leader() + 1) == next; });

  // A learner that is not there can't be made a voter.
  const auto addr = "127.0.0.1:" + std::to_string(nodes.port(3));
  BOOST_TEST(has(ctl.run({"add", "9=" + addr, "--learner"}), "Node 9 is a member, and learns."));
  BOOST_TEST(has(ctl.run({"members"}), addr));
  (void)ctl.run({"promote", "9"}, 4);
  BOOST_TEST(has(ctl.run({"remove", "9"}, 2), "--yes"));
  BOOST_TEST(has(ctl.run({"remove", "9", "--yes"}), "no member any more"));
  (void)ctl.run({"remove", "9", "--yes"}, 3);

  nodes.start(3);
  nodes.await("the fourth votes", [&] {
    const auto members = ctl.run({"members", "--json"});
    return json_at(members, "/members/3/voter") == "true";
  });
  (void)ctl.run({"remove", "4", "--yes"});
}

BOOST_AUTO_TEST_CASE(a_backup_is_proved_and_becomes_a_cluster) {
  looked_after nodes;
  nodes.start_and_await();
  const auto ctl = nodes.all();
  (void)ctl.run({"create", "products", "name=tea", "price=3.50"});
  BOOST_TEST(has(ctl.run({"snapshot"}), "made a checkpoint"));
  BOOST_TEST(has(ctl.run({"backup", "b"}), "b: sound"));
  BOOST_TEST(!fs::exists(nodes.directory() / "b.partial"));
  (void)ctl.run({"backup", "b"}, 4);
  (void)ctl.run({"backup", "b", "--overwrite"});
  const auto told = ctl.run({"verify", "b", "--json"});
  BOOST_TEST(json_at(told, "/items/products") == "1", told);

  auto bytes = read_file(nodes.directory() / "b");
  bytes[bytes.size() - 5] ^= 1;
  std::ofstream(nodes.directory() / "bad") << bytes;
  (void)ctl.run({"verify", "bad"}, 1);
  (void)ctl.run({"verify", "none"}, 1);

  const auto addr = "127.0.0.1:" + std::to_string(nodes.port(0));
  BOOST_TEST(
      has(ctl.run({"restore", "b", "--data-dir", "r", "--addr", addr}), "Restored b into r"));
  (void)ctl.run({"restore", "b", "--data-dir", "r"}, 1);
  (void)ctl.run({"restore", "bad", "--data-dir", "r2"}, 1);
  for (std::size_t i = 0; i < 3; ++i) nodes.kill(i);
  process node{{{LITHAIR_NODE, "--models", LITHAIR_SOURCE "/apps/examples/shop.toml", "--data-dir",
                 "r", "--addr", addr},
                nodes.directory() / "restored",
                nodes.directory(),
                {}}};
  nodes.await("it serves", [&] { return nodes.client(0).get("/readyz").status == 200; });
  BOOST_TEST(nodes.of({0}).run({"list", "products", "--count"}) == "1\n");
}

BOOST_AUTO_TEST_CASE(who_watches_goes_on_elsewhere_and_sees_each_change_once) {
  looked_after nodes;
  nodes.start_and_await();
  constexpr int count = 300;
  auto watcher = nodes.all().begin(
      "watched", {"watch", "products", "--after", "0", "--json", "--count", std::to_string(count)});
  for (int i = 0; i < count; ++i) {
    if (i == count / 3) {
      nodes.await("it watches", [&] { return has(nodes.all().said("watched"), "product-9\""); });
      // Its first endpoint, so that which it is connected to.
      nodes.kill(0);
    }
    const headers key{{"Idempotency-Key", std::to_string(i)}};
    auto through = nodes.client(1);
    nodes.await("a write is taken", [&] {
      return through.post(products, product("product-" + std::to_string(i)), key).status == 201;
    });
  }
  BOOST_TEST((watcher.wait(cluster::patience) == ending{0}));
  std::istringstream lines(nodes.all().said("watched"));
  std::uint64_t last = 0;
  int seen = 0;
  for (std::string line; std::getline(lines, line); ++seen) {
    BOOST_TEST(json_at(line, "/event") == "create");
    BOOST_TEST(json_at(line, "/data/name") == "product-" + std::to_string(seen));
    const auto id = std::stoull(json_at(line, "/id"));
    BOOST_TEST(id > last);
    last = id;
  }
  BOOST_TEST(seen == count);
  BOOST_TEST(
      has(nodes.of({1}).run({"watch", "products", "--after", "999999999"}, 1), "lithairctl"));
}

BOOST_AUTO_TEST_CASE(models_are_compared_with_those_that_are_served) {
  looked_after nodes({.nodes = 1});
  nodes.start_all();
  nodes.await_ready(0);
  const auto ctl = nodes.of({0});
  const auto addr = "127.0.0.1:" + std::to_string(nodes.port(0));
  const auto shop = read_file(LITHAIR_SOURCE "/apps/examples/shop.toml");
  const auto compare = [&](const std::string& text, int status) {
    std::ofstream(nodes.directory() / "m.toml") << text;
    return ctl.run({"check", "m.toml", "--against", addr}, status);
  };
  BOOST_TEST(has(compare(shop, 0), "The cluster serves the same."));
  auto said = compare(shop +
                          "[models.more.fields]\nid = { type = \"uuid\", primary_key = true, "
                          "replicate = true }\n",
                      0);
  BOOST_TEST(has(said, "+ more\n"), said);
  BOOST_TEST(has(said, "restart one node after the other"), said);
  said = compare(std::regex_replace(shop, std::regex("min = \"0.01\" \\} \\}\nstock"),
                                    "min = \"0.02\" } }\nstock"),
                 1);
  BOOST_TEST(has(said, "~ products.price"), said);
  BOOST_TEST(has(said, "products.price is validated more narrowly"), said);
}

BOOST_AUTO_TEST_CASE(a_small_load_is_measured_and_leaves_nothing) {
  looked_after nodes;
  nodes.start_and_await();
  const auto ctl = nodes.all();
  BOOST_TEST(has(ctl.run({"bench", "products"}, 2), "--yes"));
  const auto said = ctl.run(
      {"bench", "products", "--seconds", "1", "--connections", "4", "--yes", "--clean", "--json"});
  BOOST_TEST(number_at(said, "/writes/count").value() > 0u, said);
  BOOST_TEST(json_at(said, "/failed") == "0", said);
  BOOST_TEST(ctl.run({"list", "products", "--count"}) == "0\n");
  // An order needs a product, which nobody can make up.
  (void)ctl.run({"bench", "orders", "--seconds", "1", "--yes"}, 1);
}

BOOST_AUTO_TEST_CASE(the_way_of_a_write_is_told_by_all_members) {
  looked_after nodes;
  const auto leader = nodes.start_and_await();
  const auto follower = (leader + 1) % 3;
  const auto third = (leader + 2) % 3;
  const auto name = [&](std::size_t i) {
    return "Node " + std::to_string(i + 1) + " (127.0.0.1:" + std::to_string(nodes.port(i)) + ")";
  };
  const auto index = nodes.client(follower).post(products, product("tea")).field("x-raft-index");
  BOOST_REQUIRE(!index.empty());
  // One endpoint is enough to find the others.
  const auto ctl = nodes.of({third});
  std::string said;
  nodes.await("the leader knows that all have it, and all have applied it", [&] {
    said = ctl.run({"explain", index});
    std::size_t applied = 0;
    for (auto at = said.find("ms  applied"); at != said.npos; at = said.find("ms  applied", at + 1))
      ++applied;
    return applied == 3 && has(said, "on the disk of node " + std::to_string(follower + 1)) &&
           has(said, "on the disk of node " + std::to_string(third + 1));
  });
  BOOST_TEST(said.starts_with("Entry " + index + " of term "), said);
  BOOST_TEST(has(said, "It asks to create products/"), said);
  const auto asked = said.find(name(follower) + ", whose client asked, from 20");
  const auto led = said.find(name(leader) + ", which led, from 20");
  const auto last = said.find(name(third) + ", from 20");
  BOOST_TEST((asked < led && led < last && last != said.npos), said);
  BOOST_TEST(said.find("ms  answered") < led, said);
  BOOST_TEST(has(said, "Clocks differ"), said);

  nodes.kill(third);
  said = nodes.of({leader}).run({"explain", index});
  BOOST_TEST(has(said, name(third) + " tells nothing: Connection refused."), said);
  said = nodes.of({leader}).run({"explain", index, "--json"});
  BOOST_TEST(json_at(said, "/index") == index);
  BOOST_TEST(json_at(said, "/nodes/0/node_id") == std::to_string(follower + 1));
  BOOST_TEST(json_at(said, "/nodes/0/explained/way/0/what") == "received");
  BOOST_TEST(json_at(said, "/nodes/2/node_id") == std::to_string(third + 1));
  BOOST_TEST(json_at(said, "/nodes/2/explained") == "null");
  BOOST_TEST(json_at(said, "/nodes/2/why_not") == "Connection refused.");

  BOOST_TEST(has(nodes.all().run({"explain", "1"}), "changes the members"));
  BOOST_TEST(has(nodes.all().run({"explain", "999999999"}, 3), "The log of this node ends at"));
  (void)nodes.all().run({"explain", index, "--group", "77"}, 3);
}

BOOST_AUTO_TEST_CASE(a_secured_cluster_is_looked_after_with_its_authority_and_a_token) {
  secured_cluster nodes(1);
  nodes.found();
  const ctl_runner ctl(nodes.directory(),
                       {"--endpoints", "https://127.0.0.1:" + std::to_string(nodes.port(0)), "--ca",
                        nodes.tls(0, "ca.pem")});
  (void)ctl.run({"token", "create", "boss", "--role", "admin", "--out", "boss.token"});
  BOOST_TEST(has(ctl.run({"status"}, 1), "token"));
  const auto as_boss = [&](std::vector<std::string> words, int status = 0) {
    words.insert(words.end(), {"--token-file", "boss.token"});
    return ctl.run(words, status);
  };
  BOOST_TEST(has(as_boss({"status"}), "All is well."));
  const auto made = as_boss({"token", "create", "shop", "--role", "write", "--collection",
                             "products", "--days", "3", "--json"});
  BOOST_TEST(json_at(made, "/token").starts_with("lithair_"), made);
  BOOST_TEST(has(as_boss({"token", "list"}), "products"));
  BOOST_TEST(has(as_boss({"token", "revoke", "2", "--yes"}), "counts no more"));
  (void)as_boss({"token", "revoke", "1", "--yes"}, 4);
  std::ofstream(nodes.directory() / "items") << product("a") << '\n' << product("b") << '\n';
  BOOST_TEST(has(as_boss({"import", "products", "items"}), "Imported 2 items"));
  BOOST_TEST(as_boss({"list", "products", "--count"}) == "2\n");
  BOOST_TEST(has(as_boss({"backup", "b"}), "sound"));
  // Whom nobody certified is not spoken with.
  const ctl_runner stranger(nodes.directory(),
                            {"--endpoints", "https://127.0.0.1:" + std::to_string(nodes.port(0))});
  (void)stranger.run({"members"}, 5);
}

BOOST_AUTO_TEST_CASE(the_commands_of_a_new_service_work_as_written) {
  const port_block ports;
  const temporary_directory place;
  const ctl_runner ctl(place.path(), {});
  (void)ctl.run({"new", "shop"});
  document_commands commands{read_file(place.path() / "shop" / "README.md")};
  for (std::size_t i = 0; i < 3; ++i)
    commands.replace(std::to_string(8081 + i), std::to_string(ports.http(i)));
  std::ofstream(place.path() / "shop" / "script")
      << path_line << "set -e\ntrap 'kill $(jobs -p); wait' EXIT\n"
      << commands.text();
  process shell({{"/bin/bash", "script"}, place.path() / "log", place.path() / "shop", {}});
  const auto how = shell.wait(cluster::patience * 2);
  const auto log = read_file(place.path() / "log");
  BOOST_REQUIRE_MESSAGE(how, log);
  BOOST_TEST(how->status == 0, log);
  BOOST_TEST(has(log, "The cluster serves the same."), log);
}

BOOST_AUTO_TEST_CASE(the_commands_of_the_page_about_it_work_as_written) {
  looked_after nodes;
  const auto leader = nodes.start_and_await();
  document_commands commands{read_file(LITHAIR_SOURCE "/docs/lithairctl.md")};
  for (std::size_t i = 0; i < 3; ++i)
    commands.replace(std::to_string(8081 + i), std::to_string(nodes.port(i)));
  // Whoever leads, another one is to; and nobody is at the ninth's address.
  commands.replace("--to 2", "--to " + std::to_string((leader + 1) % 3 + 1));
  commands.replace("8089", std::to_string(nodes.port(3)));
  fs::copy_file(LITHAIR_SOURCE "/apps/examples/shop.toml", nodes.directory() / "shop.toml");
  std::ofstream(nodes.directory() / "script") << path_line << "set -e\n" << commands.text();
  process shell({{"/bin/bash", "script"}, nodes.directory() / "script_log", nodes.directory(), {}});
  const auto how = shell.wait(cluster::patience * 2);
  const auto log = read_file(nodes.directory() / "script_log");
  BOOST_REQUIRE_MESSAGE(how, log);
  BOOST_TEST(how->status == 0, log);
  BOOST_TEST(has(log, "Token 2 of shop"), log);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ctl_test
