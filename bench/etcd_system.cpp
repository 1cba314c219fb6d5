#include <unistd.h>

#include <stdexcept>

#include "bench/systems.hpp"
#include "test/cluster/harness/cluster.hpp"

namespace lithair::bench {
namespace {

constexpr auto binary = "/usr/bin/etcd";
constexpr std::size_t node_count = 3;

/// 24 decimal digits: read as base64 they are a key of 18 bytes.
constexpr auto key = "########################";

/// Base64 of `size` bytes of the letter A.
std::string base64_of_letters(std::size_t size) {
  std::string made;
  for (std::size_t i = 0; i < size / 3; ++i) made += "QUFB";
  if (size % 3 == 1) made += "QQ==";
  if (size % 3 == 2) made += "QUE=";
  return made;
}

std::string url(std::uint16_t port) { return "http://127.0.0.1:" + std::to_string(port); }

class etcd_system final : public measured_system {
 public:
  explicit etcd_system(std::size_t payload) {
    for (std::size_t i = 0; i < node_count; ++i) start(i);
    for (std::size_t i = 0; i < node_count; ++i) await(i);
    store(payload);
  }

  std::string name() const override { return "etcd"; }
  std::vector<std::uint16_t> ports() const override {
    std::vector<std::uint16_t> made;
    for (std::size_t i = 0; i < node_count; ++i) made.push_back(ports_.http(i));
    return made;
  }
  std::size_t leader() override {
    for (std::size_t i = 0; i < node_count; ++i) {
      const auto status = test::http_client(ports_.http(i)).post("/v3/maintenance/status", "{}");
      if (test::json_at(status.body, "/leader") ==
          test::json_at(status.body, "/header/member_id")) {
        return i;
      }
    }
    throw std::runtime_error("etcd has no leader");
  }
  request_template write_request(std::size_t payload) const override {
    return make_request("POST", "/v3/kv/put", put(key, payload), 200);
  }
  request_template read_request() const override {
    return make_request("POST", "/v3/kv/range", R"({"key":")" + std::string(key) + "\"}", 200);
  }
  std::vector<test::process*> processes() override {
    std::vector<test::process*> made;
    for (auto& x : processes_) made.push_back(&x);
    return made;
  }

 private:
  static std::string put(const std::string& which, std::size_t payload) {
    return R"({"key":")" + which + R"(","value":")" + base64_of_letters(payload) + "\"}";
  }

  void start(std::size_t i) {
    const auto id = std::to_string(i + 1);
    std::string members;
    for (std::size_t j = 0; j < node_count; ++j) {
      members += (j == 0 ? "" : ",") + std::to_string(j + 1) + "=" + url(ports_.peer(j));
    }
    processes_.emplace_back(test::launch{{binary,
                                          "--name",
                                          id,
                                          "--data-dir",
                                          directory_.path() / id,
                                          "--listen-client-urls",
                                          url(ports_.http(i)),
                                          "--advertise-client-urls",
                                          url(ports_.http(i)),
                                          "--listen-peer-urls",
                                          url(ports_.peer(i)),
                                          "--initial-advertise-peer-urls",
                                          url(ports_.peer(i)),
                                          "--initial-cluster",
                                          members,
                                          "--initial-cluster-state",
                                          "new",
                                          "--logger",
                                          "zap",
                                          "--log-level",
                                          "error"},
                                         directory_.path() / (id + ".log"),
                                         {},
                                         {}});
  }

  void await(std::size_t i) {
    test::http_client asked(ports_.http(i));
    while (asked.get("/health").status != 200) {
      if (processes_[i].wait(test::milliseconds{20})) throw std::runtime_error("etcd ended");
    }
  }

  void store(std::size_t payload) {
    test::http_client through(ports_.http(0));
    for (std::uint64_t i = 0; i < readable; ++i) {
      const auto digits = std::to_string(i);
      const auto said =
          through.post("/v3/kv/put", put(std::string(24 - digits.size(), '0') + digits, payload));
      if (said.status != 200) throw std::runtime_error("etcd refused a key: " + said.body);
    }
  }

  test::temporary_directory directory_;
  test::port_block ports_;
  std::vector<test::process> processes_;
};

}  // namespace

std::unique_ptr<measured_system> start_etcd(std::size_t payload) {
  if (access(binary, X_OK) != 0) return nullptr;
  return std::make_unique<etcd_system>(payload);
}

}  // namespace lithair::bench
