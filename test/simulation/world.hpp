#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "test/simulation/ledger.hpp"
#include "test/simulation/property.hpp"
#include "test/simulation/random.hpp"
#include "test/simulation/server.hpp"
#include "test/simulation/settings.hpp"

namespace lithair::simulation {

/// How a run went.
struct report {
  std::uint64_t seed = 0;
  std::string broken;  ///< empty when everything held, else the sentence
  std::uint64_t events = 0;
  std::uint64_t fingerprint = 0;   ///< of everything that happened: equal for equal runs
  std::uint64_t committed = 0;     ///< entries
  std::uint64_t acknowledged = 0;  ///< writes
  std::uint64_t reads = 0;
  std::uint64_t leaders = 0;
  std::uint64_t changes = 0;    ///< of members, begun
  std::uint64_t aborts = 0;     ///< of those, given up when asked
  std::uint64_t snapshots = 0;  ///< installed
  std::uint64_t crashes = 0;
};

/// A whole cluster in one thread from one seed: simulated disks, network and clocks, clients and an
/// operator; faults first, then healing, after which everything must work again.
class world {
 public:
  using tracer = std::function<void(const std::string&)>;

  explicit world(std::uint64_t seed, tracer trace = nullptr);
  ~world();

  report run();

 private:
  enum class what : std::uint8_t {
    tick,
    deliver,
    settle,
    log_done,
    log_told,
    state_done,
    apply,
    fetched,
    snapshot_timer,
    start,
    fault,
    client,
    operate,
    checkpoint,
    ask_state,
    hunt,
    gone
  };
  struct event {
    std::uint64_t time;
    std::uint64_t order;
    what kind;
    std::uint32_t server;  ///< position in `servers_`
    std::uint64_t life;
    std::uint64_t argument;
  };
  struct packet {
    node_id from;
    message content;
  };

  // world.cpp: time, and what happens next
  void schedule(what kind, std::uint64_t after_us, server* x = nullptr, std::uint64_t argument = 0);
  bool next(event& x);
  void handle(const event& x);
  void handle(server& x, const event& e);
  void run_until(std::uint64_t time, const std::function<bool()>& done);
  void note(const server* x, const std::string& text);
  bool tracing() const { return trace_ != nullptr; }
  std::uint64_t ms(std::uint64_t x) const { return x * 1000; }
  server* find(node_id id);
  void each_property(const std::function<void(property&)>& f);

  // driver.cpp: one node's driver
  void start(server& x);
  void found(server& x);
  void stop(server& x);
  void after_input(server& x, bool at_once = false);
  void settle(server& x);
  void perform(server& x, output out);
  void to_disk(server& x, log_operation operation);
  void to_disk(server& x, state_operation operation);
  void log_done(server& x);
  void state_done(server& x);
  void apply(server& x);
  void answer_reads(server& x);
  void settle_writes(server& x, const entry& applied);
  void checkpoint(server& x);
  void purge(server& x);
  void send_snapshot(server& x, const snapshot_want& wanted);
  void send_chunk(server& x, node_id peer);
  void snapshot_timer(server& x, node_id peer);
  void take_chunk(server& x, const snapshot_request& chunk);
  void ask_state(server& x);
  void restore_state(server& x, const snapshot_meta& meta);
  void refused(server& x, const proposal_refused& r);
  void catch_up(server& x);
  void wake_in_time(server& x);

  // network.cpp
  void post(server& from, envelope e);
  void deliver(server& to, packet p);

  // faults.cpp
  void fault();
  void lose_disk(server& x);
  void lose_state(server& x);
  bool may_lose_state(const server& x) const;
  void crash(server& x);
  void tell_gone(const server& gone);
  void cut_randomly();
  void cut_off(node_id id);
  void deafen(node_id id);
  void forge(server& x);
  bool may_wipe(const server& x) const;
  void heal();
  bool healthy();
  bool settled();

  // people.cpp: clients and the operator
  void client();
  void begin_write(server& x, std::size_t count);
  void begin_read(server& x);
  void finish(std::uint64_t operation, client_operation::end outcome, index_t index = {},
              std::uint64_t value = 0);
  void give_up_on_the_old();
  void operate();
  void change_members(server& leader);
  void abort_change(server& leader);
  void expel_wiped(server& leader);
  server* some_leader();

  std::uint64_t seed_;
  random_source random_;
  settings settings_;
  tracer trace_;
  std::uint64_t now_ = 0;  ///< microseconds
  std::uint64_t order_ = 0;
  std::vector<event> events_;  ///< a heap
  std::vector<packet> packets_;
  std::vector<std::uint64_t> free_packets_;
  std::vector<entry_fetch> fetches_;
  servers servers_;
  ledger ledger_;
  std::vector<std::unique_ptr<property>> properties_;
  std::vector<std::shared_ptr<const machine>> snapshots_;  ///< by checksum - 1
  std::vector<client_operation> operations_;
  std::set<std::pair<node_id, node_id>> cut_;
  std::uint64_t serial_ = 0;
  index_t floor_;  ///< the newest index that any finished operation saw
  bool healing_ = false;

  report report_;
};

/// Runs one seed; never throws for a broken property.
report simulate(std::uint64_t seed, world::tracer trace = nullptr);

}  // namespace lithair::simulation
