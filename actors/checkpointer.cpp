#include "actors/checkpointer.hpp"

#include <malloc.h>

#include <chrono>
#include <vector>

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include "persistence/snapshot_file.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::actors {

namespace {

using trouble = checkpointed::trouble;

trouble trouble_of(const persistence::storage_error& error) {
  switch (error.code()) {
    case persistence::storage_errc::full: return trouble::full;
    case persistence::storage_errc::damaged: return trouble::damage;
    default: return trouble::disk;
  }
}

}  // namespace

checkpointer::checkpointer(caf::actor_config& cfg, setup s)
    : detached_actor(cfg), setup_(std::move(s)), incoming_(setup_.snapshots, setup_.group) {}

caf::behavior checkpointer::make_behavior() {
  set_default_handler(caf::drop);
  set_error_handler([](caf::error&) {});
  measure();
  return {
      [this](const checkpoint& x) { send(handle(current_sender()), commit(x)); },
      [this](make_snapshot) { send(handle(current_sender()), snapshot()); },
      [this](const keep_chunk& x) {
        auto asker = handle(current_sender());
        auto answer = keep(x.chunk);
        bool complete = x.chunk.done && answer.failed.empty();
        send(asker, std::move(answer));
        if (!complete) return;
        installing_ = x.chunk.meta;
        installer_ = current_sender();
        send(setup_.aggregate, release_state{});
      },
      [this](state_released) { replace_state(); },
      [](give_back_memory) { malloc_trim(0); },
      [this](const condemn_state& x) { condemn(x.reason); },
  };
}

void checkpointer::on_exit() {
  setup_.aggregate = nullptr;
  installer_ = nullptr;
}

checkpointed checkpointer::commit(const checkpoint& x) {
  if (installing_) return {{}, "the state is being replaced", trouble::full};
  try {
    const auto began = std::chrono::steady_clock::now();
    std::vector<persistence::change_view> changes;
    changes.reserve(x.layer->size());
    for (auto at = x.layer->begin(); at != x.layer->end(); at = x.layer->next(at)) {
      auto& item = (*x.layer)[at];
      changes.push_back({item.key, item.removed ? std::nullopt : std::optional{item.value()}});
    }
    auto since = meter_clock();
    setup_.state->commit(changes, x.point);
    setup_.meters->checkpoint.add(meter_clock() - since);
    measure();
    const auto took = std::chrono::steady_clock::now() - began;
    spdlog::debug("checkpoint as of {}: {} changes in {} ms", x.point.index.value, changes.size(),
                  std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
    return {x.point.index, {}, trouble::none, setup_.state->applied().digest};
  } catch (const persistence::storage_error& e) {
    return {x.point.index, e.what(), trouble_of(e)};
  } catch (const std::exception& e) {
    return {x.point.index, e.what(), trouble::disk};
  }
}

void checkpointer::measure() {
  auto& environment = setup_.state->environment();
  setup_.meters->state_map_bytes.set(environment.map_size());
  setup_.meters->state_used_bytes.set(environment.used_bytes());
}

snapshot_made checkpointer::snapshot() {
  try {
    auto point = setup_.state->applied();
    if (!point.index) return {{}, {}, "there is no checkpoint yet"};
    if (latest_.meta.index == point.index) return latest_;
    auto path = persistence::snapshot_path(setup_.snapshots, setup_.group, point.index);
    auto header = persistence::write_snapshot(*setup_.state, setup_.group, setup_.cluster(), path);
    persistence::remove_snapshots_before(setup_.snapshots, setup_.group, point.index);
    latest_ = {persistence::meta_of(header), path.string(), {}};
    spdlog::info("wrote a snapshot as of {}, {} bytes", point.index.value, header.length);
    return latest_;
  } catch (const persistence::storage_error& e) {
    return {{}, {}, e.what(), e.code() == persistence::storage_errc::damaged};
  } catch (const std::exception& e) {
    return {{}, {}, e.what()};
  }
}

// So that a restart before the repair does not take it for sound.
void checkpointer::condemn(const std::string& why) {
  latest_ = {};
  try {
    setup_.directory->condemn(why);
  } catch (const std::exception& e) {
    spdlog::error("that the state is damaged can't be noted: {}", e.what());
  }
}

chunk_kept checkpointer::keep(const protocol::snapshot_request& chunk) {
  chunk_kept answer{chunk.meta, 0, {}};
  try {
    answer.received = incoming_.receive(chunk.meta, chunk.offset, chunk.data.view());
    if (!chunk.done) return answer;
    if (answer.received != chunk.meta.size) {
      answer.failed = "parts of the snapshot are missing";
      return answer;
    }
    auto path = incoming_.finish(chunk.meta, setup_.cluster());
    setup_.directory->install(persistence::snapshot_file{path});
  } catch (const std::exception& e) {
    answer.failed = e.what();
    spdlog::error("a snapshot as of {} can't be used: {}", chunk.meta.index.value, e.what());
  }
  return answer;
}

// The aggregate reads the old state no more.
void checkpointer::replace_state() {
  if (!installing_) return;
  state_replaced news{*installing_, nullptr};
  installing_.reset();
  try {
    setup_.state.reset();
    setup_.state = setup_.directory->open(setup_.options);
    news.state = setup_.state;
    measure();
  } catch (const std::exception& e) {
    send(caf::actor_cast<caf::actor>(installer_), disk_failed{e.what()});
    return;
  }
  spdlog::info("the state now is the leader's as of {}", news.meta.index.value);
  send(setup_.aggregate, news);
  send(caf::actor_cast<caf::actor>(std::exchange(installer_, nullptr)), std::move(news));
}

}  // namespace lithair::actors
