#include "actors/state/aggregate.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

#include <spdlog/spdlog.h>
#include <caf/send.hpp>

#include "actors/mutants.hpp"
#include "actors/storage/checkpointer.hpp"
#include "actors/storage/stored_view.hpp"
#include "models/derived/feed.hpp"
#include "models/schema/cluster_records.hpp"
#include "models/state/keys.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::actors {

using namespace protocol;

namespace {

// After a checkpoint that failed.
constexpr std::chrono::seconds retry_after{5};
// How long a local read waits for its X-Min-Index.
constexpr std::chrono::seconds min_index_wait{5};

}  // namespace

// A name of its own, so that the header need not know what it is made of.
class aggregate::view final : public stored_view {
 public:
  using stored_view::stored_view;
};

aggregate::aggregate(caf::actor_config& cfg, loop* home, setup s)
    : hosted_actor(cfg, home),
      setup_(std::move(s)),
      records_(models::all_records(models::cluster_records_collection()).lower),
      checkpoint_time_(clock().now()),
      random_(setup_.seed) {
  open(setup_.state);
  // Nobody waits for this thread.
  while (repairing_) {
    apply_until_.reset();
    repair();
  }
  show();
  if (!setup_.lost.empty())
    stopped_ = "the state is damaged and is being fetched from the leader: " + setup_.lost;
}

aggregate::~aggregate() = default;

void aggregate::on_exit() {
  // Before the state goes: some of them hold on to it.
  refuse_all_reads("the node is stopping");
  close();
  drop_handles(checkpointer_, raft_, feed_, setup_.local_raft);
}

// From those who look at it to what is looked at.
void aggregate::close() {
  // Whoever waits for a checkpoint of it gets none.
  refuse_checkpoints("the state is being replaced");
  if (setup_.window && !setup_.local_raft) setup_.window->hide();
  begin_again();
  over_.reset();
  noted_.reset();
  if (setup_.window && !setup_.local_raft) setup_.window->note(false);
  repairing_ = checkpoint_due_ = false;
  view_.reset();
  // Many small things, which take longer to go than a turn may take.
  struct remains {
    std::unique_ptr<models::application> work, spent;
    models::pair_map fresh;
    std::vector<feed_pair> pairs;
    std::deque<held_entries> held;
    std::unique_ptr<persistence::overlay_store> state;
  };
  auto all = std::make_shared<remains>();
  all->work = std::move(work_);
  all->spent = std::move(spent_);
  all->fresh = std::exchange(fresh_, {});
  all->pairs = std::exchange(feed_pairs_, {});
  all->held = std::exchange(held_, {});
  all->state = std::move(state_);
  setup_.state.reset();
  if (checkpointer_) send(checkpointer_, give_back_memory{std::move(all)});
}

void aggregate::open(std::shared_ptr<const persistence::state_store> state) {
  setup_.state = std::move(state);
  state_ = std::make_unique<persistence::overlay_store>(*setup_.state);
  view_ = std::make_unique<view>(*state_);
  auto point = setup_.state->applied();
  // What the log has behind this is applied again.
  applied_ = checkpointed_ = below_ = point.index;
  applied_term_ = point.term;
  members_ = point.members;
  damaged_ = unreadable_ = false;
  records_changed_ = setup_.records != nullptr;
  checkpoint_failed_ = false;
  stopped_.clear();
  repairing_ = true;
  try {
    timeline_ = models::timeline_of(*view_);
    latest_time_us_ = latest_log_time(*state_);
  } catch (const persistence::storage_error& e) {
    on_trouble(e);
    if (raft_ && unreadable_) send(raft_, disk_failed{stopped_});
  }
  tell_unsaved();
}

// What is not applied again since the start is not there yet, and nobody must think that it never
// was.
void aggregate::show() {
  if (setup_.window && !setup_.local_raft && is_there() && applied_ >= setup_.show_from)
    setup_.window->show(&now(), &past_);
}

// With what is shown already and not put yet.
const models::state_view& aggregate::now() const {
  return over_ ? static_cast<const models::state_view&>(*over_) : *view_;
}

