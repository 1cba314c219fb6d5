#include "test/http/one_node.hpp"

#include <stdlib.h>

#include <string_view>

#include "http/openapi.hpp"
#include "models/declaration/model_file.hpp"
#include "test/http/recorder.hpp"

namespace lithair::http::test {

namespace {

constexpr std::string_view models_text = R"(
[models.products.fields]
id    = { type = "uuid", primary_key = true, immutable = true, replicate = true }
name  = { type = "string", unique = true, replicate = true, validate = { min_length = 1 } }
price = { type = "money", replicate = true, validate = { min = "0.01" } }
)";

}  // namespace

one_node::one_node(const server_options& how, std::uint32_t max_subscribers)
    : options(how), subscribers(max_subscribers) {
  if (!options.tls) options.tls = usual_server();
  auto pattern = (std::filesystem::temp_directory_path() / "lithair-http-XXXXXX").string();
  directory = ::mkdtemp(pattern.data());
  start();
}

one_node::~one_node() {
  if (node) stop();
  std::filesystem::remove_all(directory);
}

void one_node::start() {
  actors::node_config config;
  config.self = {protocol::node_id{1}, "127.0.0.1", port, ports.peer(0)};
  config.init = true;
  config.loops = 2;
  config.max_subscribers = subscribers;
  config.data_dir = directory / "node";
  node.emplace(std::move(config), *models::parse_model_text(models_text, "products.toml"));
  server.emplace(*node, options);
  server->start();
  if (auto* all = recorder::of_process())
    all->serves(port, openapi_text(node->schema(), options.published));
}

void one_node::stop() {
  if (auto* all = recorder::of_process()) all->ends(port);
  server->drain(5000);
  server->stop();
  node->stop();
  server.reset();
  node.reset();
}

}  // namespace lithair::http::test
