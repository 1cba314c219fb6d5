#pragma once

#include <string>
#include <utility>

#include "test/cluster/fixture.hpp"

namespace lithair::test {

/// Nodes that are asked by people who show tokens.
class token_cluster : public shop_cluster {
 public:
  using shop_cluster::shop_cluster;

  /// An empty token is not shown.
  answer as(std::size_t node, const std::string& token, const std::string& verb,
            const std::string& path, const std::string& body = {}) const {
    headers more;
    if (!token.empty()) more.push_back({"Authorization", "Bearer " + token});
    auto through = client(node);
    return through.send(verb, path, body, more);
  }
  /// Makes a token at a node, and tells it.
  std::string make(std::size_t node, const std::string& as_whom, const std::string& wish) const {
    const auto got = as(node, as_whom, "POST", "/_admin/tokens", wish);
    BOOST_REQUIRE_MESSAGE(got.status == 201, got.body);
    return json_at(got.body, "/token");
  }
};

}  // namespace lithair::test