caf::behavior aggregate::make_behavior() {
  set_default_handler(caf::drop);
  // CAF answers what an actor dropped with an error, and ends whoever has no handler for that.
  set_error_handler([](caf::error&) {});
  set_down_handler([this](caf::down_msg& news) { drop_reads_of(news.source); });
  return behavior_of<handle_type>(
      [this](apply_entries& order) {
        if (held_.empty() && is_too_far_ahead())
          spdlog::warn(
              "the disk is slower than the writes: applying waits for the checkpoint as of {}",
              checkpointed_.value);
        held_.push_back({current_sender(), std::move(order)});
        // Behind one that is held all are, for the log has an order.
        if (held_.size() == 1) apply_held();
      },
      [this](const serve_checkpoints& order) {
        checkpointer_ = order.checkpointer;
        raft_ = order.raft;
        // Found before there was somebody to tell.
        if (damaged_)
          send(raft_, state_damaged{stopped_, replacements_});
        else if (unreadable_)
          send(raft_, disk_failed{stopped_});
      },
      [this](const state_damaged& news) {
        // Of one that was replaced meanwhile it means nothing.
        if (news.replacements == replacements_) on_damage(news.reason);
      },
      [this](const checkpointed& news) {
        on_checkpointed(news);
        apply_held();
      },
      [this](const membership_lost& news) {
        left_ = news.reason;
        if (!left_.empty()) refuse_all_reads(left_);
        if (feed_ && !left_.empty()) send(std::exchange(feed_, nullptr), feed_stops{left_});
      },
      [this](const compare_at& order) { compare_at_ = order.index; },
      [this](checkpoint_now) {
        checkpoint_askers_.push_back(current_sender());
        if (!state_) return refuse_checkpoints("there is no state");
        if (!state_->frozen() || checkpoint_failed_) begin_checkpoint();
      },
      [this](release_state) {
        close();
        send(handle(current_sender()), state_released{});
      },
      [this](const state_replaced& news) {
        ++replacements_;
        open(news.state);
        apply_held();
      },
      [this](run_queries& order) {
        for (auto& each : order.queries)
          take(each.asker, each.what, std::chrono::milliseconds{each.wait_ms});
      },
      [this](const attend_feed& order) {
        if (order.on && !left_.empty()) return send(handle(current_sender()), feed_stops{left_});
        feed_ = order.on ? caf::actor_cast<listener_handle>(current_sender()) : listener_handle{};
        if (feed_) begin_feed();
      },
      [this](const read_feed& order) { send(handle(current_sender()), read_changes(order)); },
      [this](ask& question) { take(current_sender(), question, min_index_wait); },
      [this](const confirm_ready& question) { confirm(question); },
      [this](expire_reads) { expire_waiting(); }, [this](go_on_reading) { go_on(); },
      [this](go_on_applying) {
        applies_on_ = false;
        apply_until_.reset();
        apply_held();
      },
      [this](try_checkpoint_again) {
        if (checkpoint_failed_ && wants_checkpoint()) begin_checkpoint();
      });
}

// What one node can't apply the next start may: nothing is skipped.
void aggregate::stop(std::string why) {
  stopped_ = std::move(why);
  spdlog::critical("applying stops: {}", stopped_);
}

// Nothing is answered from it any more; the raft actor sees to a new one.
void aggregate::on_damage(const std::string& why) {
  if (std::exchange(damaged_, true)) return;
  stop(why);
  if (raft_) send(raft_, state_damaged{why, replacements_});
}

// What can't be read now the next start may read: only what is not as it was written is given up.
void aggregate::on_trouble(const persistence::storage_error& error) {
  if (error.code() == persistence::storage_errc::damaged || mutated(mutant::calls_failed_damaged))
    return on_damage(error.what());
  unreadable_ = true;
  stop(error.what());
}

// -- checkpoints ---------------------------------------------------------------------------------

bool aggregate::wants_checkpoint() const {
  if (!checkpointer_ || !state_ || !stopped_.empty()) return false;
  if (state_->frozen())
    return checkpoint_failed_ && clock().now() - checkpoint_time_ >= retry_after;
  return state_->changed_bytes() >= setup_.checkpoint_bytes ||
         applied_ - checkpointed_ >= setup_.checkpoint_entries ||
         (applied_ > checkpointed_ &&
          clock().now() - checkpoint_time_ >= setup_.checkpoint_interval);
}

void aggregate::tell_unsaved() const {
  if (setup_.meters && state_) setup_.meters->unsaved_bytes.set(state_->unsaved_bytes());
}

void aggregate::begin_checkpoint() {
  // What is shown is part of it, and not in the layer yet.
  if (over_ && !checkpoint_failed_) {
    checkpoint_due_ = true;
    return;
  }
  if (!checkpointer_ || !stopped_.empty() || (applied_ == checkpointed_ && !checkpoint_failed_))
    return on_checkpointed({checkpointed_, stopped_});
  checkpoint_time_ = clock().now();
  // One that failed goes again as it was: its layer is frozen still.
  if (!std::exchange(checkpoint_failed_, false)) {
    const auto members = mutated(mutant::snapshots_without_members) ? configuration{} : members_;
    checkpoint_point_ = {applied_, applied_term_, members, setup_.models_text};
    checkpointed_ = applied_;
    state_->freeze();
  }
  // By way of the raft actor, which knows how far the log is durable.
  send(raft_, checkpoint{state_->frozen(), checkpoint_point_, below_});
}

