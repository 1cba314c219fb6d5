#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
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
#include "actors/runtime/hosted.hpp"
#include "models/derived/timeline.hpp"
#include "models/query/open_cursor.hpp"
#include "models/service.hpp"
#include "models/state/multiversion.hpp"
#include "persistence/overlay_store.hpp"

namespace lithair::actors {

/// Tells an aggregate who makes its changes durable, which is spawned after it, and who wants to
/// know.
struct serve_checkpoints {
  caf::actor checkpointer;
  caf::actor raft;
};

/// What an aggregate tells itself: look for reads that waited too long, go on with lists, try a
/// checkpoint again.
struct expire_reads {};
struct go_on_reading {};
struct try_checkpoint_again {};

/// Where the aggregate of a node's own group shows its state to that of the shared group, which
/// lives on the same loop: so an item is read with its local fields at once. Empty while the state
/// is being replaced, or lacks what the log has behind it.
class state_window {
 public:
  const models::state_view* view() const { return view_; }
  /// Of the same state; none without a view.
  models::multiversion* past() const { return past_; }
  void show(const models::state_view* x, models::multiversion* past) {
    view_ = x;
    past_ = past;
  }
  void hide() { show(nullptr, nullptr); }

 private:
  const models::state_view* view_ = nullptr;
  models::multiversion* past_ = nullptr;
};

/// The state of one group's models: decides committed commands in log order and answers queries.
/// One aggregate holds all collections of its group, for the group is what a transaction or a
/// reference may span.
///
/// Takes apply_entries (from the raft actor, answered with applied), run_queries (from the raft
/// actor) and ask (local reads, from sessions); each query is answered to its asker with answered,
/// and from a state that has applied its min_index: until then it waits here. A feed that attends
/// is told what each entry changed.
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
  struct setup {
    const models::schema* schema = nullptr;  ///< outlives the actor
    protocol::node_id self;                  ///< whose commands' outcomes somebody waits for
    std::shared_ptr<const persistence::state_store> state;
    /// A checkpoint begins when so much memory holds changes,
    std::uint64_t checkpoint_bytes = 32 << 20;
    std::uint64_t checkpoint_entries = 50'000;  ///< or so many entries were applied since the last,
    std::chrono::milliseconds checkpoint_interval{
        30'000};                                     ///< or something is applied so long after it
    std::shared_ptr<state_window> window = nullptr;  ///< none where no model has local fields
    /// Where the window is looked through: who keeps the local fields, and has to forget those of
    /// deleted items. Else it is this aggregate's to show.
    caf::actor local_raft = nullptr;
    protocol::index_t show_from = {};  ///< what must be applied before it is shown
    /// The node's models as text: stands in every durable state, so that a backup tells what it
    /// holds.
    std::string models_text = {};
    std::string lost = {};  ///< why the state is not there, and is waited for; empty: it is there
    std::chrono::microseconds slice{250};   ///< that lists get of a turn
    std::size_t max_kept_bytes = 64 << 20;  ///< of what changed while lists are under way
    std::uint64_t run = 0;                  ///< of `self`'s processes the one whose clients wait
    /// Of chance: where a list of random items begins
    std::uint64_t seed = std::random_device{}();
  };

  aggregate(caf::actor_config& cfg, loop* home, setup s);
  ~aggregate() override;

  const char* name() const override { return "aggregate"; }

 private:
  // The overlay as the models see it.
  class view;

  using time_point = caf::actor_clock::time_point;  // of the system's clock, which tests may move

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
  void open(std::shared_ptr<const persistence::state_store> state);
  void close();
  void show();
  void repair();
  void take(const caf::strong_actor_ptr& from, const apply_entries& x);
  void take_held();
  bool is_too_far_ahead() const;
  applied apply(const std::vector<protocol::entry>& entries);
  bool apply_command(const protocol::entry& x, applied& result);
  void keep_changes();
  void forget_local_parts();
  void keep_for_feed(std::uint64_t index);
  void tell_feed();
  feed_read read_changes(const read_feed& x) const;
  void stop(std::string why);
  void on_damage(const std::string& why);
  bool wants_checkpoint() const;
  void begin_checkpoint();
  void on_checkpointed(const checkpointed& x);

  // -- reads; see aggregate_reads.cpp
  void take(const caf::strong_actor_ptr& asker, ask& what, std::chrono::milliseconds longest);
  void answer(const caf::strong_actor_ptr& asker, const ask& what);
  template <class Make>
  bool attempt(const caf::strong_actor_ptr& asker, answered reply, Make make);
  void confirm(const confirm_ready& x);
  void refuse(const caf::strong_actor_ptr& asker, std::uint64_t token, disposition what,
              std::string reason);
  bool is_joint(const models::query& what) const;
  const models::state_view& local_view() const;
  models::outcome run(const models::query& what);
  void release_waiting();
  void expire_waiting();

  // -- of them, those that take longer
  void begin(long_read x);
  bool is_turn_over() const;
  void postpone(std::deque<long_read>& to, long_read x);
  bool advance(long_read& x, time_point until);
  bool go_on(long_read& x, time_point until);
  void hold(long_read x);
  void let_go(const long_read& x);
  void go_on();
  void go_on_later();
  void begin_again();
  void bound_past();
  void drop_reads_of(const caf::actor_addr& asker);
  void refuse_all_reads(const std::string& reason);
  bool reads_for(const caf::actor_addr& asker) const;

  setup setup_;
  caf::actor checkpointer_;
  caf::actor raft_;
  std::unique_ptr<persistence::overlay_store> state_;  // none while it is being replaced
  std::unique_ptr<const models::state_view> view_;     // of it
  models::change_set changes_;                         // scratch
  std::deque<std::pair<caf::strong_actor_ptr, apply_entries>>
      held_;                   // to be applied once there is memory for it
  models::timeline timeline_;  // of the state
  protocol::index_t applied_;
  protocol::term_t applied_term_;
  protocol::configuration members_;  // as of applied_
  std::string stopped_;
  std::string
      // Why nothing is answered although there is a state: the members go on without this node
      left_;
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
  caf::actor feed_;                    // while somebody follows
  std::vector<feed_pair> feed_pairs_;  // not told yet
  std::mt19937_64 random_;
};

}  // namespace lithair::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::serve_checkpoints)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::expire_reads)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::go_on_reading)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::try_checkpoint_again)
