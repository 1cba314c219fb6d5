#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/cluster_time.hpp"
#include "protocol/core.hpp"
#include "protocol/invariants.hpp"
#include "protocol/log_view.hpp"
#include "protocol/member_log.hpp"
#include "protocol/mutants.hpp"
#include "protocol/quorum.hpp"
#include "protocol/roles.hpp"

namespace lithair::protocol {

/// Everything behind `raft_core`. One function group per source file; `now` counts ticks.
struct raft_core::implementation {
  implementation(node_id self, group_id group, options opts, restored_state restored,
                 jitter chance);

  // -- core.cpp: what goes in and out --
  /// Takes a message, unless there is an objection to it.
  void step(node_id from, message msg);
  /// Answers a pre-vote that is not heeded, when its sender is no member any more.
  void tell_if_removed(node_id from, const message& msg);
  /// The committed index as of which `id` is no member; none when it is one, then or since.
  index_t no_member_as_of(node_id id) const;
  /// Says it with the next output, or once term and vote are durable (§5.1).
  void send(node_id to, message content);
  /// Term and vote are these from now on; the next write carries them.
  void save_state(term_t term, node_id voted_for);
  /// Whether what we say about term and vote would survive a crash.
  bool state_durable() const { return !state_dirty && written_token >= state_token; }
  /// A write is on the disk: so messages may go, entries count, and our own vote does.
  void written(write_token token);
  /// The driver's state has these; they may leave memory.
  void applied_up_to(index_t index);
  /// As in core.hpp.
  bool has_output() const;
  /// Sends what came together since the last one, then collects all there is.
  output take_output();
  /// One write for everything that the disk does not have yet.
  void take_write();
  /// What is news to the driver: role, members, commit index.
  void take_changes();
  /// The invariants, after each input that may change anything.
  void check();
  status inspect() const;

  // -- core_objection.cpp: what no honest node says --
  /// The first rule that the message breaks, by any kind of message.
  objection objection_to(node_id from, const message& msg) const;
  /// Who says it, and in which term; `strangers_say_it`: a node that is no member may.
  objection objection_to_sender(node_id from, term_t term, bool strangers_say_it) const;
  /// While a leader is alive nobody is voted for (thesis §4.2.3).
  objection objection_to(const vote_request& request) const;
  /// Entries follow each other, fit their kinds, and contradict nothing that is committed.
  objection objection_to(const append_request& request) const;
  /// It must have a place in a log, and members to go on with.
  objection objection_to(const snapshot_request& request) const;

  // -- core_election.cpp (§5.2, thesis §9.6) --
  /// Counts one tick; a silent leader is lost, questions are repeated, an election begins.
  void tick();
  /// The deadlines of a leader; all others follow in `tick`.
  void tick_leader();
  /// Ticks until the next deadline, at least 1.
  std::uint32_t ticks_until_due() const;
  /// Draws a new timeout, counted from now (§5.2).
  void restart_election_timer();
  /// Whether we may become leader: a voter that forgot nothing and has its state.
  bool can_campaign() const;
  /// Whether a leader was heard so lately that nobody may be voted for (thesis §4.2.3).
  bool leader_alive() const;
  /// Ends whatever we were; a later term is saved without a vote in it (§5.1).
  void become_follower(term_t term, node_id leader);
  /// A majority voted for us: all peers are probed, and a noop begins the term.
  void become_leader();
  /// Nobody is known to lead; what waits for a leader is refused.
  void lose_leader();
  /// Asks whether an election could be won; changes no term (thesis §9.6).
  void pre_campaign();
  /// Votes for itself in the next term and asks the others (§5.2); by order, or after a pre-vote.
  void campaign(bool transfer);
  /// Of all voters but us, of both sets when joint, each once.
  void ask_for_votes(vote_request request);
  void ask_again();
  bool goes_before(node_id from, const vote_request& request) const;
  /// Goes on to a campaign or to leading when a majority said yes; gives up when it said no.
  void count_votes();
  /// Steps down when a majority is silent, or gives up the change whose voters are (thesis §6.2).
  void check_quorum();
  /// As a learner that hears nobody: a pre-vote, for the sake of its answers.
  void ask_whether_removed();
  /// Whether that makes sense: a learner without leader that was not told yet.
  bool may_ask_whether_removed() const;
  /// A campaign that is under way ends; nothing else changes.
  void become_no_candidate();
  /// A follower that does not vote shows as learner.
  role visible_role() const;
  /// Whether a message that only a leader sends is heeded; its sender leads us from here on.
  bool heed_leader(node_id from, term_t term);
  /// Whether an answer is to us as leader of this term; its sender counts as heard then.
  bool heed_answer(node_id from, term_t term);
  /// Grants or refuses a vote or pre-vote; always answers.
  void on(node_id from, const vote_request& request);
  /// Counts an answer if it is one to the campaign under way.
  void on(node_id from, const vote_response& response);
  /// Obeys its own leader's order to campaign (thesis §3.10).
  void on(node_id from, const timeout_now& order);
  /// One vote a term, and only for a log at least as complete as ours (§5.2, §5.4.1).
  bool would_vote(node_id from, const vote_request& request) const;

