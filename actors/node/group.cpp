#include "actors/node/group.hpp"

#include <algorithm>
#include <chrono>
#include <random>

#include <spdlog/spdlog.h>
#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include "actors/peers/gate.hpp"
#include "actors/raft/raft_actor.hpp"
#include "actors/raft/storage_room.hpp"
#include "actors/runtime/loop.hpp"
#include "actors/state/aggregate.hpp"
#include "actors/state/feed.hpp"
#include "actors/storage/archivist.hpp"
#include "actors/storage/checkpointer.hpp"
#include "actors/storage/snapshot_writer.hpp"
#include "actors/storage/stored_view.hpp"
#include "models/command/command.hpp"
#include "persistence/data_directory.hpp"
#include "persistence/salvage.hpp"
#include "persistence/state_directory.hpp"

namespace lithair::actors {

// The state is opened here, before an actor of any group lives: what can't be opened ends the
// start.
group::group(setup s)
    : setup_(std::move(s)),
      states_(std::make_shared<persistence::state_directory>(setup_.directory->state_path(),
                                                             setup_.group)),
      ticks_(setup_.where.make_ticks()),
      opened_(std::make_unique<persistence::opened_state>(open_state())) {}

// From the state outwards: each is given those that it works with; those that come later are told
// by message (serve_checkpoints, feed_consults).
void group::begin(const data_handle& local_raft) {
  auto opened = std::move(*opened_);
  opened_.reset();
  setup_.local_raft = local_raft;
  std::shared_ptr<persistence::lmdb_state_store> state = std::move(opened.state);
  auto& config = setup_.config;
  actors::aggregate::setup state_of_models{setup_.schema,
                                           config.self.id,
                                           state,
                                           config.checkpoint_bytes,
                                           config.checkpoint_entries,
                                           std::chrono::milliseconds{config.checkpoint_interval_ms},
                                           setup_.window,
                                           setup_.local_raft,
                                           opened.restored.last_index,
                                           setup_.identity.schema,
                                           opened.lost};
  // Where there is little room little is changed at a time.
  if (config.map_size != 0)
    state_of_models.checkpoint_bytes =
        std::min(config.checkpoint_bytes, storage_room::checkpoint(config.map_size));
  state_of_models.wall_us = setup_.where.wall_us;
  state_of_models.meters = counts_;
  state_of_models.run = setup_.run;
  state_of_models.records = setup_.records;
  state_of_models.seed = setup_.where.random();
  aggregate_ = spawn_at_home<actors::aggregate>(setup_.where, std::move(state_of_models));
  snapshot_writer_ = spawn_at_disk<snapshot_writer>(setup_.where);
  const auto cluster = [peers = setup_.identity.peers] { return peers->cluster(); };
  checkpointer::setup keeper{setup_.group,    setup_.directory->snapshots_path(),
                             states_,         std::move(state),
                             state_options(), cluster,
                             aggregate_,      snapshot_writer_,
                             counts_};
  keeper.give_back_memory = setup_.where.give_back_memory;
  checkpointer_ = spawn_at_disk<checkpointer>(setup_.where, std::move(keeper));
  archivist_ = spawn_at_home<actors::archivist>(
      setup_.where, actors::archivist::setup{cluster, aggregate_, checkpointer_, setup_.reader});
  feed_ = spawn_at_home<actors::feed>(setup_.where,
                                      actors::feed::setup{aggregate_, config.max_subscribers});
  spawn_raft(std::move(opened));
  caf::anon_send(aggregate_, serve_checkpoints{checkpointer_, raft_});
  caf::anon_send(feed_, feed_consults{raft_});
}

group::~group() = default;

persistence::lmdb_options group::state_options() const {
  persistence::lmdb_options result;
  result.map_limit = setup_.config.map_size;
  result.part_bytes = setup_.config.checkpoint_part_bytes;
  if (result.map_limit != 0)
    result.part_bytes = std::min(result.part_bytes, storage_room::part(result.map_limit));
  // Items are read one by one, from all over the map.
  result.scattered_reads = true;
  return result;
}

// Log and state have to agree before anything of either is believed.
persistence::opened_state group::open_state() {
  auto out = persistence::open_state(*states_, *setup_.log, setup_.group, state_options(),
                                     !setup_.config.peers.empty());
  if (!out.rebuilt.empty())
    spdlog::critical("{}the state is damaged and is made anew from the log: {}", setup_.label,
                     out.rebuilt);
  if (!out.lost.empty())
    spdlog::critical("{}the state is damaged and is fetched from the leader: {}", setup_.label,
                     out.lost);
  auto& found = out.restored;
  if (setup_.opened) setup_.opened(found.state.term, found.last_index);
  // One log for all groups: with it went votes and acknowledgements of each.
  if (!setup_.log_lost.empty()) found.state.recovering = true;
  // The log may hold no entry any more, and its time goes on all the same.
  if (out.state) found.last_time_us = std::max(found.last_time_us, latest_log_time(*out.state));
  if (found.last_index)
    spdlog::info("{}the log holds entries up to {}, term {}", setup_.label, found.last_index.value,
                 found.state.term.value);
  return out;
}

void group::spawn_raft(persistence::opened_state opened) {
  raft_setup made;
  static_cast<group_basis&>(made) = setup_;
  made.restored = std::move(opened.restored);
  made.state_lost = opened.lost;
  std::vector<set_aside_part> set_aside;
  for (auto& x : persistence::set_aside(*setup_.directory))
    set_aside.push_back({x.path.string(), x.why, x.bytes});
  made.set_aside = [set_aside] { return set_aside; };  // as of the start
  made.models = setup_.schema->fingerprint();
  made.chance = [random = std::mt19937_64{setup_.where.random()}](std::uint32_t bound) mutable {
    return std::uniform_int_distribution<std::uint32_t>{0, bound - 1}(random);
  };
  made.cluster = [peers = setup_.identity.peers] { return peers->cluster(); };
  made.aggregate = aggregate_;
  made.checkpointer = checkpointer_;
  // A log that may not grow for ever keeps only a part of its room for those who lag.
  if (const auto room = setup_.config.map_size; room != 0) {
    made.max_lag_bytes = std::min(made.max_lag_bytes, room / 4);
    made.max_margin_bytes = std::min(made.max_margin_bytes, room / 4);
  }
  made.make_shipper = [this](const peer_address& peer) { return make_shipper(peer); };
  made.end_shipper = [this](protocol::node_id peer, const shipper_handle& shipper) {
    end_shipper(peer, shipper);
  };
  made.now_ms = setup_.where.now_ms;
  made.wall_us = setup_.where.wall_us;
  made.meters = counts_;
  made.frees_room = models::only_removes;
  made.ticks_passed = [this] { return ticks_->take(); };
  made.wake_after = [this](std::uint32_t count, const sleeper_handle& who) {
    ticks_->wake_after(count, who);
  };
  raft_ = spawn_at_home<raft_actor>(setup_.where, std::move(made));
  // The node's own group has no peers, and so nobody who could call.
  if (setup_.groups) caf::anon_send(setup_.gate, guard_group{setup_.group, raft_});
}

// Called by the raft actor, on its loop.
shipper_handle group::make_shipper(const peer_address& peer) {
  auto made = spawn_at_home<shipper>(
      setup_.where,
      shipper::setup{setup_.identity, peer, setup_.group, setup_.reader, setup_.where.connector});
  caf::anon_send(setup_.gate, expect_peer{peer.id, setup_.group, made});
  {
    std::lock_guard guard{living_->mutex};
    living_->shippers.push_back(made);
  }
  // Runs on whichever thread ends it, when the group may be gone: so it holds the list itself.
  untyped(made)->attach_functor([all = living_, address = made.address()] {
    std::lock_guard guard{all->mutex};
    std::erase_if(all->shippers, [&](auto& each) { return each == address; });
  });
  return made;
}

// Likewise.
void group::end_shipper(protocol::node_id peer, const shipper_handle& shipper) {
  caf::anon_send(setup_.gate, forget_peer{peer, setup_.group, shipper});
  caf::anon_send_exit(shipper, caf::exit_reason::user_shutdown);
}

std::vector<caf::actor> group::actors() {
  if (!raft_) return {};
  std::lock_guard guard{living_->mutex};
  auto& shippers = living_->shippers;
  std::vector<caf::actor> result{untyped(raft_),         untyped(archivist_),
                                 untyped(feed_),         untyped(aggregate_),
                                 untyped(checkpointer_), untyped(snapshot_writer_)};
  for (auto& each : shippers) result.push_back(untyped(each));
  return result;
}

void group::settle(caf::scoped_actor& self, std::uint32_t limit_ms) {
  const auto limit = std::chrono::milliseconds{limit_ms};
  self->send(raft_, prepare_stop{});
  self->receive(
      [](const stopped&) {},
      caf::after(limit) >>
          [this] { spdlog::warn("{}stopped with requests still in flight", setup_.label); });
  // So that the next start has little to apply again. Nothing is lost without it: the log has it.
  self->send(aggregate_, checkpoint_now{});
  self->receive(
      [this](const checkpointed& news) {
        if (!news.failed.empty())
          spdlog::warn("{}the last checkpoint failed: {}", setup_.label, news.failed);
      },
      caf::after(limit) >>
          [this] { spdlog::warn("{}stopped before the last checkpoint was done", setup_.label); });
}

// The ticks before all, for they send to the raft actor.
void group::end(caf::scoped_actor& self) {
  ticks_->stop();
  // The raft actor first: once it is gone, no shipper is made any more.
  end_actors(self, {untyped(raft_), untyped(archivist_)});
  end_actors(self, {untyped(feed_), untyped(aggregate_), untyped(checkpointer_)});
  end_actors(self, {untyped(snapshot_writer_)});
  std::vector<caf::actor> shippers;
  {
    std::lock_guard guard{living_->mutex};
    for (auto& each : living_->shippers) shippers.push_back(untyped(each));
  }
  end_actors(self, shippers);
  drop_handles(raft_, archivist_, feed_, aggregate_, checkpointer_, snapshot_writer_);
  drop_handles(setup_.writer, setup_.gate, setup_.reader, setup_.local_raft,
               setup_.where.connector);
  drop_handles(setup_.identity.notes);
}

// Exits are messages: what an actor has in its mailbox is handled before.
void end_actors(caf::scoped_actor& self, const std::vector<caf::actor>& actors) {
  for (auto& each : actors) {
    self->monitor(each);
    self->send_exit(each, caf::exit_reason::user_shutdown);
  }
  auto left = actors.size();
  self->receive_while([&] { return left > 0; })([&](const caf::down_msg&) { --left; });
}

}  // namespace lithair::actors
