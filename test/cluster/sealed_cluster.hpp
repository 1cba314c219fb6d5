#pragma once

#include <functional>
#include <string>

#include "test/cluster/fixture.hpp"
#include "test/cluster/harness/peer_certificates.hpp"

namespace lithair::test {

/// Nodes whose links are under TLS.
struct sealed_cluster : shop_cluster {
  const peer_certificates& kept;

  explicit sealed_cluster(const peer_certificates& certificates, std::size_t count = 3)
      : shop_cluster(
            {.nodes = count,
             .flags = patient_and({"--peer-greeting", "300ms"}),
             .place = [&certificates](const cluster& all,
                                      std::size_t i) { return certificates.place(all, i); }}),
        kept(certificates) {}

  std::uint16_t peer_port(std::size_t i) const {
    return static_cast<std::uint16_t>(port(i) + 1000);
  }
  /// Without a change of leaders, whoever called.
  void goes_on(std::size_t leader, const std::string& term) {
    auto through = client(leader == 0 ? 1 : 0);
    create(through, "item " + std::to_string(++made_));
    BOOST_TEST(status(leader, "/term") == term);
  }

 private:
  int made_ = 0;
};

}  // namespace lithair::test
