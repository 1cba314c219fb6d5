#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <caf/actor.hpp>

#include "actors/hosted.hpp"
#include "actors/log_allowance.hpp"
#include "actors/member_changes.hpp"
#include "actors/messages.hpp"
#include "actors/node.hpp"
#include "actors/raft_calls.hpp"
#include "actors/raft_meter.hpp"
#include "actors/state_comparison.hpp"
#include "actors/submissions.hpp"
#include "protocol/core.hpp"

namespace lithair::persistence {
class log_store;
}

namespace lithair::actors {

/// What a raft actor works with; handles and pointers outlive it or end with it.
struct raft_setup {
  protocol::group_id group;
  std::string label;  ///< begins this group's lines in the log
  node_config config;
  protocol::restored_state restored;
  protocol::jitter chance;
  std::uint64_t first_serial = 1;  ///< above every serial of earlier runs
  std::function<std::uint64_t()> cluster;  ///< the cluster's id, 0 until known
  const persistence::log_store* log = nullptr;  ///< read only; writing is the log writer's
  caf::actor writer;
  caf::actor reader;  ///< the file reader; without one the log is read at once
  caf::actor aggregate;
  caf::actor checkpointer;  ///< none: nothing is purged, and no snapshot is sent or taken
  std::string log_lost;    ///< why the log was begun anew; empty: it was not
  std::string state_lost;  ///< why the state below the aggregate is empty; empty: it is there
  std::uint64_t models = 0;  ///< fingerprint of what the state is made by
  std::uint64_t log_margin = 10'000;  ///< entries kept behind a checkpoint, for followers that lag a little
  /// Makes the shipper for a member that the configuration names; on the actor's own thread.
  std::function<caf::actor(const peer_address&)> make_shipper;
  std::function<std::uint64_t()> now_ms;  ///< a steady clock
  /// A change of members is complete and committed; may be none.
  std::function<void(protocol::index_t, const protocol::configuration&)> members_committed;
  std::shared_ptr<group_meters> meters = std::make_shared<group_meters>();
  std::shared_ptr<const log_meters> log_counts;  ///< for status pages
  /// Size of the log's LMDB map, and how much of it is in use; for status pages, may be none.
  std::function<std::pair<std::uint64_t, std::uint64_t>()> log_map;
  std::function<void()> recovered;  ///< what was forgotten counts no more; durable in the log; may be none
  std::function<std::uint64_t()> data_bytes;  ///< on the disk, for status pages
  /// Ticks that passed since it was asked last, and a wake-up (any message) within so many ticks. Where there
  /// is none, `ticked` messages tell the time.
  std::function<std::uint32_t()> ticks_passed;
  std::function<void(std::uint32_t ticks, const caf::actor& sleeper)> wake_after;
};

/// Drives the Raft core of one group: turns messages into inputs of the core and its output into messages.
/// What one turn's messages bring is handled as one batch, in `perform`.
///
/// Takes submit, ask, probe_ready, inspect_node, change_members, raft_call (from sessions); ticked; peer_step,
/// fetched, link_changed, control_arrived (from shippers); written, disk_failed (from the log writer); applied (from the aggregate); prepare_stop.
class raft_actor final : public hosted_actor {
 public:
  raft_actor(caf::actor_config& cfg, loop* home, raft_setup setup);

  const char* name() const override { return "raft"; }

 private:
  // A read, or a question for readiness, on its way to its read index.
  struct waiting_read {
    caf::strong_actor_ptr asker;
    ask what;
    bool is_probe = false;
    std::uint64_t since_ms = 0;
  };

  caf::behavior make_behavior() override;
  void turn_begins() override;
  void turn_ended() override;
  void on_exit() override;

