#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "actors/embedded/collection.hpp"
#include "actors/embedded/transaction.hpp"
#include "actors/remote/remote_cluster.hpp"
#include "models/model.hpp"
#include "test/actors/raw_program.hpp"
#include "test/actors/results.hpp"
#include "test/cluster/fixture.hpp"
#include "test/cluster/sealed_cluster.hpp"

namespace programs_test {

/// The shop's, as a program outside declares it.
struct ware {
  lithair::uuid id;
  std::string name;
  lithair::money price;
  std::int64_t stock = 0;
};

}  // namespace programs_test

template <>
struct lithair::model<programs_test::ware> : lithair::attributes {
  static constexpr auto declaration =
      declare("products", field<&programs_test::ware::id>("id", primary_key, immutable, replicate),
              field<&programs_test::ware::name>("name", unique, replicate),
              field<&programs_test::ware::price>("price", replicate),
              field<&programs_test::ware::stock>("stock", replicate, default_value(0)));
};

namespace programs_test {

using namespace lithair;
using namespace lithair::test;

namespace {

const auto price = *models::parse_money("1.50");

std::uint16_t peer_port(const cluster& of, std::size_t i) {
  return static_cast<std::uint16_t>(of.port(i) + 1000);
}

std::vector<std::string> places(const cluster& of) {
  std::vector<std::string> made;
  for (std::size_t i = 0; i < of.size(); ++i)
    made.push_back("127.0.0.1:" + std::to_string(peer_port(of, i)));
  return made;
}

/// What a program process says, and how it ends.
std::pair<ending, std::string> run(const cluster& of, const std::vector<std::string>& arguments) {
  static std::atomic<int> runs{0};
  const auto output = of.directory() / ("visitor-" + std::to_string(++runs));
  std::vector<std::string> words{LITHAIR_VISITOR};
  words.insert(words.end(), arguments.begin(), arguments.end());
  process visitor{{.words = words, .output = output, .directory = {}, .variables = {}}};
  const auto ended = visitor.wait(cluster::patience);
  BOOST_REQUIRE(ended.has_value());
  return {*ended, read_file(output)};
}

std::string why_not(remote_options how) {
  how.reach_ms = 1500;
  const remote_cluster outside{schema_of<ware>(), how};
  const auto said = collection<ware>{outside}.list().get();
  BOOST_REQUIRE(!said.has_value());
  return said.error().detail;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_programs)

BOOST_AUTO_TEST_CASE(a_program_of_its_own_works_with_a_cluster_from_outside) {
  shop_cluster nodes({.flags = {"--programs"}});
  nodes.start_and_await();
  const auto [ended, said] = run(nodes, places(nodes));
  BOOST_TEST((ended == ending{0}), said);
  BOOST_TEST(said == "tea: 11 left\n");
  auto http = nodes.client(1);
  BOOST_TEST(json_at(http.get(products).body, "/data/0/stock") == "11");
  BOOST_TEST(json_at(http.get("/status").body, "/programs") == "0");

  // A second one finds it there.
  const auto [again, why] = run(nodes, places(nodes));
  BOOST_TEST((again == ending{1}));
  BOOST_TEST(has(why, "must be unique"), why);
}

BOOST_AUTO_TEST_CASE(a_transaction_from_outside_is_seen_over_http) {
  shop_cluster nodes({.flags = {"--programs"}});
  nodes.start_and_await();
  const remote_cluster shop{schema_of<ware>(), {.nodes = places(nodes)}};
  const collection<ware> wares{shop};
  const auto tea = must(wares.create({{}, "tea", price, 5}).get());
  const auto done = must(transaction(shop)
                             .update(wares, tea.item.id, patch<ware>().set<&ware::stock>(4))
                             .create(wares, {{}, "coffee", price, 1})
                             .commit()
                             .get());
  BOOST_TEST(done.operations.size() == 2u);
  auto http = nodes.client(2);
  const auto page = http.get(std::string(products) + "?sort=name").body;
  BOOST_TEST(json_at(page, "/data/0/name") == "coffee");
  BOOST_TEST(json_at(page, "/data/1/stock") == "4");
}

// Each write has a key, and is sent again for as long as nobody knows whether it took effect.
BOOST_AUTO_TEST_CASE(when_leaders_are_killed_each_write_with_a_key_takes_effect_once) {
  shop_cluster nodes({.flags = {"--programs"}});
  auto leader = nodes.start_and_await();
  const remote_cluster shop{schema_of<ware>(), {.nodes = places(nodes)}};
  const collection<ware> wares{shop};
  constexpr int writers = 4;
  std::atomic<bool> stop{false};
  std::atomic<int> acknowledged{0};
  std::vector<std::set<std::string>> made(writers);
  std::vector<std::thread> threads;
  for (int w = 0; w < writers; ++w)
    threads.emplace_back([&, w] {
      for (int n = 0; !stop; ++n) {
        const auto name = "ware " + std::to_string(w) + " " + std::to_string(n);
        const write_options once{.idempotency_key =
                                     "key-" + std::to_string(w) + "-" + std::to_string(n)};
        for (;;) {
          const auto said = wares.create({{}, name, price, 1}, once).get();
          if (said) break;
          // Anything else would be a second creation, or none.
          if (said.error().status != 503 && said.error().status != 504) {
            made[static_cast<std::size_t>(w)].insert("refused: " + said.error().detail);
            return;
          }
        }
        made[static_cast<std::size_t>(w)].insert(name);
        ++acknowledged;
      }
    });
  for (int round = 0; round < 3; ++round) {
    const auto before = acknowledged.load();
    nodes.await("writes go on", [&] { return acknowledged >= before + 50; });
    nodes.kill(leader);
    const auto since = acknowledged.load();
    nodes.await("writes go on without it", [&] { return acknowledged >= since + 50; });
    nodes.start(leader);
    nodes.await_ready(leader);
    leader = nodes.await_leader();
  }
  stop = true;
  for (auto& each : threads) each.join();
  std::map<std::string, int> there;
  list_words words{{"take", "1000"}, {"total", "false"}};
  for (auto some = wares.list(words).get(); some; some = wares.list(words).get()) {
    for (const auto& each : some->items) ++there[each.name];
    if (!some->next) break;
    std::erase_if(words, [](auto& x) { return x.first == "after"; });
    words.emplace_back("after", *some->next);
  }
  std::size_t total = 0;
  for (const auto& each : made) {
    total += each.size();
    for (const auto& name : each) BOOST_TEST(there[name] == 1, name);
  }
  BOOST_TEST(there.size() == total);
  BOOST_TEST(total == static_cast<std::size_t>(acknowledged));
  BOOST_TEST_MESSAGE(total << " writes over 3 killed leaders, each there once");
}

// The first node has the write in its log when it is killed, and the second one no majority: it has
// certainly not done it, and yet it takes effect once the first is back.
BOOST_AUTO_TEST_CASE(what_a_lost_node_may_have_done_is_unknown_whatever_the_next_one_says) {
  shop_cluster nodes({.flags = {"--programs"}});
  const auto leader = nodes.start_and_await();
  const auto next = (leader + 1) % 3;
  const auto last = (leader + 2) % 3;
  const auto all = places(nodes);
  const remote_cluster shop{schema_of<ware>(),
                            {.nodes = {all[leader], all[next]}, .request_timeout_ms = 60'000}};
  const collection<ware> wares{shop};
  must(wares.create({{}, "tea", price, 5}).get());
  nodes.at(next).pause();
  nodes.at(last).pause();
  const auto end_of_log = [&] {
    return number_at(nodes.client(leader).get("/status").body, "/last_index").value_or(0);
  };
  const auto before = end_of_log();
  auto asked = wares.create({{}, "coffee", price, 1}, {.idempotency_key = "coffee"}).future();
  nodes.await("the leader has it in its log", [&] { return end_of_log() > before; });
  nodes.kill(leader);
  nodes.at(next).resume();
  const auto said = asked.get();
  BOOST_REQUIRE(!said.has_value());
  BOOST_TEST(said.error().status == 504, said.error().detail);
  nodes.kill(last);
  nodes.start(leader);
  nodes.await_ready(leader);
  // Asked once more, it is told what became of it.
  BOOST_TEST(
      must(wares.create({{}, "coffee", price, 1}, {.idempotency_key = "coffee"}).get()).item.name ==
      "coffee");
  BOOST_TEST(must(wares.list().get()).total == 2u);
}

BOOST_AUTO_TEST_CASE(a_node_without_the_flag_refuses_programs_in_words) {
  shop_cluster nodes;
  nodes.start_and_await();
  const auto [ended, said] = run(nodes, places(nodes));
  BOOST_TEST((ended == ending{1}));
  BOOST_TEST(has(said, "this node lets no programs in (--programs)"), said);
  BOOST_TEST(json_at(nodes.client(0).get("/status").body, "/programs") == "null");
}

BOOST_AUTO_TEST_CASE(a_node_alone_lets_programs_in_and_other_models_are_refused_in_words) {
  shop_cluster node({.nodes = 1,
                     .models = std::string(LITHAIR_SOURCE) + "/apps/examples/users.toml",
                     .flags = {"--programs"}});
  node.start_and_await();
  const auto [ended, said] = run(node, places(node));
  BOOST_TEST((ended == ending{1}));
  BOOST_TEST(has(said, "it has other models than this program: products is not served there"),
             said);
}

BOOST_AUTO_TEST_CASE(what_strangers_say_over_a_link_ends_that_link_and_nothing_else) {
  shop_cluster nodes({.flags = patient_and({"--programs"})});
  nodes.start_and_await();
  const remote_cluster shop{schema_of<ware>(), {.nodes = places(nodes)}};
  const collection<ware> wares{shop};
  must(wares.create({{}, "tea", price, 5}).get());
  const auto term = number_at(nodes.client(0).get("/status").body, "/term");
  for (int n = 1; n <= 100; ++n) {
    raw_program liar{peer_port(nodes, static_cast<std::size_t>(n) % 3), n};
    if (n % 2 == 0) liar.meet();
    liar.say(n % 4 < 2 ? std::string(200, static_cast<char>(n))
                       : basp::introduction(basp::node(n), 1) + std::string(100, '\xff'));
    liar.live_until_closed();
  }
  BOOST_TEST(must(wares.list().get()).total == 1u);
  BOOST_TEST((number_at(nodes.client(0).get("/status").body, "/term") == term));
  for (std::size_t i = 0; i < nodes.size(); ++i) BOOST_TEST(nodes.runs(i));
}

BOOST_AUTO_TEST_CASE(a_program_proves_that_it_knows_the_cluster_token) {
  shop_cluster nodes;
  const auto file = nodes.directory() / "token";
  std::ofstream{file} << "the-secret-of-members\n";
  ::chmod(file.c_str(), 0600);
  nodes.told().flags = {"--programs", "--cluster-token", file.string()};
  nodes.start_and_await();
  BOOST_TEST(has(why_not({.nodes = places(nodes)}), "the cluster token"));
  const remote_cluster shop{schema_of<ware>(),
                            {.nodes = places(nodes), .cluster_token = "the-secret-of-members"}};
  must(collection<ware>{shop}.create({{}, "tea", price, 5}).get());
}

BOOST_AUTO_TEST_CASE(under_tls_a_program_shows_a_certificate_of_its_own) {
  const peer_certificates kept{3};
  sealed_cluster nodes{kept};
  nodes.told().flags.emplace_back("--programs");
  nodes.start_and_await();
  const auto put = [&](const std::string& name, const std::string& uri) {
    const auto own = kept.home().issue({.name = name, .names = {"URI:" + uri}});
    kept.write(name + ".pem", own.certificate);
    kept.write(name + ".key", own.key);
    return actors::tls_files{kept.path(name + ".pem"), kept.path(name + ".key"),
                             kept.path("ca.pem")};
  };
  const auto billing = put("billing", actors::program_uri("billing"));
  const remote_cluster shop{schema_of<ware>(), {.nodes = places(nodes), .tls = billing}};
  const collection<ware> wares{shop};
  must(wares.create({{}, "tea", price, 5}).get());
  nodes.await("the log names it", [&] {
    return has(nodes.log(0) + nodes.log(1) + nodes.log(2), "the program billing at 127.0.0.1");
  });
  // Without a certificate, and with none of a program.
  BOOST_TEST(has(why_not({.nodes = places(nodes)}), "TLS"));
  BOOST_CHECK_THROW(remote_cluster(schema_of<ware>(), {.nodes = places(nodes),
                                                       .tls = put("node-9", actors::node_uri(9))}),
                    std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace programs_test
