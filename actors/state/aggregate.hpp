#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <caf/actor.hpp>
#include <caf/actor_clock.hpp>

#include "actors/messages/feed_messages.hpp"
#include "actors/messages/messages.hpp"
#include "actors/meters.hpp"
#include "actors/runtime/hosted.hpp"
#include "models/derived/timeline.hpp"
#include "models/query/open_cursor.hpp"
#include "models/service.hpp"
#include "models/state/multiversion.hpp"
#include "persistence/overlay_store.hpp"

namespace lithair::persistence {
class storage_error;
}

namespace lithair::actors {

/// From its group, once: tells an aggregate who makes its changes durable, which is spawned after
/// it, and who wants to know. Until then there is no checkpoint.
struct serve_checkpoints {
  taking<give_back_memory> checkpointer;  ///< checkpoints go by way of `raft`
  taking<checkpoint, checkpointed, state_damaged, disk_failed> raft;
};

/// What an aggregate tells itself: look for reads that waited too long, go on with lists, try a
/// checkpoint again. By way of its mailbox, so that others get their turn before.
struct expire_reads {};
struct go_on_reading {};
struct try_checkpoint_again {};

/// Where the aggregate of a node's own group shows its state to that of the shared group, which
/// lives on the same loop: so an item is read with its local fields at once. Empty while the state
/// is being replaced, or lacks what the log has behind it. For that loop's thread only; what it
/// gives is good for the handler that runs.
class state_window {
 public:
  /// None: there is nothing to be seen now, and reads of such items are refused.
  const models::state_view* view() const { return view_; }
  /// Of the same state; none without a view.
  models::multiversion* past() const { return past_; }
  /// By the aggregate that owns both.
  void show(const models::state_view* view, models::multiversion* past) {
    view_ = view;
    past_ = past;
  }
  /// There is nothing to be seen until it is shown again.
  void hide() { show(nullptr, nullptr); }

 private:
  const models::state_view* view_ = nullptr;
  models::multiversion* past_ = nullptr;
};

/// The state of one group's models: decides committed commands in log order and answers queries.
/// One aggregate holds all collections of its group, for the group is what a transaction or a
/// reference may span.
///
///     apply_entries ──▶ applied       changes ─▶ ┌ overlay: since the last checkpoint ┐
///     queries ──▶ answered   ◀── all of it ───── ├ frozen: a checkpoint under way     ┤ memory
///     checkpoint ◀── frozen                      └ the durable state below            ┘ disk
///
/// Takes apply_entries (from the raft actor, answered with applied), run_queries (from the raft
/// actor) and ask (local reads, from sessions); each query is answered to its asker with answered,
/// and from a state that has applied its min_index: until then it waits here. A feed that attends
/// is told what each entry changed. What else it takes, its handle says (messages/handles.hpp).
///
/// A list that takes longer than `slice` goes on in later turns, with applies and other reads in
/// between, and still answers as of one index: what changes meanwhile is kept as it was. A few of
/// them go on at once and others wait; when there are too many, or what is kept takes too much
/// memory, they are refused. One that a new state comes in between begins again, and one whose
/// asker has ended is dropped.
///
/// What changed since the last checkpoint is held in memory, over the durable state. Now and then
/// it is set aside and given to the checkpointer (serve_checkpoints names it), while applying and
/// reading go on. When a disk is so slow, or has so little room, that many times as much has
/// changed meanwhile, applying waits for it: memory is bounded, and whoever writes is slowed down
/// to what the disk can take.
class aggregate final : public hosted_actor {
 public:
  using handle_type = aggregate_handle;

  /// What it begins with; times are of CAF's clock.
  struct setup {
    const models::schema* schema = nullptr;  ///< outlives the actor
    protocol::node_id self;                  ///< whose commands' outcomes somebody waits for
    /// The durable state; read here, written by the checkpointer only
    std::shared_ptr<const persistence::state_store> state;
    /// A checkpoint begins when so many bytes of memory hold changes,
    std::uint64_t checkpoint_bytes = 32 << 20;
    std::uint64_t checkpoint_entries = 50'000;  ///< or so many entries were applied since the last,
    /// or something is applied so long after it
    std::chrono::milliseconds checkpoint_interval{30'000};
    /// Shared by the two aggregates; none where no model has local fields
    std::shared_ptr<state_window> window = nullptr;
    /// Where the window is looked through: who keeps the local fields, and has to forget those of
    /// deleted items. Else it is this aggregate's to show.
    data_handle local_raft = {};
    /// What must be applied before it is shown: where the log ended at start
    protocol::index_t show_from = {};
    /// The node's models as text: stands in every durable state, so that a backup tells what it
    /// holds.
    std::string models_text = {};
    std::string lost = {};  ///< why the state is not there, and is waited for; empty: it is there
    /// That lists get of a turn
    std::chrono::microseconds slice{250};
    /// Of what changed while lists are under way; beyond that the oldest are refused
    std::size_t max_kept_bytes = 64 << 20;
    /// Of `self`'s processes the one whose clients wait: see group_basis
    std::uint64_t run = 0;
    /// Unix time, for reads as of a time; none: what the log says
    std::function<std::int64_t()> wall_us = {};
    /// Where it tells how much is not saved yet; may be none
    std::shared_ptr<group_meters> meters = nullptr;
    /// For picking random items
    std::uint64_t seed = std::random_device{}();
  };

  /// Opens the state, and brings indexes and projections in line with the models, which may take
  /// long after these have changed. On the thread that spawns it.
  aggregate(caf::actor_config& cfg, loop* home, setup s);
  ~aggregate() override;

  const char* name() const override { return "aggregate"; }

 private:
  // The overlay as the models see it.
  class view;

