#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "protocol/configuration.hpp"
#include "protocol/entry.hpp"
#include "protocol/message.hpp"
#include "protocol/objection.hpp"
#include "protocol/options.hpp"
#include "protocol/output.hpp"
#include "protocol/status.hpp"
#include "protocol/types.hpp"

namespace lithair::protocol {

/// What a driver found on its disk at start. A node that never ran has only zeroes.
struct restored_state {
  /// Term and vote as of the last durable write (Raft figure 2).
  hard_state state;
  index_t snapshot_index;  ///< the log begins after this index, or none
  /// The term of the entry at `snapshot_index`, which is not in the log any more.
  term_t snapshot_term;
  configuration snapshot_members;  ///< the configuration as of `snapshot_index`
  index_t last_index;              ///< of the log; equals snapshot_index when there are no entries
  std::vector<term_run> terms;     ///< of the entries after snapshot_index
  std::vector<entry> configurations;  ///< the configuration entries after snapshot_index
  index_t applied;  ///< the driver's state has applied up to here; committed, therefore
  /// The latest time of the log, by its entries or by the state; 0: none is known
  std::int64_t last_time_us = 0;
};

/// A number in [0, bound), bound > 0. Handed in so that tests own chance.
using jitter = std::function<std::uint32_t(std::uint32_t bound)>;

/// Raft for one group on one node.
///
/// Calls are inputs; what follows from them collects in one `output`, taken by `take_output`.
/// Whoever calls owns the object; no call blocks, and none may be made from two threads at once.
/// Broken invariants abort the process in every build type; bad messages are ignored.
class raft_core {
 public:
  /// Takes up where the disk left off. `self` and the options must be valid, and the log readable,
  /// or the process ends. `chance` is called from within other calls; what it refers to must
  /// outlive the object.
  raft_core(node_id self, group_id group, options opts, restored_state state, jitter chance);
  ~raft_core();
  /// Moves the whole state; the object that it came from can only be destroyed or assigned to.
  raft_core(raft_core&&) noexcept;
  raft_core& operator=(raft_core&&) noexcept;

  // -- inputs --

  /// One tick of time passed: elections, heartbeats and all other deadlines are judged here.
  void tick();

  /// What this node's clocks show now, in microseconds: the wall clock since 1970, and a steady
  /// one. Call it before the other inputs of a turn. Never called: entries that this node appends
  /// as leader carry no time.
  void clock(std::int64_t wall_us, std::int64_t steady_us);

  /// How many more ticks it takes, at the earliest and at least 1, until a tick does anything; of a
  /// leader without peers many, for nothing is due. A
  /// driver may sleep so long, if it makes up for the ticks that passed before it gives any other
  /// input.
  std::uint32_t ticks_until_due() const;

  /// A message of the group arrived. `from` is who the link says it is: links must be
  /// authenticated, or anybody may vote. Ignored when `objection_to` has something to say.
  void step(node_id from, message msg);

  /// Why `step` would ignore this message now. `none` promises no answer either.
  [[nodiscard]] objection objection_to(node_id from, const message& msg) const;

  /// Makes a node without any log the founder of a group with these members (it writes them as the
  /// first entry and campaigns). False, and nothing done, on a node that has a log or a term.
  [[nodiscard]] bool bootstrap(configuration members);

  /// Takes commands of this node's clients: appends them when leader, else forwards them to the
  /// leader. `refusal::none` means taken *under the term `current_term()`*; the outcome shows when
  /// they are applied, in `output::refused`, or when an entry of a later term is applied first
  /// (lost).
  [[nodiscard]] refusal propose(std::vector<proposal> proposals);

  /// Starts a joint change to these members. Only at the leader; `none` when it is under way.
  enum class change_refusal : std::uint8_t {
    none,
    /// only a leader appends to the log
    not_leader,
    in_progress,         ///< another change is not committed yet
    term_not_committed,  ///< no entry of this leader's term is committed yet (the bug of 2015)
    transferring,        ///< leadership is being handed over
    same,                ///< these are the members
    invalid,             ///< no voter, an id that is none, or an id twice
    lagging,             ///< a new voter's log is not close enough: add it as a learner and wait
    /// Of the old or of the new voters too few were heard lately: the change might never end
    no_live_majority,
    nothing_to_abort,  ///< no joint change of this leader waits for being committed
  };
  /// With `force` also when a majority of the old or the new voters is silent.
  [[nodiscard]] change_refusal reconfigure(std::vector<member> members, bool force = false);
  /// Goes back to the members before a joint change that this leader began and that is not
  /// committed yet. A leader does so by itself when the majority of the new voters falls silent.
  [[nodiscard]] change_refusal abort_change();

  /// Hands leadership to `to` (none: to the best voter), which campaigns once it has the whole log
  /// (thesis §3.10). Proposals are refused meanwhile. False when it can't begin: not the leader, a
  /// transfer is under way, or `to` is no voter of the new set. It is given up after
  /// `election_min_ticks`.
  [[nodiscard]] bool transfer(node_id to);

  /// Asks for a read index (thesis §6.4): the answer comes in `output::reads`, maybe refused. At a
  /// follower the leader is asked.
  void read(read_token token);

  /// The write `token`, and thereby every write before it, is durable. May be called late.
  void written(write_token token);

  /// The driver's state has applied entries up to `index`; entries before it may leave memory.
  void applied(index_t index);

