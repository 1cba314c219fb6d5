#include <sys/resource.h>
#include <sys/stat.h>

#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "test/actors/links/stranger.hpp"
#include "test/cluster/fixture.hpp"

namespace strangers_test {

using namespace lithair::test;

namespace {

/// Three nodes, and whoever finds their peer ports.
struct found_out {
  shop_cluster nodes;
  std::size_t leader = 0;
  std::uint64_t term = 0;
  std::vector<std::uint64_t> resident_kib;

  /// `secret`: of the cluster; empty: it has none.
  explicit found_out(const std::string& secret = {}) {
    auto& flags = nodes.told().flags;
    flags = patient_and({"--peer-greeting", "300ms"});
    if (!secret.empty()) {
      const auto file = nodes.directory() / "token";
      std::ofstream{file} << secret;
      ::chmod(file.c_str(), 0600);
      flags.insert(flags.end(), {"--cluster-token", file.string()});
    }
    leader = nodes.start_and_await();
    term = term_now();
    for (std::size_t i = 0; i < nodes.size(); ++i)
      resident_kib.push_back(nodes.at(i).used().resident_kib);
  }
  std::uint16_t port(std::size_t i) const {
    return static_cast<std::uint16_t>(nodes.port(i) + 1000);
  }
  std::uint64_t term_now() {
    return number_at(nodes.client(leader).get("/status").body, "/term").value_or(0);
  }
  /// Nobody noticed.
  void goes_on() {
    auto client = nodes.client(leader == 0 ? 1 : 0);
    create(client, "after strangers " + std::to_string(++made_));
    BOOST_TEST(term_now() == term);
    for (std::size_t i = 0; i < nodes.size(); ++i)
      BOOST_TEST(nodes.at(i).used().resident_kib < resident_kib[i] + 32 * 1024, i);
  }

 private:
  int made_ = 0;
};

std::string announcing(std::uint32_t size) {
  lithair::actors::frame_head head;
  head.size = size;
  head.kind = lithair::actors::frame_kind::hello;
  const auto raw = encode(head);
  return "lithair\x01" + std::string{raw.data(), raw.size()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_strangers)

BOOST_AUTO_TEST_CASE(whatever_strangers_send_costs_no_memory_and_no_leader) {
  found_out cluster;
  const std::vector<std::pair<std::string, std::string>> words{
      {"32 bytes of nothing", std::string(32, '\0')},
      {"32 bytes of ones", std::string(32, '\xff')},
      {"01 and zeros", "\x01" + std::string(200, '\0')},
      {"4 GiB of another protocol",
       std::string("\0\0\0\0\xff\xff\xff\xff", 8) + std::string(64, 'x')},
      {"4 GiB of a greeting", announcing(0xffffffff) + std::string(4096, 'x')},
      {"1025 bytes of a greeting", announcing(1025)},
      {"an empty greeting", announcing(0)},
      {"HTTP", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"},
  };
  for (const auto& [name, bytes] : words) {
    BOOST_TEST_CONTEXT(name) {
      for (std::size_t i = 0; i < cluster.nodes.size(); ++i) {
        for (int n = 0; n < 20; ++n) {
          stranger caller{cluster.port(i)};
          caller.say(bytes);
          caller.told();
        }
      }
      cluster.goes_on();
    }
  }
}

BOOST_AUTO_TEST_CASE(a_thousand_silent_connections_and_slow_ones_are_closed) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  found_out cluster;
  std::vector<std::unique_ptr<stranger>> silent;
  for (int n = 0; n < 1000; ++n) {
    silent.push_back(std::make_unique<stranger>(cluster.port(0)));
    if (n % 2 == 0) silent.back()->say("l");
  }
  cluster.goes_on();
  for (auto& each : silent) each->told();
  cluster.goes_on();
}

BOOST_AUTO_TEST_CASE(
    a_node_of_another_cluster_and_one_without_the_secret_are_told_why_they_are_refused) {
  found_out cluster("the-token-of-this-test-cluster");
  auto ours = hello_of(2, 1);
  ours.cluster = 12345;
  const auto ends = [&] { return stranger{cluster.port(0)}.meet(ours); };
  BOOST_TEST(ends() == "is refused: it belongs to another cluster");
  ours.cluster = 0;
  BOOST_TEST(ends() ==
             "is refused: node 2 does not prove that it knows the cluster token; start it "
             "with --cluster-token and the same file");
  ours.version = 5;
  BOOST_TEST(ends().starts_with("is refused: it speaks version 5 of the peer protocol"));
  cluster.goes_on();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace strangers_test
