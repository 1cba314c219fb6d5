#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/execution_unit.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include "actors/node/composition.hpp"
#include "test/simulation/nodes/disk_weather.hpp"
#include "test/simulation/nodes/timeline.hpp"
#include "test/simulation/nodes/weather.hpp"

namespace lithair::simulation::nodes {

/// One computer: a directory that outlives crashes, clocks of its own, a disk with moods, and the
/// node that runs on it. Its actors are CAF's, but nothing of them runs unless `run_one` is called.
class machine {
 public:
  machine(std::uint64_t id, std::filesystem::path directory, timeline& time, random_source& random,
          const weather& sky);
  ~machine();
  machine(const machine&) = delete;
  machine& operator=(const machine&) = delete;

  std::uint64_t id() const { return id_; }
  const std::filesystem::path& directory() const { return directory_; }

  /// Starts the node. Returns why it refuses to; empty: it runs.
  std::string start(actors::node_config config, const models::schema& schema,
                    actors::connector_handle connector);
  /// Ends it as `kill -9` does: nothing that it had still to do happens.
  void crash();
  bool runs() const { return node_ != nullptr; }
  std::uint64_t life() const { return life_; }
  actors::composition& node() { return *node_; }

  // -- what runs next
  bool can_run();
  /// When what waits for the disk goes on, if nothing else happens and that is before `limit`.
  std::uint64_t next_able(std::uint64_t limit) const;
  /// Lets some actor handle some messages.
  void run_one();
  /// It was to crash in the middle of what it did.
  bool has_died() const { return died_; }

  // -- its moods
  bool paused = false;
  disk_mood disk = disk_mood::fine;
  std::uint64_t disk_held_until = 0;  ///< actors that block on the disk stand still until then
  std::uint64_t slow_us = 0;          ///< what each of their turns takes longer
  /// The next crash point but so many ends the process there; negative: none does
  int crash_in = -1;
  std::int64_t wall_offset_us = 0;
  std::uint16_t port = 0;

  // -- its clocks
  std::uint64_t steady_us() const;
  std::int64_t wall_us() const;
  /// CAF's timeouts that are due by now.
  void fire_timeouts();

 private:
  class unit;
  class ticks;

  void intake();
  caf::scheduler::test_coordinator& coordinator();
  caf::resumable* next_job();

  std::uint64_t id_;
  std::filesystem::path directory_;
  timeline& time_;
  random_source& random_;
  const weather& sky_;
  std::uint64_t rate_percent_ = 100;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  std::unique_ptr<unit> unit_;
  std::unique_ptr<actors::composition> node_;
  std::uint64_t life_ = 0;
  bool died_ = false;
  bool crashing_ = false;
  struct blocked {
    caf::resumable* job;
    std::uint64_t until;
  };
  std::vector<caf::resumable*> ready_;
  std::vector<blocked> blocked_;  // wait for the disk
};

}  // namespace lithair::simulation::nodes