  using time_point = caf::actor_clock::time_point;  // of the system's clock, which tests may move

  // A read whose index is not applied yet.
  struct waiting_read {
    caf::strong_actor_ptr asker;
    ask what;
    time_point deadline;
  };

  // A read that may take longer than its turn.
  struct long_read {
    caf::strong_actor_ptr asker;
    ask what;
    std::unique_ptr<models::query_cursor> work;
    std::uint64_t applied = 0;  // as of which it answers
    // What is kept for it once its first turn has ended; 0: nothing.
    models::multiversion::moment since = 0;
    models::multiversion::moment local_since = 0;
  };

  caf::behavior make_behavior() override;
  void on_exit() override;
  void turn_begins() override { turn_until_.reset(); }
  // The state: opened, shown to the other aggregate, let go.
  void open(std::shared_ptr<const persistence::state_store> state);
  void close();
  void show();
  void repair();
  // Applying: as much as memory allows, the rest is held.
  void take(const caf::strong_actor_ptr& from, const apply_entries& order);
  void take_held();
  bool is_too_far_ahead() const;
  applied apply(const std::vector<protocol::entry>& entries);
  bool apply_command(const protocol::entry& one, applied& result);
  void keep_changes();
  void forget_local_parts();
  // The change feed.
  void keep_for_feed(std::uint64_t index);
  void tell_feed();
  feed_read read_changes(const read_feed& request);
  feed_read changes_behind(const read_feed& request) const;
  // What ends applying; damage also ends answering until a new state comes.
  void stop(std::string why);
  void on_damage(const std::string& why);
  void on_trouble(const persistence::storage_error& error);
  // Checkpoints.
  bool wants_checkpoint() const;
  void tell_unsaved() const;
  void begin_checkpoint();
  void refuse_checkpoints(const std::string& why);
  void on_checkpointed(const checkpointed& news);

  // -- reads; see aggregate_reads.cpp
  // At once, or once its index is applied, or refused when its time is over.
  void take(const caf::strong_actor_ptr& asker, ask& what, std::chrono::milliseconds longest);
  void answer(const caf::strong_actor_ptr& asker, const ask& what);
  std::int64_t time_now() const;
  template <class Make>
  bool attempt(const caf::strong_actor_ptr& asker, answered reply, Make make);
  void confirm(const confirm_ready& question);
  void refuse(const caf::strong_actor_ptr& asker, std::uint64_t token, disposition what,
              std::string reason);
  // Items whose local fields the node's own group keeps are read through the window.
  bool is_joint(const models::query& what) const;
  const models::state_view& local_view() const;
  models::outcome run(const models::query& what);
  void release_waiting();
  void expire_waiting();

  // -- of them, those that take longer
  // In its first turn, then among those that go on, or behind them.
  void begin(long_read reading);
  bool is_turn_over() const;
  void postpone(std::deque<long_read>& to, long_read reading);
  bool advance(long_read& reading, time_point until);
  bool go_on(long_read& reading, time_point until);
  void hold(long_read reading);
  void let_go(const long_read& reading);
  // One slice of one of them a turn, by way of the loop.
  void go_on();
  void go_on_later();
  // When the state goes, when too much is kept, when nobody waits any more.
  void begin_again();
  void bound_past();
  void drop_reads_of(const caf::actor_addr& asker);
  void refuse_all_reads(const std::string& reason);
  bool reads_for(const caf::actor_addr& asker) const;

  setup setup_;
  // None until serve_checkpoints comes.
  taking<give_back_memory> checkpointer_;
  taking<checkpoint, checkpointed, state_damaged, disk_failed> raft_;
  std::unique_ptr<persistence::overlay_store> state_;  // none while it is being replaced
  std::unique_ptr<const models::state_view> view_;     // of it
  models::change_set changes_;                         // scratch
  // To be applied once there is memory for it, and who waits for the answer.
  std::deque<std::pair<caf::strong_actor_ptr, apply_entries>> held_;
  models::timeline timeline_;  // of the state
  protocol::index_t applied_;
  protocol::term_t applied_term_;
  std::int64_t latest_time_us_ = 0;  // of the log
  protocol::configuration members_;  // as of applied_
  std::string stopped_;
  // Why nothing is answered although there is a state: the members go on without this node
  std::string left_;
  std::uint64_t replacements_ = 0;  // of states, see state_damaged
  bool unreadable_ = false;         // which is why it is stopped, until the next start
  bool damaged_ = false;            // which is why it is stopped, until the state is replaced
  protocol::index_t checkpointed_;  // of the last checkpoint that is durable, or under way
  protocol::index_t compare_at_;    // a checkpoint is to be made as of just here
  persistence::applied_point checkpoint_point_;  // of the frozen part
  protocol::index_t below_;                      // as of which the state below it is
  bool checkpoint_failed_ = false;               // and is to be tried again
  time_point checkpoint_time_;
  std::vector<caf::strong_actor_ptr> checkpoint_askers_;
  std::multimap<std::uint64_t, waiting_read> waiting_;  // by the index that is not applied yet
  std::optional<time_point> turn_until_;                // when this turn's time for lists is over
  std::deque<long_read> new_reads_;                     // have not had their first slice
  std::deque<long_read> going_reads_;                   // in turn
  std::deque<long_read> queued_reads_;                  // for a place among them
  bool goes_on_ = false;                                // a message to go on is under way
  models::multiversion past_;          // for going_reads_, and whoever looks through the window
  listener_handle feed_;               // while somebody follows
  std::vector<feed_pair> feed_pairs_;  // not told yet
  std::mt19937_64 random_;
};

}  // namespace lithair::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::serve_checkpoints)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::expire_reads)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::go_on_reading)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::try_checkpoint_again)
