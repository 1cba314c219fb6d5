#include "test/http/served_nodes.hpp"

#include <stdexcept>
#include <utility>

namespace lithair::http::test {

served_nodes::served_nodes(models::schema schema, std::uint64_t count,
                           lithair::test::embedded_nodes::tuning tune)
    : nodes_(std::move(schema), count, std::move(tune)) {
  for (std::uint64_t id = 1; id <= count; ++id) start(id);
  for (std::uint64_t id = 1; id <= count; ++id) await_ready(id);
}

served_nodes::~served_nodes() {
  clients_.clear();
  for (auto& [id, each] : servers_) each->stop();
}

reply served_nodes::ask(std::uint64_t id, std::string_view method, std::string_view target,
                        std::string_view headers, std::string_view body) {
  return clients_.at(id)->ask(method, target, headers, body);
}

std::uint64_t served_nodes::leader() {
  for (;;) {
    const auto id = status_number(servers_.begin()->first, "leader_id");
    if (id != 0) return id;
  }
}

std::uint64_t served_nodes::status_number(std::uint64_t id, const std::string& name) {
  const auto page = ask(id, "GET", "/status").body;
  const auto at = page.find('"' + name + "\":");
  if (at == std::string::npos) throw std::runtime_error("no " + name + " in " + page);
  const auto digits = page.substr(at + name.size() + 3, 20);
  return digits.starts_with("null") ? 0 : std::stoull(digits);
}

void served_nodes::start(std::uint64_t id) {
  if (!nodes_.runs(id)) nodes_.start(id);
  server_options options;
  options.tls = usual_server();
  auto& made = servers_[id] = std::make_unique<server>(nodes_.at(id), options);
  made->start();
  clients_[id] = std::make_unique<client>(port(id));
}

void served_nodes::await_ready(std::uint64_t id) {
  while (ask(id, "GET", "/readyz").status != 200) continue;
}

void served_nodes::end_server(std::uint64_t id) {
  clients_.erase(id);
  servers_.at(id)->stop();
}

void served_nodes::stop(std::uint64_t id) {
  end_server(id);
  nodes_.at(id).stop();
  servers_.erase(id);
  nodes_.erase(id);
}

void served_nodes::crash(std::uint64_t id) {
  end_server(id);
  servers_.erase(id);
  nodes_.erase(id);
}

}  // namespace lithair::http::test