  // -- core_replication.cpp (§5.3, §5.4) --
  /// Appends as leader; else keeps them for the leader.
  refusal propose(std::vector<proposal> proposals);
  /// As leader: appends all of them, or none.
  refusal accept(std::vector<proposal>& proposals);
  /// The time of the next entry: never earlier than the one before.
  std::int64_t next_time();
  /// As leader: one entry of our term at the end of the log.
  void append(entry_kind kind, origin from, payload data);
  /// Sends every peer what it lacks, and the commit index.
  void ship();
  /// Appends, one after the other, as far as the window goes; or asks for a snapshot.
  void ship_to(progress& peer);
  /// One append with these, which follow each other from the peer's next one on.
  void send_entries(progress& peer, std::vector<entry> entries);
  /// Whether the first of them fits in the window, or has it for itself.
  bool may_go(progress& peer, const std::vector<entry>& entries) const;
  /// What the peer needs is not in memory: the driver reads it from the disk.
  void request_entries(progress& peer);
  /// A heartbeat without round, when the peer holds more committed entries than it was told of.
  void tell_commit(progress& peer);
  /// How many of them are entries of our log, from `first` on, and fit in an append.
  std::size_t usable(index_t first, const std::vector<entry>& entries) const;
  /// What the driver read for a peer, if the peer still wants just that.
  void fetched(const entry_fetch& request, std::vector<entry> entries);
  /// A link went down: what was on it counts as lost.
  void unreachable(node_id id);
  void gone(node_id id);
  /// A link still moves what was sent: it does not count as lost.
  void receiving(node_id id);
  /// Commits what a majority has on its disks, if it ends with an entry of our term (§5.4.2).
  void advance_commit();
  /// All up to `index` is committed, at a follower too; lower ones change nothing.
  void commit_up_to(index_t index);
  /// A peer acknowledged the log up to `index`: it may now replicate, commit or take over.
  void matched(progress& peer, index_t index);
  /// Takes what follows a matching entry, refuses what does not (§5.3).
  void on(node_id from, append_request request);
  /// Counts what matches, or steps back to where the logs may agree.
  void on(node_id from, const append_response& response);
  /// The leader lives, and tells the commit index.
  void on(node_id from, const heartbeat& beat);
  /// Counts for read rounds, and shows what was lost on the way.
  void on(node_id from, const heartbeat_response& response);
  /// As leader of that very term: appends the proposals, or refuses them all.
  void on(node_id from, propose_request request);
  /// Tells the driver of refused proposals, once.
  void on(node_id from, propose_response response);
  /// Appends those that are new, after removing what contradicts them (§5.3).
  void take_entries(std::vector<entry> entries);
  /// The entry before does not match: says where the logs may agree (§5.3).
  void reject(node_id from, const append_request& request);
  /// One acknowledgement for all appends since the last output.
  void answer_leader();
  /// Sends the leader what clients proposed here, in messages of about an append's size.
  void forward();
  void send_again(node_id id);
  /// To all peers, as a new read round.
  void broadcast_heartbeat();
  /// Probes peers that acknowledge nothing for an election timeout.
  void find_lost_appends();

  // -- core_membership.cpp (§6, thesis §3.10, §4) --
  /// Founds the group: term 1, its members as first entry, and a campaign.
  bool bootstrap(configuration members);
  /// Checks all that a change of members needs, then begins it.
  change_refusal reconfigure(std::vector<member> members, bool force);
  /// Whether the voters of this configuration that were heard lately could commit an entry.
  bool live_majority(const configuration& of) const;
  /// Whether a joint change can be taken back: ours, and not committed.
  bool can_abort_change() const;
  /// Takes it back, by one more change to the old members.
  change_refusal abort_change();
  /// Appends this configuration, which is in use at once (§6).
  void change_members_to(configuration next);
  /// Offers leadership once our own disk is behind for an election timeout.
  void hand_over_when_behind();
  /// Whether this member, if it is to become a voter, could acknowledge at once.
  bool close_enough(const member& candidate) const;
  /// Counts, and as leader sends, by the configuration that is now in use.
  void members_changed();
  /// Leaves a joint configuration, or leadership when we vote no more.
  void after_commit_of_members();
  /// Forgets removed peers once they were told so, or after a while.
  void release_departed();
  /// Begins to hand over; `drive_transfer` goes on with every acknowledgement.
  bool transfer(node_id to);
  /// The voter heard lately with the longest log; none when all are silent.
  node_id best_successor() const;
  /// Orders the target to campaign once it has our whole log (thesis §3.10).
  void drive_transfer();
  /// We are no voter, so we may speak again: what we forgot counts for nothing.
  void recovered();

  // -- core_trouble.cpp --
  /// Hands over at once and steps down.
  void resign();
  /// Goes on as `recovering`.
  void promises_lost();
  /// A snapshot must come before this node may lead or apply anything.
  void state_lost();
  /// The state is there again, and the log had never been gone.
  void state_restored(const snapshot_meta& meta);
  /// Our log goes on from this snapshot, and its last entry is on our disk.
  bool has_snapshot_entry(const snapshot_meta& meta) const;

