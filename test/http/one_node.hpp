#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "actors/node/node.hpp"
#include "http/server.hpp"
#include "test/cluster/harness/ports.hpp"
#include "test/http/client.hpp"

namespace lithair::http::test {

/// One real node with its server, that can be stopped and started again on its data.
struct one_node {
  explicit one_node(const server_options& how = {}, std::uint32_t max_subscribers = 64);
  ~one_node();

  void start();
  void stop();
  reply ask(std::string_view method, std::string_view target, std::string_view headers = {},
            std::string_view body = {}) {
    return client{port}.ask(method, target, headers, body);
  }

  std::filesystem::path directory;
  lithair::test::port_block ports;
  const std::uint16_t port = ports.http(0);
  server_options options;
  std::uint32_t subscribers;
  std::optional<actors::node> node;
  std::optional<http::server> server;
};

}  // namespace lithair::http::test
