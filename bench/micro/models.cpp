// What a write and a read cost behind HTTP and without consensus and disk: a request to a command
// and back, applying it, an item as JSON.

#include <benchmark/benchmark.h>

#include <stdexcept>
#include <string>

#include "models/command/command.hpp"
#include "models/declaration/model_file.hpp"
#include "models/service.hpp"
#include "models/state/memory_state.hpp"
#include "models/value/uuid.hpp"

namespace lithair::bench {
namespace {

using namespace models;

constexpr auto shop = R"([models.products]
[models.products.fields]
id    = { type = "uuid",    primary_key = true, immutable = true, replicate = true }
name  = { type = "string",  unique = true, replicate = true }
price = { type = "money",   replicate = true }
stock = { type = "integer", replicate = true, default = 0 }
state = { type = "enum",    values = ["draft", "live"], replicate = true, default = "draft" }
)";
constexpr std::uint64_t products = 10'000;

/// A state with products, and what is asked of it.
class loaded {
 public:
  loaded() : schema_(*parse_model_text(shop, "shop.toml")), target_(schema_.find("products")) {
    for (std::uint64_t i = 0; i < products; ++i) {
      change_set changes;
      apply(creation(), i + 1, changes);
      state_.apply(changes);
    }
  }

  /// The command of a POST; its name is free.
  std::string creation() {
    const auto body =
        R"({"name":"product )" + std::to_string(next_++) + R"(","price":"12.50","stock":7})";
    return made(write_request{operation::create, target_, "", body, {}});
  }
  /// The command of a PATCH of any product.
  std::string patch() {
    return made(write_request{operation::patch,
                              target_,
                              key(next_++ % products),
                              R"({"stock":)" + std::to_string(next_) + "}",
                              {}});
  }
  std::string key(std::uint64_t number) const {
    std::string made;
    append_text(made, uuid_of(number));
    return made;
  }
  void apply(const std::string& command, std::uint64_t index, change_set& changes) const {
    const auto made = models::apply(schema_, index, command, state_, true, changes);
    if (!made || made->status >= 300) throw std::runtime_error("a command was refused");
  }
  outcome read(std::uint64_t number) const {
    return run(schema_, *item_query(*target_, key(number)), state_, 0);
  }

 private:
  static uuid uuid_of(std::uint64_t number) {
    return make_uuid_v7(1'800'000'000'000'000, number, number);
  }
  std::string made(const write_request& request) {
    stamp at;
    at.time_us = 1'800'000'000'000'000;
    at.new_uuid = [this] { return std::string(uuid_of(uuids_++).view()); };
    auto command = prepare(schema_, request, at);
    if (!command) throw std::runtime_error("a request was refused");
    return *command;
  }

  schema schema_;
  const collection* target_;
  memory_state state_;
  std::uint64_t next_ = 0;
  std::uint64_t uuids_ = 0;
};

void prepare_create(benchmark::State& state) {
  loaded all;
  for (auto _ : state) benchmark::DoNotOptimize(all.creation());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(prepare_create);

void command_encode(benchmark::State& state) {
  loaded all;
  const auto bytes = all.creation();
  const auto command = read_command(bytes);
  for (auto _ : state) benchmark::DoNotOptimize(write_command(*command));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(command_encode);

void command_decode(benchmark::State& state) {
  loaded all;
  const auto bytes = all.creation();
  for (auto _ : state) benchmark::DoNotOptimize(read_command(bytes));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(command_decode);

void apply_create(benchmark::State& state) {
  loaded all;
  const auto command = all.creation();
  for (auto _ : state) {
    change_set changes;
    all.apply(command, products + 1, changes);
    benchmark::DoNotOptimize(changes);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(apply_create);

void apply_patch(benchmark::State& state) {
  loaded all;
  const auto command = all.patch();
  for (auto _ : state) {
    change_set changes;
    all.apply(command, products + 1, changes);
    benchmark::DoNotOptimize(changes);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(apply_patch);

void record_to_json(benchmark::State& state) {
  const loaded all;
  std::uint64_t number = 0;
  std::size_t bytes = 0;
  for (auto _ : state) {
    const auto said = all.read(number++ * 7919 % products);
    if (said.status != 200) {
      state.SkipWithError("a product is missing");
      break;
    }
    bytes += said.body.size();
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(record_to_json);

}  // namespace
}  // namespace lithair::bench
