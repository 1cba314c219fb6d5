#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "http/server.hpp"
#include "test/actors/embedded.hpp"
#include "test/http/client.hpp"

namespace lithair::http::test {

/// Real nodes in the test's own process, each with its HTTP server and one kept connection to it.
class served_nodes {
 public:
  /// Starts them all and waits until each of them serves.
  served_nodes(models::schema schema, std::uint64_t count,
               lithair::test::embedded_nodes::tuning tune = {});
  ~served_nodes();

  reply ask(std::uint64_t id, std::string_view method, std::string_view target,
            std::string_view headers = {}, std::string_view body = {});
  std::uint64_t count() const { return nodes_.count(); }
  std::uint16_t port(std::uint64_t id) const { return nodes_.address(id).http_port; }
  /// The node that leads, as soon as there is one.
  std::uint64_t leader();
  /// A number in `/status` of a node, as "last_index".
  std::uint64_t status_number(std::uint64_t id, const std::string& name);

  void start(std::uint64_t id);
  void await_ready(std::uint64_t id);
  /// In good order, with a checkpoint.
  void stop(std::uint64_t id);
  /// As far as a process can do it to itself: nothing that is in memory is put down first.
  void crash(std::uint64_t id);

 private:
  void end_server(std::uint64_t id);

  lithair::test::embedded_nodes nodes_;
  std::map<std::uint64_t, std::unique_ptr<server>> servers_;
  std::map<std::uint64_t, std::unique_ptr<client>> clients_;
};

}  // namespace lithair::http::test