  // -- core_read.cpp (thesis §6.4) --
  /// Keeps the read for the next round, or for the next question to the leader.
  void read(read_token token);
  /// Sends the heartbeats that all waiting reads share, or answers them by lease.
  void start_round();
  /// Answers the reads whose round a majority has answered; also renews the lease.
  void confirm_rounds();
  /// Whether reads may be answered without a round (thesis §6.4.1).
  bool holds_lease() const;
  /// All reads of a bundle get this index, or are refused when it is none.
  void answer_reads(read_bundle& reads, index_t index, refusal why);
  /// Asks for all waiting reads at once, unless a question is under way.
  void ask_leader_for_reads();
  /// None of the reads that wait for a leader gets an index.
  void refuse_followers_reads(refusal why);
  /// Keeps the question for the next round; a repeated one is there already.
  void on(node_id from, const read_request& request);
  /// Answers the reads that were asked, or tells a recovering node that it may go on.
  void on(node_id from, const read_response& response);
  /// In the newest configuration or in the one that is committed.
  bool asker_votes(node_id asker) const;
  /// What a wiped node acknowledged before counts no more.
  void start_anew(node_id recovering);
  /// For a request or question of this node.
  std::uint64_t next_number() { return ++number; }

  // -- core_snapshot.cpp (§7) --
  /// The driver forgot the log up to here; so do we.
  void purged(index_t index);
  /// As in core.hpp.
  index_t purge_floor() const;
  /// The driver sends a snapshot as of `index`: the log after it is kept for the peer.
  void snapshot_started(node_id peer, term_t term, index_t index);
  /// A transfer ended: probe the peer behind the snapshot, or begin again.
  void snapshot_sent(node_id peer, term_t term, index_t index, bool installed);
  /// The log is empty after the snapshot, and the configuration is the snapshot's.
  void snapshot_installed(const snapshot_meta& meta);
  /// Tells the leader, and takes entries again.
  void snapshot_failed(const snapshot_meta& meta);
  /// Hands the chunk to the driver, unless the log has what the snapshot ends with.
  void on(node_id from, snapshot_request chunk);
  /// Only the end of a transfer concerns the core.
  void on(node_id from, const snapshot_response& response);

  /// An entry of our own term is committed (§5.4.2; thesis §6.4).
  bool ready() const;
  bool removed() const;
  bool leads() const { return std::holds_alternative<leading>(as); }
  bool follows() const { return std::holds_alternative<following>(as); }
  /// Only for a node in that role.
  leading& lead() { return std::get<leading>(as); }
  const leading& lead() const { return std::get<leading>(as); }
  following& follow() { return std::get<following>(as); }
  const following& follow() const { return std::get<following>(as); }
  /// This peer, if we lead and know it; none else. Valid until the peers change, or the role.
  progress* peer_of_leader(node_id id) {
    auto* role = std::get_if<leading>(&as);
    return role == nullptr ? nullptr : role->find(id);
  }

  const node_id self;
  const group_id group;
  const options opts;
  jitter chance;

  /// As it is to be; durable when `state_durable()`.
  hard_state state;
  /// The log and how much of it is durable.
  log_view log;
  /// The configurations of the log, up to the one in use.
  member_log history;
  /// Of the configuration in use.
  quorum voters;
  /// At start what is applied: all that is known to be committed.
  index_t commit;
  index_t applied;
  cluster_time clocks;
  /// No entry of the log is later; what is appended next is not earlier
  std::int64_t last_time_us;

  /// What the role has, and no other. That a follower only learns follows from the members.
  std::variant<following, campaigning, leading> as;
  node_id leader;  ///< whom we hear or believe to be leading
  /// Whom we know to have led in this term, though contact may be lost: nobody else can
  node_id elected;
  seen_requests requests;
  answered_requests answers;
  sent_requests sent;
  /// Campaigns begun, for status pages.
  std::uint64_t elections = 0;

  /// Ticks since the start of this core.
  std::uint64_t now = 0;
  /// Since the timer was restarted.
  std::uint64_t election_elapsed = 0;
  /// By then an election is due.
  std::uint64_t election_timeout = 0;
  std::uint64_t leader_contact = 0;   ///< tick of the leader's last message
  std::uint64_t no_votes_before = 0;  ///< tick; a leader may believe that nobody else is elected
  std::uint64_t hurries_until = 0;    ///< tick; a leader has just gone, or none was ever there
  std::optional<snapshot_meta> installing;  ///< the log is about to be replaced
  /// The state that was lost is about to be replaced, and the log stays
  std::optional<snapshot_meta> restoring;
  bool lacks_state = false;   ///< what the log once made is gone; see core.hpp
  bool was_member = false;    ///< some configuration that we knew held us
  bool told_removed = false;  ///< and one that we don't know does not, as others say
  bool closed = false;        ///< takes no proposals, and leadership from nobody

  /// The last one given to a request or read bundle; begins at random, so unique over restarts
  std::uint64_t number;
  /// Something may be to be sent: there is an output.
  bool ship_wanted = false;
  /// The next write carries `state`.
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
