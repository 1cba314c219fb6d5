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
#include "models/command/application.hpp"
#include "models/derived/timeline.hpp"
#include "models/query/open_cursor.hpp"
#include "models/service.hpp"
#include "models/state/multiversion.hpp"
#include "persistence/overlay_store.hpp"

namespace lithair::persistence {
class storage_error;
}

namespace lithair::actors {

class change_signal;

/// From its group, once: tells an aggregate who makes its changes durable, which is spawned after
/// it, and who wants to know. Until then there is no checkpoint.
struct serve_checkpoints {
  taking<give_back_memory> checkpointer;  ///< checkpoints go by way of `raft`
  taking<checkpoint, checkpointed, state_damaged, disk_failed> raft;
};

/// What an aggregate tells itself: look for reads that waited too long, go on with lists, go on
/// with what is applied, try a checkpoint again. By way of its mailbox, so that others get their
/// turn before.
struct expire_reads {};
struct go_on_reading {};
struct go_on_applying {};
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
  /// Whether moments may be held in `past`: not while it is being noted what is going to change.
  bool may_hold() const { return !noting_; }
  /// By the aggregate that owns both.
  void note(bool begins) { noting_ = begins; }
  void show(const models::state_view* view, models::multiversion* past) {
    view_ = view;
    past_ = past;
  }
  /// There is nothing to be seen until it is shown again.
  void hide() { show(nullptr, nullptr); }

 private:
  const models::state_view* view_ = nullptr;
  models::multiversion* past_ = nullptr;
  bool noting_ = false;
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
/// Applying takes turns, too: what many entries, or one command of many items, need beyond
/// `apply_slice` goes on in later turns. Nobody sees half of a command: what it changes is shown at
/// once over the state, and put into it after that, behind what is shown.
///
///     held ─▶ decided bit by bit ─▶ what was is kept for lists ─▶ shown ─▶ put into the overlay
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
    std::uint64_t checkpoint_bytes = 16 << 20;
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
    /// That applying gets of a turn
    std::chrono::microseconds apply_slice{1000};
    /// Of what changed while lists are under way; beyond that the oldest are refused
    std::size_t max_kept_bytes = 64 << 20;
    /// Of `self`'s processes the one whose clients wait: see group_basis
    std::uint64_t run = 0;
    /// Unix time, for reads as of a time; none: what the log says
    std::function<std::int64_t()> wall_us = {};
    /// Where it tells how much is not saved yet; may be none
    std::shared_ptr<group_meters> meters = nullptr;
    /// Is told when a record of the cluster has changed, or may have; none: it keeps none
    std::shared_ptr<change_signal> records = nullptr;
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

  // What is to be applied, who waits for the answer, and which entry is next.
  struct held_entries {
    caf::strong_actor_ptr from;
    apply_entries order;
    std::size_t next = 0;
  };

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
  void turn_begins() override {
    turn_until_.reset();
    apply_until_.reset();
  }
  // The state: opened, shown to the other aggregate, let go.
  void open(std::shared_ptr<const persistence::state_store> state);
  void close();
  void show();
  bool is_there() const { return state_ && !repairing_; }
  const models::state_view& now() const;

  // -- applying; see aggregate_apply.cpp
  // As much as memory and the turn allow, the rest is held.
  enum class progress : std::uint8_t { done, later, failed };
  bool is_applying_over();
  bool is_too_far_ahead() const;
  void apply_held();
  void apply_later();
  bool repair();
  bool apply_on(held_entries& from, applied& result);
  progress apply_entry(const protocol::entry& one, applied& result);
  progress apply_command(const protocol::entry& one, applied& result);
  // The short way, and the long one: noted, shown, put.
  void put_changes();
  void put(const std::string& key, std::optional<std::string>&& value);
  // Behind what is shown, so that who looks sees it.
  void tell_of_records();
  bool note_changes();
  void show_changes();
  bool merge_changes();
  void forget_local_part(const std::string& key);
  // The change feed.
  void begin_feed();
  void keep_for_feed(const std::string& key, std::string&& value);
  std::uint64_t told_through() const;
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
  bool may_hold(const long_read& reading) const;
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
  const std::string records_;  // how keys of the cluster's records begin
  bool records_changed_ = false;
  // None until serve_checkpoints comes.
  taking<give_back_memory> checkpointer_;
  taking<checkpoint, checkpointed, state_damaged, disk_failed> raft_;
  std::unique_ptr<persistence::overlay_store> state_;  // none while it is being replaced
  std::unique_ptr<const models::state_view> view_;     // of it
  bool repairing_ = false;      // it lacks indexes or projections that the models have
  models::change_set changes_;  // scratch
  // To be applied once there are memory and time for it.
  std::deque<held_entries> held_;
  std::optional<time_point> apply_until_;       // when this turn's time for applying is over
  bool applies_on_ = false;                     // a message to go on is under way
  std::unique_ptr<models::application> work_;   // the command that is being decided
  std::unique_ptr<models::application> spent_;  // the one before, while its memory is given back
  models::pair_map fresh_;                      // what a long one changes
  std::optional<std::string> noted_;            // of these, up to which it is noted what was
  std::optional<models::overlaid_view> over_;  // the state with `fresh_`, while that is put into it
  bool checkpoint_due_ = false;                // once it is
  models::timeline timeline_;                  // of the state
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
  std::uint64_t feed_from_ = 0;        // it is told of what comes behind
  std::vector<feed_pair> feed_pairs_;  // not told yet, the last one perhaps not whole
  std::mt19937_64 random_;
};

}  // namespace lithair::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::serve_checkpoints)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::expire_reads)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::go_on_reading)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::go_on_applying)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::try_checkpoint_again)
