#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/config.hpp"
#include "actors/messages/messages.hpp"
#include "actors/peers/peer_ways.hpp"
#include "actors/raft/apply_window.hpp"
#include "actors/raft/explanations.hpp"
#include "actors/raft/health.hpp"
#include "actors/raft/log_allowance.hpp"
#include "actors/raft/member_changes.hpp"
#include "actors/raft/other_groups.hpp"
#include "actors/raft/raft_calls.hpp"
#include "actors/raft/raft_meter.hpp"
#include "actors/raft/raft_setup.hpp"
#include "actors/raft/read_requests.hpp"
#include "actors/raft/slow_writes.hpp"
#include "actors/raft/snapshot_requests.hpp"
#include "actors/raft/state_comparison.hpp"
#include "actors/raft/storage_room.hpp"
#include "actors/raft/submissions.hpp"
#include "actors/runtime/hosted.hpp"
#include "protocol/core.hpp"

namespace lithair::actors {

/// Drives the Raft core of one group: turns messages into inputs of the core and its output into
/// messages. What one turn's messages bring is handled as one batch, in `perform`.
///
///     turn_begins ──▶ clocks, ticks ──▶ each message: an input of the core ──▶ turn_ended:
///         propose what waits, ask for reads ──▶ perform: write, send, apply ──▶ answer reads
///
/// What it takes, and from whom, its handle says (messages/handles.hpp).
///
/// Once it is out of service it takes nothing more but questions, for its core would collect what
/// nobody performs.
class raft_actor final : public hosted_actor {
 public:
  using handle_type = raft_handle;

  /// On `home` (none: CAF schedules it); nothing is sent before its first turn.
  raft_actor(caf::actor_config& cfg, loop* home, raft_setup setup);

  const char* name() const override { return "raft"; }

 private:
  caf::behavior make_behavior() override;
  void turn_begins() override;
  void turn_ended() override;
  void on_exit() override;

  void found();
  void finish_turn();
  void ask_to_be_woken();
  bool has_nothing_to_see_to() const;
  // From the core to its neighbours, and what is committed to the state.
  void perform(protocol::output out);
  void propose_waiting();
  void start_reads();
  void release_reads();
  void apply_committed();
  std::vector<protocol::entry> committed_entries(protocol::index_t last);
  void on_fetched(fetched& answer);
  void on_applied(applied& news);
  void tell_if_slow(protocol::index_t index, std::uint64_t since_us, std::uint64_t now_us);
  // Roles, members and the ways to them: raft_actor_members.cpp.
  void log_role(const protocol::role_change& change) const;
  void on_role(const protocol::role_change& change);
  void on_members(const protocol::configuration& members);
  void on_members_committed(protocol::index_t index, const protocol::configuration& members);
  raft_handle& known_as() {
    return setup_.is_main ? setup_.groups->main_raft : setup_.groups->others[setup_.group].raft;
  }
  void recall_committed_members();
  void follow_main_group();
  bool leave_leadership_to_members();
  bool knows_main_group();
  void on_ready(const readiness& answer);
  const shipper_handle* shipper_for(protocol::node_id peer) const;
  void lead_way_to(const peer_address& peer);
  void way_ended(protocol::node_id peer);
  void on_link(const link_changed& news);
  void note_members(protocol::index_t index, const protocol::configuration& members);
  void meet_again(const std::vector<protocol::node_id>& unknown);
  void hear(const meet& caller);
  void end_unwanted_ways();
  void look_whether_removed();
  void look_whether_moved(const peer_address* self);
  void ask_to_be_moved();
  // What time brings, and what came over HTTP.
  void on_tick(std::uint32_t count);
  void on_call(raft_call& call);
  void send_messages(std::vector<protocol::envelope> messages);
  void expire_reads(std::uint64_t asking_before_ms, std::uint64_t applying_before_ms);
  // Checkpoints, the log behind them, and snapshots: raft_actor_state.cpp.
  void on_checkpoint(checkpoint& wanted);
  void release_checkpoint();
  void on_checkpointed(const checkpointed& news);
  void purge_log(protocol::index_t checkpointed);
  protocol::index_t needed_by_followers() const;
  void begin_snapshots_of_term();
  void get_snapshots();
  void on_snapshot_made(const snapshot_made& made);
  void on_chunk_kept(const chunk_kept& news);
  void on_state_replaced(const state_replaced& news);
  void continue_stop();

