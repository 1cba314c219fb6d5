#pragma once

#include <deque>
#include <functional>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "protocol/core.hpp"
#include "protocol/print.hpp"

// How Boost.Test shows the values of this room.
namespace lithair::protocol {

template <class Tag>
std::ostream& operator<<(std::ostream& out, tagged<Tag> x) {
  return out << x.value;
}
template <class T>
requires requires(const T& x) { to_string(x); }
std::ostream& operator<<(std::ostream& out, const T& x) { return out << to_string(x); }

}  // namespace lithair::protocol

/// A few cores joined by hand: a perfect network and disk that a test can stop, cut and rewind.
namespace lithair::test {

using namespace lithair::protocol;

/// One core with its disk. What the disk holds is what survives `restart`.
struct node {
  node_id id;
  options opts;
  std::unique_ptr<raft_core> core;

  // The disk.
  hard_state state;
  index_t base;
  term_t base_term;
  configuration base_members;
  std::vector<entry> log;
  index_t checkpoint;  ///< what the driver's state has durably applied

  bool slow_disk = false;        ///< writes wait in `writes` until the test completes them
  std::deque<log_write> writes;  ///< handed over, not durable
  std::vector<entry> applied;    ///< in order, since the last start
  std::vector<read_ready> reads;
  std::vector<proposal_refused> refused;
  std::vector<role_change> roles;
  std::vector<snapshot_want> snapshots_wanted;
  std::vector<snapshot_request> chunks;
  std::vector<entry_fetch> fetches;  ///< answered at once unless `hold_fetches`
  bool hold_fetches = false;
  index_t commit;

  const entry* find(index_t index) const;
  std::vector<std::string> applied_commands() const;
};

/// A message on its way.
struct packet {
  node_id from;
  node_id to;
  message content;
};

class cluster {
 public:
  /// Nodes 1..n; `voters` of them found the group (0: nobody does yet).
  explicit cluster(std::size_t n, options opts = quick_options());

  /// Short timeouts; the jitter of node i is always i - 1, so node 1 campaigns first.
  static options quick_options();

  node& operator[](std::uint64_t id) { return nodes_.at(node_id{id}); }
  raft_core& core(std::uint64_t id) { return *nodes_.at(node_id{id}).core; }

  node& add(std::uint64_t id, options opts = quick_options());
  void start(node& x);
  /// Loses all but the disk.
  void restart(std::uint64_t id);

  /// Founds the group with all nodes as voters and makes node 1 its leader.
  void found();
  /// Three nodes, of which the third lacks five entries that the leader, node 1, has on its disk
  /// and not in memory. All are linked again.
  static cluster behind_the_cache();
  /// A configuration of these voters and learners.
  static configuration members(std::vector<std::uint64_t> voters,
                               std::vector<std::uint64_t> learners = {});

  void tick(std::uint64_t id, std::uint32_t times = 1);
  void tick_all(std::uint32_t times = 1);
  /// Ticks everyone and delivers, until `done` or the limit; says whether it came about.
  bool run_until(const std::function<bool()>& done, std::uint32_t limit = 500);

  /// Takes outputs and performs them: writes, applies; messages go to the network.
  void settle(node& x);
  /// Settles everyone and delivers messages until nothing moves.
  void deliver();
  /// Delivers one message, or loses it when its way is cut.
  void deliver(packet p);
  /// Completes the oldest write of a slow disk.
  void complete_write(std::uint64_t id);

  void propose(std::uint64_t id, const std::string& command);
  /// Gives `content` to the node `to` as if `from` had sent it, and takes what follows.
  void inject(std::uint64_t from, std::uint64_t to, message content);

  /// Cuts what `from` sends to `to`.
  void cut(std::uint64_t from, std::uint64_t to) { cut_.insert({node_id{from}, node_id{to}}); }
  void isolate(std::uint64_t id);
  void heal() { cut_.clear(); }

  /// Messages that `keep` refuses are lost.
  std::function<bool(const packet&)> keep = [](const packet&) { return true; };
  /// Is told in words what happens.
  std::function<void(const std::string&)> tell = [](const std::string&) {};
  std::vector<packet> network;  ///< in sending order
  std::vector<packet> sent;     ///< everything since the last `sent.clear()`
  std::map<node_id, node> nodes_;

 private:
  void perform(node& x, output out);
  void describe(const node& x, const output& out);
  void store(node& x, const log_write& write);

  std::set<std::pair<node_id, node_id>> cut_;
  std::uint64_t serial_ = 0;
};

/// What a change of members is asked to make of them.
inline std::vector<member> voters(std::vector<std::uint64_t> ids,
                                  std::vector<std::uint64_t> learners = {}) {
  return cluster::members(std::move(ids), std::move(learners)).members;
}

/// Makes a command entry for hand-written messages.
entry command(std::uint64_t index, std::uint64_t term, const std::string& data);

}  // namespace lithair::test