void aggregate::refuse_checkpoints(const std::string& why) {
  for (auto& asker : std::exchange(checkpoint_askers_, {}))
    send(handle(asker), checkpointed{applied_, why, checkpointed::trouble::full});
}

void aggregate::on_checkpointed(const checkpointed& news) {
  for (auto& asker : std::exchange(checkpoint_askers_, {})) send(handle(asker), news);
  if (!state_ || !state_->frozen() || news.index != checkpointed_) return;
  checkpoint_failed_ = !news.failed.empty();
  if (news.what == checkpointed::trouble::damage) return on_damage(news.failed);
  if (news.what == checkpointed::trouble::disk) return send(raft_, disk_failed{news.failed});
  if (checkpoint_failed_) {
    spdlog::error("a checkpoint as of {} failed and is tried again: {}", news.index.value,
                  news.failed);
    // Nothing else may happen that leads to it: applying may wait for just this.
    delayed_send(this, retry_after, try_checkpoint_again{});
    return send(raft_, news);
  }
  below_ = news.index;
  // The state below has it now, so reads give the same.
  auto dropped = state_->drop_frozen();
  tell_unsaved();
  send(checkpointer_, give_back_memory{std::move(dropped)});
  send(raft_, news);
  // As much may have been applied meanwhile, and nothing has to follow.
  if (wants_checkpoint()) begin_checkpoint();
}

// -- the change feed -----------------------------------------------------------------------------

void aggregate::begin_feed() {
  feed_from_ = applied_.value;
  feed_pairs_.clear();
  send(feed_, feed_begins{applied_.value, timeline_});
}

// Of the command that is being put; its pieces come in their order.
void aggregate::keep_for_feed(const std::string& key, std::string&& value) {
  // A long one is applied before it is put.
  const auto index = over_ ? applied_.value : applied_.value + 1;
  if (index <= feed_from_ || !models::is_of_feed(key, index)) return;
  if (models::is_head_of_pieces(key, value)) return;
  if (feed_pairs_.empty() || feed_pairs_.back().index != index) feed_pairs_.push_back({index, {}});
  feed_pairs_.back().pieces.push_back(std::make_shared<const std::string>(std::move(value)));
}

// What is shown and not put yet is told later.
std::uint64_t aggregate::told_through() const { return applied_.value - (over_ ? 1 : 0); }

void aggregate::tell_feed() {
  if (!feed_ || told_through() < feed_from_) return;
  std::vector<feed_pair> whole = std::exchange(feed_pairs_, {});
  if (!whole.empty() && whole.back().index > told_through()) {
    feed_pairs_.push_back(std::move(whole.back()));
    whole.pop_back();
  }
  // Also without changes: followers learn how far it is.
  send(feed_, feed_grew{told_through(), std::move(whole)});
}

feed_read aggregate::read_changes(const read_feed& request) {
  feed_read made;
  if (!is_there() || !stopped_.empty()) {
    made.failed = stopped_.empty() ? "A snapshot is being installed." : stopped_;
  } else {
    try {
      made = changes_behind(request);
    } catch (const persistence::storage_error& e) {
      if (e.code() == persistence::storage_errc::damaged) on_damage(e.what());
      made.failed = e.what();
    }
  }
  made.token = request.token;
  return made;
}

feed_read aggregate::changes_behind(const read_feed& request) const {
  feed_read made;
  // As of the same state as the pairs.
  made.dropped = models::extent_of_feed(now()).dropped;
  made.through = told_through();
  if (request.in_pieces) {
    auto run = models::read_run(now(), made.through, request.after, request.begun, request.offset,
                                request.limit);
    made.pieces = std::move(run.pieces);
    made.through = run.through;
    return made;
  }
  std::size_t bytes = 0;
  const auto range = models::feed_behind(request.after);
  now().scan(range.lower, range.upper, models::state_view::direction::ascending,
             [&](std::string_view key, std::string_view value) {
               const auto index = models::index_in_feed_key(key);
               if (index > told_through()) return false;
               if (bytes >= request.limit) {
                 made.through = made.pairs.back().index;
                 return false;
               }
               made.pairs.push_back(models::read_feed_pair(now(), index, value));
               bytes += made.pairs.back().bytes();
               return true;
             });
  return made;
}

}  // namespace lithair::actors