  // When something is wrong: raft_actor_trouble.cpp.
  void on_disk_failed(const std::string& reason);
  void on_disk_full(const std::string& reason);
  void on_state_damaged(const std::string& reason);
  void on_promises_lost(const std::string& reason);
  void look_for_recovering(const peer_step& step);
  void look_for_installed(const peer_step& step);
  void make_room();
  storage_room::use room_used() const;
  void look_for_room();
  std::string why_no_room(std::string_view command);
  void mend();
  void on_control(protocol::node_id from, const change_request& request);
  void on_control(protocol::node_id from, const change_answer& answer);
  void on_control(protocol::node_id by, const state_request& request);
  void on_control(protocol::node_id from, const comparison_request& request);
  void on_control(protocol::node_id from, const digest_report& report);
  void on_control(protocol::node_id by, const refusal_notice& notice);
  void send_control(protocol::node_id to, control_message content);
  // Comparing states with the other nodes.
  void begin_comparison();
  bool expect_comparison(protocol::index_t at);
  void tell_digest(const checkpointed& news);
  void report_divergence() const;
  void refuse_everything();

  // Answering who asked: reads in raft_actor_reads.cpp, status in raft_actor_status.cpp.
  void accept(read_requests::request read);
  void refuse(const read_requests::request& read, disposition what, const std::string& reason);
  void refuse(const submissions::client& who, disposition what, const std::string& reason);
  std::string why_unavailable() const;
  std::string why_leaderless() const;
  void tell_why_leaderless();
  bool leaderless_too_long() const;
  bool serves_reads() const;
  node_status describe(std::uint64_t token) const;
  void explain(const explain_entry& question);
  std::int64_t epoch_us() const;
  member_status describe_member(const protocol::member& m, const protocol::status& raft) const;

  // Before the core, which is made of it.
  raft_setup setup_;
  protocol::raft_core core_;
  submissions submissions_;
  other_groups other_groups_;
  member_changes changes_;
  raft_calls calls_;
  raft_meter meter_;
  explanations explanations_;
  slow_writes slow_;
  peer_ways ways_;
  protocol::index_t ways_as_of_;  // the main group's members that the ways were looked up by
  // The data directory that each answered from, where that is known.
  std::map<protocol::node_id, std::uint64_t> directories_;
  std::uint64_t next_handover_ms_ = 0;
  // Of a group that follows the main one, while it leads.
  struct main_view {
    protocol::term_t seen_in;  // in this term of ours it was asked, and what is known is as of that
    protocol::term_t asked_in;   // in this one the question is open, or was answered
    std::uint64_t since_ms = 0;  // that it is
    std::uint64_t ask_again_ms = 0;
    std::uint64_t token = 0;
  } main_view_;
  std::uint64_t main_tokens_ = 0;
  bool self_moved_ = false;         // the members look for this node elsewhere, and the log says so
  bool found_here_ = false;         // in this run they looked for it where it is
  std::uint64_t next_move_ms_ = 0;  // then it asks them again
  const bool alone_;  // a group beside the one that tells a cluster's story, with no other member
  std::uint64_t started_ms_;
  health health_;
  storage_room room_;
  bool lacks_room_ = false;             // something was refused for that since it was looked at
  std::uint64_t next_settling_ms_ = 0;  // of what is unsaved, while there is no room to grow
  std::uint64_t next_mending_ms_ = 0;
  state_comparison comparison_;
  std::uint64_t next_comparison_ms_ = 0;
  read_requests reads_;
  apply_window window_;
  std::vector<protocol::entry> read_back_;  // committed entries that come next, read from the log
  bool reading_back_ = false;
  std::uint64_t leaderless_since_ms_ = 0;
  protocol::node_id known_leader_;
  // Who refuses this node or is refused by it, and why; while there is no leader
  std::map<protocol::node_id, std::string> refusals_;
  struct leaderless {
    std::string why;  // there is no leader
    std::uint64_t since_ms = 0;
    bool told = false;  // in the log
  } leaderless_;
  snapshot_requests snapshots_;
  bool snapshot_asked_ = false;     // the checkpointer for one
  bool checkpoint_asked_ = false;   // the aggregate for one as of now: a snapshot or room needs it
  protocol::index_t checkpointed_;  // the durable state is as of here
  std::uint64_t replacements_ = 0;  // of states, see state_damaged
  std::string early_damage_;        // of the state that is going to be told of
  // A checkpoint that the log is not durable for yet, and who waits for it.
  std::optional<std::pair<caf::strong_actor_ptr, checkpoint>> gated_;
  log_allowance allowance_;      // for followers that lag a little
  log_allowance lag_allowance_;  // for followers that are catching up
  std::uint64_t next_purge_ms_ = 0;
  protocol::index_t purging_;      // what the log writer was asked to forget
  caf::strong_actor_ptr stopper_;  // who waits for the graceful end
  bool handed_over_ = false;
};

}  // namespace lithair::actors