  /// The answer to an `entry_fetch`: consecutive entries from `first` on; empty when it failed.
  void fetched(const entry_fetch& request, std::vector<entry> entries);

  /// Nothing reaches `peer` now (a hint: its link went down), or its link is back: what was sent to
  /// it may be lost. So a leader finds out anew what it has, and a follower sends its leader once
  /// more what it was to append.
  void unreachable(node_id peer);

  /// `peer` seems to have ended: its link went down, and nobody answers where it was. A follower
  /// that it led waits for it no longer. Nothing is lost when it is alive all the same: those who
  /// hear it elect nobody. Of no effect with `options::lease_reads`.
  void gone(node_id peer);

  /// `peer` has another disk than it had: what it acknowledged before counts no more, and the
  /// leader finds out what the new one holds. Only a peer that was added again may have one.
  void begun_anew(node_id peer);

  /// The link to `peer` is still moving what was sent to it: entries that take longer than an
  /// election timeout on their way are not lost. Call it at least once a heartbeat while that is
  /// so.
  void receiving(node_id peer);

  /// The log up to `index` is covered by the driver's own durable state; forget it. Not past
  /// `purge_floor()`, if the disk has room.
  void purged(index_t index);
  /// Entries after this index are needed by a peer that gets a snapshot, or that had one and has
  /// not caught up; the greatest index there is when none is needed. A peer that is silent holds
  /// nothing back.
  index_t purge_floor() const;

  /// At the sender, with the term of the `snapshot_want`; what comes under another term is ignored.
  /// Sending the snapshot as of `index` begins, and the log after it is kept for the peer.
  void snapshot_started(node_id peer, term_t term, index_t index);
  /// The transfer ended: `peer` has installed the snapshot, or it failed and another is wanted.
  void snapshot_sent(node_id peer, term_t term, index_t index, bool installed);

  /// At the receiver, after the chunk that was `done`: the driver's state now is that of `meta`,
  /// durably, and the log begins after it. Until this or `snapshot_failed` is called the core takes
  /// no entries.
  void snapshot_installed(const snapshot_meta& meta);
  /// The snapshot can't be used (damaged), or was not stored: the leader is told to begin again.
  void snapshot_failed(const snapshot_meta& meta);

  // -- trouble --

  /// A leader that must not go on hands over to the best successor and steps down at once. Call it
  /// also when no further input will be given (the disk failed), and send the messages once more.
  void resign();

  /// While closed a node takes no proposals as leader (`refusal::busy`) and does not follow an
  /// order to take over; it still votes, acknowledges and may be elected. For a disk that is full.
  void close(bool closed);

  /// This node turned out to have forgotten what it promised: its directory is an old copy. From
  /// here on it is as if started with `hard_state::recovering`.
  void promises_lost();

  /// The driver's state is gone, the log is not: this node goes on voting and acknowledging, but
  /// neither leads nor is to apply anything, and hands out the chunks of any snapshot that its log
  /// continues. The driver asks the leader for one. It ends with `state_restored`, or with
  /// `snapshot_installed` where the log does not have the snapshot's last entry.
  void state_lost();
  /// Whether the log has, durably, the last entry of this snapshot: then it need not begin anew.
  bool continues(const snapshot_meta& meta) const;
  /// The driver's state now is that of `meta`, which the log continues.
  void state_restored(const snapshot_meta& meta);
  /// The driver's state tells of this time of the log, in microseconds: nothing is appended that is
  /// earlier. For a state whose entries are not in the log.
  void not_before(std::int64_t time_us);

  // -- outputs --

  /// Whether `take_output` would give anything. Cheap; ask after each turn of inputs.
  bool has_output() const;
  /// All that follows from the inputs so far, once; the caller owns it and must perform it.
  [[nodiscard]] output take_output();

  /// Entries [first, last] as far as they are in memory; empty when the first is not.
  std::vector<entry> cached(index_t first, index_t last) const;

  // -- what it is now --

  /// A follower that does not vote shows as learner.
  role current_role() const;
  /// Rises only; a vote and a leader belong to one term (Raft §5.1).
  term_t current_term() const;
  /// Whom this node takes for the leader of its term, itself included; none when it knows none.
  node_id leader() const;
  /// Rises only, but for a restart: a node begins with what it has applied (Raft §5.3).
  index_t commit_index() const;
  /// Of this node's own log, in memory or on its disk; falls when a leader replaces its tail
  /// (§5.3).
  index_t last_index() const;
  /// Of this node's own log, on its disk. May be behind what is committed and applied: a saved
  /// state is to be no newer than this, and no purge goes past it.
  index_t durable_index() const;
  /// The newest in the log, committed or not (Raft §6). Valid until the next call that is not
  /// const.
  const configuration& members() const;
  /// A leader that has committed an entry of its own term: it may answer reads and change members.
  bool ready() const;
  /// See `hard_state::recovering`.
  bool recovering() const;
  /// A committed configuration does not hold this node, though an earlier one did, and no leader
  /// speaks to it.
  bool removed() const;
  /// A member said so, as of an index that this node's log does not hold against it. Only a hint
  /// for people: it changes neither log nor vote, and ends when a leader is heard.
  bool told_removed() const;
  /// A copy of it all; costs a copy of the members.
  status inspect() const;

 private:
  struct implementation;
  /// Owned here alone; empty only in an object that was moved from.
  std::unique_ptr<implementation> impl_;
};

}  // namespace lithair::protocol