  void perform(protocol::output out);
  void propose_waiting();
  void start_reads();
  void finish_reads(const std::vector<protocol::read_ready>& reads);
  void release_reads();
  void apply_committed();
  std::vector<protocol::entry> committed_entries(protocol::index_t last);
  void on_fetched(fetched& x);
  void on_applied(applied& x);
  void log_role(const protocol::role_change& change) const;
  void on_role(const protocol::role_change& change);
  void on_members(const protocol::configuration& members);
  const caf::actor* shipper_for(protocol::node_id peer) const;
  void add_shipper(const peer_address& peer);
  void on_tick(std::uint32_t count);
  void on_call(raft_call& x);
  void send_messages(std::vector<protocol::envelope> messages);
  void on_checkpointed(const checkpointed& x);
  void on_snapshot_made(const snapshot_made& x);
  void on_chunk_kept(const chunk_kept& x);
  void on_state_replaced(const state_replaced& x);
  void continue_stop();

  // raft_actor_trouble.cpp
  void on_disk_failed(const std::string& reason);
  void on_disk_full(const std::string& reason);
  void on_state_damaged(const std::string& reason);
  void on_promises_lost(const std::string& reason);
  void on_state_wanted(protocol::node_id by);
  void serve_state_askers(const checkpointed& x);
  void look_for_recovering(const peer_step& x);
  void mend();
  void on_control(const control_arrived& x);
  void send_control(protocol::node_id to, peer_control x);
  void begin_comparison();
  void expect_comparison(protocol::index_t at);
  void tell_digest(const checkpointed& x);
  void on_digest(protocol::node_id from, const peer_control& x);
  void report_divergence() const;
  void refuse_everything();
  std::string why_not_serving() const;

  void accept(waiting_read read);
  void refuse(const waiting_read& read, disposition what, const std::string& reason);
  void refuse(const submissions::client& who, disposition what, const std::string& reason);
  std::string why_unavailable() const;
  bool leaderless_too_long() const;
  node_status describe(std::uint64_t token) const;
  member_status describe_member(const protocol::member& m, const protocol::status& raft) const;

  raft_setup setup_;
  protocol::raft_core core_;
  submissions submissions_;
  member_changes changes_;
  raft_calls calls_;
  raft_meter meter_;
  std::map<protocol::node_id, caf::actor> shippers_;
  const bool alone_;  // a group beside the one that tells a cluster's story, with no other member
  std::uint64_t started_ms_;
  std::string state_lost_;  // why there is no state to apply to, until there is one again
  std::string log_lost_;    // why the core is recovering
  std::string full_;        // why nothing can be written for now
  std::uint64_t next_mending_ms_ = 0;
  state_comparison comparison_;
  std::uint64_t next_comparison_ms_ = 0;
  std::set<protocol::node_id> state_askers_;  // peers that wait for a checkpoint to be made, for their lost state

  std::size_t waiting_reads_ = 0;        // in all three below
  std::vector<waiting_read> new_reads_;  // not yet given to the core
  std::uint64_t next_read_ = 1;
  std::map<protocol::read_token, std::vector<waiting_read>> reads_;       // in the core
  std::multimap<std::uint64_t, waiting_read> applying_reads_;             // by the index they wait for

  protocol::index_t committed_;  // as the core's output told
  protocol::index_t sent_;       // entries given to the aggregate
  std::vector<protocol::entry> read_back_;  // committed entries after those, read from the log
  bool reading_back_ = false;
  protocol::index_t applied_;    // entries it has applied
  std::uint64_t leaderless_since_ms_ = 0;
  protocol::node_id known_leader_;
  std::map<protocol::node_id, bool> linked_;
  std::string failure_;  // the disk's, or of applying; not empty: out of service
  std::map<protocol::node_id, protocol::term_t> snapshot_askers_;  // peers that wait for a snapshot to be made, and when it was wanted
  std::deque<std::pair<protocol::index_t, std::uint64_t>> applying_;  // batches given to the aggregate: last and bytes
  std::uint64_t applying_bytes_ = 0;                                  // of them together
  log_allowance allowance_;
  protocol::index_t purging_;                    // what the log writer was asked to forget
  caf::strong_actor_ptr stopper_;  // who waits for the graceful end
  bool handed_over_ = false;
};

}  // namespace lithair::actors
