#include "test/http/served.hpp"

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <string_view>

#include "http/openapi.hpp"
#include "models/declaration/model_file.hpp"
#include "test/actors/stand_in.hpp"
#include "test/http/recorder.hpp"

namespace lithair::http::test {

namespace {

constexpr std::string_view models_text = R"toml(
[models.products]
[models.products.fields]
id    = { type = "string", primary_key = true, immutable = true, replicate = true }
name  = { type = "string", optional = true, unique = true, replicate = true }
stock = { type = "integer", default = 0, replicate = true, track_history = true, validate.min = 0 }
secret = { type = "string", optional = true, expose = false, replicate = true }

[models.orders]
path = "/api/shop/v1/orders"
[models.orders.fields]
id = { type = "uuid", primary_key = true, immutable = true, replicate = true }

[projections.by_stock]
from = "products"
group_by = "stock"
where = { stock = ">0" }
measures = { products = "count", last = "max(name)" }
)toml";

models::schema parsed_schema() {
  auto result = models::parse_model_text(models_text, "products.toml");
  if (!result) throw std::runtime_error(to_string(result.error().front()));
  return std::move(*result);
}

}  // namespace

served::served(const server_options& options, std::size_t loops) : schema_(parsed_schema()) {
  std::signal(SIGPIPE, SIG_IGN);  // As a node does: clients go away at any time.
  for (std::size_t i = 0; i < loops; ++i) {
    loops_.push_back(std::make_unique<actors::loop>(system_, "loop " + std::to_string(i)));
    loops_.back()->start();
  }
  node_ = system_.spawn<fake_node>(loops_.front().get(), &schema_, script_);
  backend b;
  b.system = &system_;
  b.schema = &schema_;
  const lithair::test::stand_in everybody{node_};
  b.groups = {{1, everybody}};
  b.raft = everybody;
  b.aggregate = everybody;
  b.archivist = everybody;
  for (auto& x : loops_) b.loops.push_back(x.get());
  b.node_id = 1;
  b.host = "127.0.0.1";
  auto told = options;
  if (!told.tls) told.tls = usual_server();
  front_ = std::make_unique<front>(std::move(b), told);
  front_->start();
  if (auto* all = recorder::of_process())
    all->serves(port(), openapi_text(schema_, options.published));
}

served::~served() {
  if (auto* all = recorder::of_process()) all->ends(port());
  front_.reset();
  caf::anon_send_exit(node_, caf::exit_reason::user_shutdown);
  node_ = nullptr;
  system_.await_all_actors_done();
  for (auto& x : loops_) x->stop();
  loops_.clear();
}

bool served::deserted() { return front_->deserted(std::chrono::seconds{20}); }

}  // namespace lithair::http::test
