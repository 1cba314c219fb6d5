#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "protocol/cluster_time.hpp"
#include "protocol/core.hpp"
#include "protocol/invariants.hpp"
#include "protocol/log_view.hpp"
#include "protocol/member_log.hpp"
#include "protocol/mutants.hpp"
#include "protocol/progress.hpp"
#include "protocol/quorum.hpp"

namespace lithair::protocol {

/// A read asked for by a follower.
struct remote_read {
  node_id asker;
  std::uint64_t id;
  bool recovering;

  bool operator==(const remote_read&) const = default;
};

/// Reads that share one confirmation of leadership.
struct read_bundle {
  std::vector<read_token> local;
  std::vector<remote_read> remote;

  bool empty() const { return local.empty() && remote.empty(); }
};

/// What only a leader owns; gone when it steps down.
struct leading {
  std::vector<progress> peers;
  std::uint64_t heartbeat_tick = 0;  ///< of the last broadcast
  std::uint64_t uncommitted_bytes = 0;
  index_t counted_after;  ///< entries after this one are in `uncommitted_bytes`

  // Reads: one round at a time, and what waits for the next.
  std::uint64_t round = 0;  ///< the newest that was broadcast
  std::deque<std::pair<std::uint64_t, std::uint64_t>> round_ticks;  ///< round, tick it was sent
  std::optional<std::uint64_t> lease_tick;  ///< a majority answered what was sent at this tick
  read_bundle waiting;
  read_bundle confirming;
  std::uint64_t confirming_round = 0;  ///< 0: none
  index_t confirming_index;

  // Handing over.
  node_id transfer_target;
  std::uint64_t transfer_tick = 0;
  bool transfer_told = false;  ///< the target was asked to campaign
  /// Someone may campaign despite our lease, for the rest of the term
  bool lease_given_up = false;

  // What may go wrong meanwhile.
  index_t joint_index;  ///< of the joint change that this leader began last
  std::uint64_t joint_tick = 0;
  index_t behind_index;           ///< what was committed and not on our own disk
  std::uint64_t behind_tick = 0;  ///< when that was noticed, or leadership was last offered for it

  progress* find(node_id id);
};

/// The requests to propose that this node saw as leader of `term`, also after it stepped down: a
/// repeated one must neither be taken twice nor be called refused when it was taken.
struct seen_requests {
  struct sender {
    node_id id;
    std::uint64_t session;  ///< of the sender's process
    std::uint64_t newest;
  };

  /// True when this is not a repetition, as far as numbers tell.
  bool first_time(node_id from, std::uint64_t number);

  term_t term;
  std::vector<sender> senders;
};

/// The requests to propose that this node made and that were answered: an answer that is repeated
/// may name serials that were proposed again since.
struct answered_requests {
  /// True when this answer is the first to the request of that number, as far as is remembered.
  bool first_time(std::uint64_t number);

  std::uint64_t forgotten = 0;  ///< the greatest number that is not remembered any more
  std::set<std::uint64_t> numbers;
};

/// What only a follower (or learner) owns; begins anew with each term.
struct following {
  index_t verified;                ///< our log is the leader's up to here
  index_t answered;                ///< the match that the leader was told last
  bool answer = false;             ///< tell the leader what matches, with the next output
  std::uint64_t round = 0;         ///< the newest round to answer
  std::vector<proposal> forwards;  ///< for the leader, with the next output

  // Reads through the leader: one bundle on the way, and what waits for the next.
  std::vector<read_token> waiting;
  std::vector<read_token> asked;
  std::uint64_t asked_id = 0;  ///< 0: none on the way
  std::uint64_t asked_tick = 0;
};

/// Everything behind `raft_core`. One function group per source file; `now` counts ticks.
struct raft_core::implementation {
  implementation(node_id self, group_id group, options opts, restored_state restored,
                 jitter chance);

  // -- core.cpp: what goes in and out --
  void step(node_id from, message msg);
  void tell_if_removed(node_id from, const message& msg);
  index_t no_member_as_of(node_id id) const;
  void send(node_id to, message content);
  void save_state(term_t term, node_id voted_for);
  bool state_durable() const { return !state_dirty && written_token >= state_token; }
  void written(write_token token);
  void applied_up_to(index_t index);
  bool has_output() const;
  output take_output();
  void take_write();
  void take_changes();
  void check();
  status inspect() const;

  // -- core_objection.cpp: what no honest node says --
  objection objection_to(node_id from, const message& msg) const;
  objection objection_to_sender(node_id from, term_t term, bool strangers_say_it) const;
  objection objection_to(const vote_request& x) const;
  objection objection_to(const append_request& x) const;
  objection objection_to(const snapshot_request& x) const;

  // -- core_election.cpp (§5.2, thesis §9.6) --
  void tick();
  void tick_leader();
  std::uint32_t ticks_until_due() const;
  void restart_election_timer();
  bool can_campaign() const;
  bool leader_alive() const;
  void become_follower(term_t term, node_id leader);
  void become_leader();
  void lose_leader();
  void pre_campaign();
  void campaign(bool transfer);
  void ask_for_votes(vote_request request);
  void count_votes();
  void check_quorum();
  void ask_whether_removed();
  bool may_ask_whether_removed() const;
  void become_no_candidate();
  role visible_role() const;
  bool heed_leader(node_id from, term_t term);
  bool heed_answer(node_id from, term_t term);
  void on(node_id from, const vote_request& request);
  void on(node_id from, const vote_response& response);
  void on(node_id from, const timeout_now& order);
  bool would_vote(node_id from, const vote_request& request) const;

