#include "http/server.hpp"

#include "actors/node/node.hpp"
#include "http/front.hpp"

namespace lithair::http {

namespace {

backend backend_of(actors::node& node) {
  backend result;
  result.system = &node.system();
  result.schema = &node.schema();
  result.raft = node.raft();
  result.aggregate = node.aggregate();
  for (const auto& [group, raft] : node.rafts()) result.groups.emplace(group.value, raft);
  result.archivist = node.archivist();
  result.data = node.data();
  for (const auto& c : node.schema().collections()) result.feeds.emplace(c.id, node.feed(c));
  for (std::size_t i = 0; i < node.loop_count(); ++i) result.loops.push_back(&node.loop_at(i));
  result.max_streams = node.config().max_subscribers;
  result.most = node.command_limits();
  result.programs = node.programs();
  result.node_id = node.config().self.id.value;
  result.names = {node.config().self.host, node.config().listening().host};
  result.host = node.config().listening().host;
  result.port = node.config().listening().http_port;
  return result;
}

}  // namespace

struct server::implementation {
  front all;
};

server::server(actors::node& node, const server_options& options)
    : impl_(new implementation{front{backend_of(node), options}}) {}
server::~server() = default;

void server::start() { impl_->all.start(); }
void server::leave() { impl_->all.leave(); }
void server::await_departures(std::chrono::milliseconds time, bool haste) {
  impl_->all.await_departures(time, haste);
}
void server::drain(std::uint32_t limit_ms) { impl_->all.drain(limit_ms); }
void server::stop() { impl_->all.stop(); }

}  // namespace lithair::http
