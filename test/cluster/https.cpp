#include <atomic>
#include <csignal>
#include <filesystem>
#include <mutex>
#include <set>
#include <thread>

#include "test/cluster/fixture.hpp"
#include "test/cluster/operators_files.hpp"

namespace https_test {

namespace fs = std::filesystem;
using namespace lithair::test;

namespace {

/// Nodes that speak HTTPS; `more`: flags on top.
struct secure_cluster : shop_cluster {
  explicit secure_cluster(const operators_files& kept, std::size_t count = 1,
                          std::vector<std::string> more = {})
      : shop_cluster([&] {
          cluster_options made{.nodes = count, .flags = kept.flags()};
          made.flags.insert(made.flags.end(), more.begin(), more.end());
          made.secure = kept.client();
          return made;
        }()) {}

  std::string base(std::size_t i) const { return "https://127.0.0.1:" + std::to_string(port(i)); }

  /// Runs a program to its end; what it wrote.
  std::pair<int, std::string> run(std::vector<std::string> words) const {
    const auto output = directory() / "said";
    fs::remove(output);
    process made{launch{std::move(words), output, {}, {}}};
    const auto how = made.wait(patience);
    return {how ? how->status : -1, read_file(output)};
  }
  void await_log(const std::string& part) {
    await("the log says: " + part, [&] { return log(0).find(part) != std::string::npos; });
  }
};

std::vector<std::string> operator+(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// Reads and writes, each some times on one connection, until it goes.
class busy_client {
 public:
  explicit busy_client(const cluster& nodes) : thread_([this, &nodes] { run(nodes); }) {}
  ~busy_client() {
    stopped_ = true;
    thread_.join();
  }

  std::atomic<std::size_t> fine{0};
  std::atomic<std::size_t> failed{0};
  std::set<std::string> shown() {
    const std::lock_guard guard{mutex_};
    return shown_;
  }

 private:
  void run(const cluster& nodes) {
    for (std::size_t i = 0; !stopped_;) {
      auto through = nodes.client(0);
      for (int j = 0; j < 8; ++j, ++i) {
        const auto got = j % 4 == 0 ? through.post(products, product(name()))
                                    : through.get("/api/products/count");
        ++(got.status == 200 || got.status == 201 ? fine : failed);
        if (through.tls() == nullptr || !through.tls()->peer()) continue;
        const std::lock_guard guard{mutex_};
        shown_.insert(through.tls()->peer()->common_name);
      }
    }
  }
  static std::string name() {
    static std::atomic<std::size_t> last{0};
    return "item " + std::to_string(++last);
  }

  std::atomic<bool> stopped_{false};
  std::mutex mutex_;
  std::set<std::string> shown_;  // whom it was shown as the server, guarded by mutex_
  std::thread thread_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_https)

BOOST_AUTO_TEST_CASE(curl_and_openssl_speak_with_a_node) {
  const operators_files kept;
  secure_cluster node(kept);
  node.start_and_await();
  const std::vector<std::string> curl{"/usr/bin/env", "curl", "-sS", "--noproxy", "*"};
  const auto trusted = curl + std::vector<std::string>{"--cacert", kept.path("ca.pem")};
  const auto url = node.base(0) + "/livez";
  BOOST_TEST(
      (node.run(trusted + std::vector{url}) == std::pair{0, std::string(R"({"status":"alive"})")}));
  // 60: whoever that is, it is not trusted. 35: no version in common.
  BOOST_TEST(node.run(curl + std::vector{url}).first == 60);
  BOOST_TEST(node.run(trusted + std::vector<std::string>{"--tls-max", "1.1", "--tlsv1.1",
                                                         "--ciphers", "ALL@SECLEVEL=0", url})
                 .first == 35);
  const auto plain =
      node.run(curl + std::vector{"http://127.0.0.1:" + std::to_string(node.port(0)) + "/livez"});
  BOOST_TEST(plain.second.find("https_required") != std::string::npos);
  const auto dialled = [&](const std::string& protocol) {
    return node
        .run({"/bin/sh", "-c",
              "openssl s_client -connect 127.0.0.1:" + std::to_string(node.port(0)) + " -CAfile " +
                  kept.path("ca.pem") + " -alpn " + protocol + " </dev/null"})
        .second;
  };
  const auto said = dialled("http/1.1");
  BOOST_TEST(said.find("Verification: OK") != std::string::npos, said);
  BOOST_TEST(said.find("ALPN protocol: http/1.1") != std::string::npos, said);
  BOOST_TEST(dialled("h2").find("no application protocol") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_banner_tells_of_https_and_its_command_works) {
  const operators_files kept;
  secure_cluster node(kept);
  node.start_and_await();
  const auto said = node.log(0);
  const auto command = "curl --cacert " + kept.path("cert.pem") + " " + node.base(0) + "/status";
  BOOST_TEST(said.find("serves    " + node.base(0) + "/api/products") != std::string::npos, said);
  BOOST_REQUIRE_MESSAGE(said.find(command) != std::string::npos, said);
  const auto got = node.run({"/bin/sh", "-c", command + " -s --noproxy '*'"});
  BOOST_TEST(got.first == 0);
  BOOST_TEST(json_at(got.second, "/tls/subject") == "CN=node");
  BOOST_TEST(json_at(got.second, "/tls/trouble") == "null");
}

BOOST_AUTO_TEST_CASE(clients_without_a_certificate_of_the_authority_are_refused) {
  const operators_files kept;
  secure_cluster node(kept, 1, {"--tls-client-ca", kept.path("ca.pem")});
  node.start_and_await();
  const std::vector<std::string> curl{
      "/usr/bin/env",     "curl", "-sS", "--noproxy", "*", node.base(0) + "/livez", "--cacert",
      kept.path("ca.pem")};
  BOOST_TEST(node.run(curl).first != 0);
  const auto shown = node.run(curl + std::vector<std::string>{"--cert", kept.path("client.pem"),
                                                              "--key", kept.path("client.key")});
  BOOST_TEST(shown.first == 0);
  BOOST_TEST(shown.second == R"({"status":"alive"})");
}

BOOST_AUTO_TEST_CASE(a_certificate_is_replaced_under_load_and_no_request_fails) {
  const operators_files kept;
  secure_cluster node(kept);
  node.start_and_await();
  {
    busy_client first(node);
    busy_client second(node);
    const auto await_requests = [&] {
      const auto before = first.fine + second.fine;
      node.await("requests go on", [&] { return first.fine + second.fine > before + 40; });
    };
    await_requests();
    for (const auto* name : {"second", "third"}) {
      kept.replace(kept.home().issue({.name = name}));
      node.at(0).signal(SIGHUP);
      node.await("the new one is shown", [&] { return first.shown().contains(name); });
      await_requests();
    }
    auto wrong = kept.home().issue({.name = "fourth"});
    kept.write("cert.pem", wrong.certificate);
    node.at(0).signal(SIGHUP);
    node.await_log("key.pem is not the key of the certificate");
    await_requests();
    auto asked = node.client(0);
    const auto told = json_at(asked.get("/status").body, "/tls/trouble");
    BOOST_TEST(told.ends_with("the certificate of before stays in use"), told);
    BOOST_TEST(asked.tls()->peer()->common_name == "third");
    kept.write("key.pem", wrong.key);
    node.at(0).signal(SIGHUP);
    node.await("the right pair is shown", [&] { return second.shown().contains("fourth"); });
    BOOST_TEST(json_at(asked.get("/status").body, "/tls/trouble") == "null");
    BOOST_TEST(first.failed + second.failed == 0u);
  }
  BOOST_TEST((node.stop(0) == ending{0}));
}

BOOST_AUTO_TEST_CASE(a_certificate_that_ends_soon_is_told_at_the_start) {
  const operators_files kept;
  kept.replace(kept.home().issue({.name = "brief", .ends_in_s = 3 * 86'400 + 60}));
  secure_cluster node(kept);
  node.start_and_await();
  node.await_log("the certificate ends on ");
  auto asked = node.client(0);
  BOOST_TEST(json_at(asked.get("/status").body, "/tls/trouble").ends_with(", in 3 days"));
}

BOOST_AUTO_TEST_CASE(a_cluster_speaks_https_and_takes_in_who_asks_by_it) {
  const operators_files kept;
  secure_cluster nodes(kept, 4, {});
  nodes.told().founders = 3;
  for (std::size_t i = 0; i < 3; ++i) nodes.start(i);
  for (std::size_t i = 0; i < 3; ++i) nodes.await_ready(i);
  nodes.told().flags.insert(nodes.told().flags.end(), {"--join-ca", kept.path("ca.pem")});
  nodes.start(3);
  nodes.await_ready(3);
  auto through = nodes.client(3);
  const auto id = create(through, "tea");
  for (std::size_t i = 0; i < 4; ++i) BOOST_TEST(nodes.client(i).get(item_path(id)).status == 200);
}

BOOST_AUTO_TEST_CASE(a_stream_comes_by_https_as_it_happens_and_ends_when_the_node_leaves) {
  const operators_files kept;
  secure_cluster node(kept, 1, {"--drain", "60s"});
  node.start_and_await();
  const auto output = node.directory() / "stream";
  process reader{launch{{"/usr/bin/env", "curl", "-sSN", "--noproxy", "*", "--cacert",
                         kept.path("ca.pem"), node.base(0) + "/api/products/stream"},
                        output,
                        {},
                        {}}};
  const auto await_text = [&](const std::string& text) {
    node.await("the stream says " + text,
               [&] { return read_file(output).find(text) != std::string::npos; });
  };
  await_text(": heartbeat");
  auto through = node.client(0);
  for (const auto* name : {"tea", "coffee"}) {
    create(through, name);
    await_text(name);
  }
  node.at(0).signal(SIGTERM);
  // Whole, and not cut off: else curl says so.
  BOOST_TEST((reader.wait(cluster::patience) == ending{0}));
  BOOST_TEST(through.get("/livez").field("connection") == "close");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace https_test