  // -- core_replication.cpp (§5.3, §5.4) --
  refusal propose(std::vector<proposal> proposals);
  refusal accept(std::vector<proposal>& proposals);
  std::int64_t next_time();
  void append(entry_kind kind, origin from, payload data);
  void ship();
  void ship_to(progress& peer);
  void send_entries(progress& peer, std::vector<entry> entries);
  bool may_go(progress& peer, const std::vector<entry>& entries) const;
  void request_entries(progress& peer);
  void tell_commit(progress& peer);
  std::size_t usable(index_t first, const std::vector<entry>& entries) const;
  void fetched(const entry_fetch& request, std::vector<entry> entries);
  void unreachable(node_id id);
  void receiving(node_id id);
  void advance_commit();
  void commit_up_to(index_t index);
  void matched(progress& peer, index_t index);
  void on(node_id from, append_request request);
  void on(node_id from, const append_response& response);
  void on(node_id from, const heartbeat& beat);
  void on(node_id from, const heartbeat_response& response);
  void on(node_id from, propose_request request);
  void on(node_id from, propose_response response);
  void take_entries(std::vector<entry> entries);
  void reject(node_id from, const append_request& request);
  void answer_leader();
  void forward();
  void broadcast_heartbeat();
  void find_lost_appends();

  // -- core_membership.cpp (§6, thesis §3.10, §4) --
  bool bootstrap(configuration members);
  change_refusal reconfigure(std::vector<member> members, bool force);
  bool live_majority(const configuration& of) const;
  bool can_abort_change() const;
  change_refusal abort_change();
  void change_members_to(configuration next);
  void hand_over_when_behind();
  bool close_enough(const member& candidate) const;
  void members_changed();
  void after_commit_of_members();
  void release_departed();
  bool transfer(node_id to);
  node_id best_successor() const;
  void drive_transfer();
  void recovered();

  // -- core_trouble.cpp --
  void resign();
  void promises_lost();
  void state_lost();
  void state_restored(const snapshot_meta& meta);
  bool has_snapshot_entry(const snapshot_meta& meta) const;

  // -- core_read.cpp (thesis §6.4) --
  void read(read_token token);
  void start_round();
  void confirm_rounds();
  bool holds_lease() const;
  void answer_reads(read_bundle& reads, index_t index, refusal why);
  void ask_leader_for_reads();
  void refuse_followers_reads(refusal why);
  void on(node_id from, const read_request& request);
  void on(node_id from, const read_response& response);
  bool asker_votes(node_id asker) const;
  void start_anew(node_id recovering);
  std::uint64_t next_number() { return ++number; }

  // -- core_snapshot.cpp (§7) --
  void purged(index_t index);
  index_t purge_floor() const;
  void snapshot_started(node_id peer, term_t term, index_t index);
  void snapshot_sent(node_id peer, term_t term, index_t index, bool installed);
  void snapshot_installed(const snapshot_meta& meta);
  void snapshot_failed(const snapshot_meta& meta);
  void on(node_id from, snapshot_request chunk);
  void on(node_id from, const snapshot_response& response);

  bool ready() const;
  bool removed() const;
  bool leads() const { return now_role == role::leader; }

  const node_id self;
  const group_id group;
  const options opts;
  jitter chance;

  hard_state state;
  log_view log;
  member_log history;
  quorum voters;
  index_t commit;
  index_t applied;
  cluster_time clocks;
  std::int64_t
      last_time_us;  ///< no entry of the log is later; what is appended next is not earlier

  role now_role = role::follower;  ///< never learner: that follows from the members
  node_id leader;                  ///< whom we hear or believe to be leading
  node_id
      /// Whom we know to have led in this term, though contact may be lost: nobody else can
      elected;
  leading lead;
  following follow;
  seen_requests requests;
  answered_requests answers;
  std::vector<std::pair<node_id, bool>> votes;  ///< answers to the campaign, own vote included
  std::uint64_t elections = 0;

  std::uint64_t now = 0;
  std::uint64_t election_elapsed = 0;
  std::uint64_t election_timeout = 0;
  std::uint64_t leader_contact = 0;   ///< tick of the leader's last message
  std::uint64_t no_votes_before = 0;  ///< tick; a leader may believe that nobody else is elected
  std::optional<snapshot_meta> installing;  ///< the log is about to be replaced
  bool lacks_state = false;                 ///< what the log once made is gone; see core.hpp
  bool was_member = false;                  ///< some configuration that we knew held us
  bool told_removed = false;                ///< and one that we don't know does not, as others say
  bool closed = false;                      ///< takes no proposals, and leadership from nobody

  std::uint64_t
      number;  ///< for requests and read bundles; begins at random, so unique over restarts
  bool ship_wanted = false;
  bool state_dirty = false;
  write_token last_token;     ///< handed out
  write_token written_token;  ///< durable
  write_token state_token;    ///< of the last write that carried the hard state
  std::deque<std::pair<write_token, envelope>> held;  ///< until that write is durable
  std::uint64_t recover_id = 0;                       ///< of the question whether we are a voter
  std::uint64_t recover_tick = 0;

  output out;
  index_t told_commit;  ///< what the driver was told last
  role_change told_role;
  std::uint64_t members_version = 0;
  std::uint64_t told_members_version = 0;
  invariants watch;
};

}  // namespace lithair::protocol
