#pragma once

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "actors/messages/feed_messages.hpp"
#include "actors/messages/messages.hpp"
#include "models/schema/schema.hpp"
#include "test/simulation/nodes/history.hpp"
#include "test/simulation/nodes/machine.hpp"
#include "test/simulation/nodes/network.hpp"
#include "test/simulation/nodes/timeline.hpp"
#include "test/simulation/nodes/weather.hpp"

namespace lithair::simulation::nodes {

/// How a run went.
struct report {
  std::uint64_t seed = 0;
  std::string broken;             ///< empty when everything held, else the sentence
  std::uint64_t fingerprint = 0;  ///< of everything that happened: equal for equal runs
  std::uint64_t acknowledged = 0;
  std::uint64_t reads = 0;
  std::uint64_t messages = 0;
  std::uint64_t most_on_the_way = 0;  ///< bytes over one connection in one direction
  std::uint64_t starts = 0;
  std::uint64_t deaths = 0;   ///< in the middle of the stores' work
  std::uint64_t changes = 0;  ///< of members
  std::uint64_t streamed = 0;
  std::uint64_t healed_ms = 0;
};

/// Whole nodes, clients and an operator from one seed: trouble first, then healing, after which
/// everything must work again, nothing may be lost, and what clients were told must have been true.
class world {
 public:
  using tracer = std::function<void(const std::string&)>;

  /// Keeps the machines' directories below `place`, which is emptied.
  world(std::uint64_t seed, std::filesystem::path place, tracer trace = nullptr);
  ~world();

  report run();

 private:
  // A subscriber that takes up its stream at any node again.
  struct subscription {
    std::uint64_t token = 0;
    std::string model;
    std::uint64_t from = 0;
    std::uint64_t through = 0;
    machine* at = nullptr;
    std::uint64_t life = 0;
    bool lost = false;  // its place was gone
    struct told {
      std::uint64_t index;
      std::string model, key, type, time;
      auto operator<=>(const told&) const = default;
    };
    std::vector<told> events;
  };

  void note(const std::string& text);
  void fail(const std::string& why);
  void run_until(std::uint64_t time, const std::function<bool()>& done = nullptr);
  void every(std::uint64_t ms, const std::function<void()>& what);

  // world.cpp
  actors::node_config config_of(machine& x, bool init);
  bool start(machine& x);
  void kill(machine& x, bool silently);
  machine* running(bool any = false);
  bool is_founder(const machine& x) const { return x.id() <= sky_.founders; }

  // world_faults.cpp
  void fault();
  void cut_off(const machine& x);
  void heal();
  void operate();
  void change_member(actors::change_members::action what, machine& of,
                     const std::function<void(std::uint16_t)>& then);
  void wipe(machine& x);
  void move(machine& x);
  void restore_old_copy(machine& x);
  void replace_once_nobody_needs_it(machine& x, std::uint64_t killed_at);
  void come_back(machine& x);
  void ask_all_how_they_are();
  void learn_members(const protocol::configuration& now);
  bool all_ready(std::uint64_t since, const machine* but = nullptr) const;

  // world_clients.cpp
  void client();
  void begin(operation x);
  void send(operation& x);
  void on_message(const caf::message& x);
  void on_submitted(const actors::submitted& x);
  void on_answered(const actors::answered& x);
  void give_up_on_the_dead();
  void finish(operation& x, operation::end outcome);

  // world_streams.cpp
  void subscribe();
  void follow(subscription& x);
  void on_followed(const actors::followed& x);
  std::uint64_t group_of(const std::string& model) const {
    return sky_.groups && model == "others" ? 2 : 1;
  }

  // world_watch.cpp
  void probe();
  void probe(machine& at, const std::string& model);
  bool on_watched(const actors::readiness& x);
  void read_at(machine& at, operation x);
  void write_local();
  bool on_written_locally(const actors::submitted& x);
  void forget_local(const machine& of);
  std::string judge_local();

  // world_end.cpp
  void judge_all();
  std::optional<histories> read_histories(machine& from);
  std::string compare_states();
  std::optional<actors::answered> read(machine& from, const std::string& model, models::query what);
  std::string judge_projection(machine& at);
  std::string judge_streams(const histories& happened);
  std::string judge_times(const histories& happened);

  std::uint64_t seed_;
  random_source random_;
  weather sky_;
  tracer trace_;
  std::filesystem::path place_;
  models::schema schema_;
  timeline time_;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;  // of clients and wires
  std::vector<std::unique_ptr<machine>> machines_;
  std::unique_ptr<network> network_;
  caf::actor desk_;  // where answers to clients arrive
  bool chaos_ = true;
  bool clients_ = true;
  std::uint64_t end_of_chaos_ = 0;

  std::vector<operation> operations_;
  struct pending_attempt {
    std::size_t operation;
    machine* at;
    std::uint64_t life;
    std::uint64_t since;
    std::uint64_t stood_still = 0;  // its node, meanwhile
  };
  std::map<std::uint64_t, pending_attempt> attempts_;  // by token
  std::uint64_t looked_at_ = 0;  // when it was seen which of them are answered
  struct watched_probe {
    machine* at;
    std::uint64_t life;
    std::string model;
    std::uint64_t min_index;
  };
  std::map<std::uint64_t, watched_probe> watched_;  // by token
  // A node's own data, as it was acknowledged: written once, and never changed.
  struct local_value {
    machine* at;
    std::string model, key, value;
  };
  std::map<std::uint64_t, local_value> local_attempts_;  // by token
  std::vector<local_value> local_values_;
  std::uint64_t next_token_ = 1;
  std::map<std::uint64_t, std::uint64_t>
      floors_;  // by group: the newest index that anybody was told of
  std::map<std::uint64_t, subscription> subscriptions_;
  std::map<std::uint64_t, std::function<void(std::uint16_t)>> asked_changes_;
  std::map<std::uint64_t, actors::answered> readings_;
  struct pending_question {
    machine* at;
    std::uint64_t life;
    std::uint64_t group;
    std::uint64_t asked;
  };
  std::map<std::uint64_t, pending_question> probes_, inspections_;  // by token
  struct readiness_seen {
    std::string why_not;  // ready: empty
    std::uint64_t asked;
  };
  std::map<std::pair<std::uint64_t, std::uint64_t>, readiness_seen>
      seen_ready_;                   // by machine and group
  std::vector<caf::actor> desks_;    // of single questions
  std::set<std::uint64_t> members_;  // as the operator thinks
  std::set<std::uint64_t> adding_;   // that is asked for, and not answered
  bool changing_ = false;
  bool old_copy_used_ = false;

  report report_;
};

/// Runs one seed; never throws for what is broken.
report simulate(std::uint64_t seed, const std::filesystem::path& place,
                world::tracer trace = nullptr);

}  // namespace lithair::simulation::nodes
