#pragma once

#include <boost/test/results_collector.hpp>
#include <boost/test/unit_test.hpp>

#include <exception>
#include <functional>
#include <string>
#include <vector>

#include "test/cluster/harness/cluster.hpp"

namespace lithair::test {

/// Where a test demands that nobody is elected, a machine that stands still for a moment must not
/// matter.
inline const std::vector<std::string> patient{"--election-timeout", "1s-2s", "--heartbeat",
                                              "100ms"};

inline std::vector<std::string> patient_and(std::vector<std::string> flags) {
  flags.insert(flags.end(), patient.begin(), patient.end());
  return flags;
}

/// A cluster for one test case. What its nodes wrote is shown when the case fails.
class shop_cluster : public cluster {
 public:
  using cluster::cluster;

  ~shop_cluster() {
    using namespace boost::unit_test;
    const auto& result = results_collector.results(framework::current_test_case().p_id);
    if (!result.passed() || std::uncaught_exceptions() > 0) BOOST_TEST_MESSAGE(logs());
  }

  /// Three nodes that all answer and agree on a leader.
  std::size_t start_and_await() {
    start_all();
    await_all_ready();
    return await_leader();
  }
  /// What /status of node `i` says there.
  std::string status(std::size_t i, const std::string& pointer) const {
    return json_at(client(i).get("/status").body, pointer);
  }
  void await_log(std::size_t i, const std::string& part) {
    await_log(i, part, [] {});
  }
  /// Strangers are told of once a second: so `call` comes again.
  void await_log(std::size_t i, const std::string& part, const std::function<void()>& call) {
    await("the log says: " + part, [&] {
      call();
      return log(i).find(part) != std::string::npos;
    });
  }
};

/// The number after `name`, among what follows `--` on the command line; `otherwise` when it is not
/// there.
inline std::uint32_t argument(const std::string& name, std::uint32_t otherwise) {
  const auto& suite = boost::unit_test::framework::master_test_suite();
  for (int i = 1; i + 1 < suite.argc; ++i) {
    if (suite.argv[i] == name) return static_cast<std::uint32_t>(std::stoul(suite.argv[i + 1]));
  }
  return otherwise;
}

inline constexpr auto products = "/api/products";

inline std::string product(const std::string& name, int stock = 0) {
  return R"({"name":")" + name + R"(","price":"1.50","stock":)" + std::to_string(stock) + "}";
}

inline std::string item_path(const std::string& id) { return std::string(products) + "/" + id; }

/// Creates a product; its id.
inline std::string create(http_client& through, const std::string& name) {
  const auto made = through.post(products, product(name));
  BOOST_REQUIRE_MESSAGE(made.status == 201, name << ": " << made.status << " " << made.body);
  return json_at(made.body, "/id");
}

}  // namespace lithair::test
