#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "actors/embedded/event.hpp"

namespace lithair::actors {

/// What a projection of a collection has to tell the operator.
void log_built_anew(const models::collection& of);
void log_not_kept_up(const models::collection& of, const models::problem& why);

}  // namespace lithair::actors

namespace lithair {

/// A read model of your own, folded from the events of a collection and kept up to date. `Model`
/// says what it follows and how it changes:
///
///     struct totals {
///       using item = order;
///       std::map<std::string, std::int64_t> pieces;
///       void fold(const lithair::event<order>& x);  // must not block, nor throw
///     };
///     lithair::projection<totals> sums{node};
///     sums.wait_for(written.version);
///     sums.read([](const totals& x) { return x.pieces.at("ann"); });
///
/// At start it is built from the items as they are, each told as created; then every change is
/// folded in, exactly once and in the order of the log. It is rebuilt so, the old one being read
/// meanwhile, when it has fallen behind what the feed keeps. It is told what all nodes share:
/// fields that each node has for itself beside those are never filled.
///
/// It lives in memory only, and is built anew at each start. `Model` is copied to begin with, so
/// what it is given as `initial` is what each rebuild begins with.
///
/// Thread-safe: folding takes a lock that reads share. It may outlive a stop of the node, but not
/// the node.
template <class Model>
class projection {
 public:
  using item = typename Model::item;

  /// Begins to build, and returns at once; `applied` and `wait_for` tell when it is there.
  explicit projection(collection<item> from, Model initial = {})
      : core_(std::make_shared<core>(std::move(from), std::move(initial))) {
    core_->begin(core_);
  }
  /// The same of the node's collection; throws std::runtime_error when the node does not serve it
  /// as `item` declares it.
  explicit projection(actors::node& to, Model initial = {})
      : projection(collection<item>(to), std::move(initial)) {}
  /// No change is told any more when it returns. A build under way may fold one more page, into a
  /// model that nobody sees.
  ~projection() { core_->end(); }
  projection(const projection&) = delete;
  projection& operator=(const projection&) = delete;

  /// What `f` makes of the model, which does not change meanwhile: as of a whole entry of the log
  /// if it is called on the loop that folds, else an entry of several events may be folded in by
  /// half. Nothing is folded before it returns, so it should be brief. Not in `fold`. It may take
  /// the index up to which all is folded in, too:
  ///
  ///     const auto [customers, as_of] = sums.read([](const totals& x, std::uint64_t applied) {
  ///       return std::pair{x.pieces.size(), applied};
  ///     });
  template <class Function>
  auto read(Function f) const {
    std::shared_lock guard{core_->model_mutex};
    if constexpr (std::is_invocable_v<Function, const Model&, std::uint64_t>)
      return f(std::as_const(core_->model), std::as_const(core_->applied));
    else
      return f(std::as_const(core_->model));
  }

  /// All changes up to this log index are folded in; 0: it is not built yet.
  std::uint64_t applied() const {
    std::shared_lock guard{core_->model_mutex};
    return core_->applied;
  }

  /// The collection that it follows.
  const models::collection& declared() const { return core_->from.declared(); }
  /// It follows no more: the node has stopped, or it could not go on, which the log tells.
  bool has_ended() const { return core_->has_ended(); }
  /// Has `applied` come up to date soon where what was applied changed nothing of the collection.
  /// Any thread.
  void hurry() { core_->hurry(); }

  /// Waits until the changes up to an index are folded in; 0: until it is built. False after the
  /// time, or when the node has stopped. Throws std::logic_error in a handler, for nothing is
  /// folded while that waits.
  bool wait_for(std::uint64_t index,
                std::chrono::milliseconds limit = std::chrono::seconds{5}) const {
    core_->from.through().require_waiting_allowed();
    return core_->wait_for(index, limit);
  }

 private:
  // Of a page of items: those up to this key, and behind the one before, are as of this index.
  struct loaded_page {
    std::optional<std::string> last_key;  // none: all others
    std::uint64_t applied = 0;
  };

  // What handlers hold on to weakly: one that comes late finds nothing, and does nothing.
  //
  //     begin ──load──▶ a page ──take──▶ the next page ... the last ──follow──▶ fold, reach
  //       ▲                                                                        │
  //       └──────────────────────── 410: it has fallen behind ◀────────────────────┘
  //
  // Building goes page by page, in order of keys, each as of an index of its own, since the items
  // go on changing meanwhile. Then it follows from the index of the first page on. An event counts
  // when the page that shows its key is older than it: so each change is folded in once, whatever
  // page it fell into. Once the feed has come to the index of the last page, the model is one that
  // was.
  struct core {
    core(collection<item> items, Model i) : from(std::move(items)), initial(std::move(i)) {}

    // What it follows, and what each build begins with.
    const collection<item> from;
    const Model initial;

    mutable std::shared_mutex model_mutex;
    Model model = initial;      // guarded by model_mutex
    std::uint64_t applied = 0;  // guarded by model_mutex

    // Never held while a handler or the model's own code runs.
    std::mutex mutex;
    std::condition_variable moved;
    bool ended = false;      // guarded by mutex
    subscription following;  // guarded by mutex

    // Of the build under way: one handler at a time.
    Model made = initial;
    std::vector<loaded_page> pages;

    void begin(const std::shared_ptr<core>& self) {
      made = initial;
      pages.clear();
      load(self, {});
    }

    // From this node's own state: a page may be old, and what is missing is told by the feed.
    void load(const std::shared_ptr<core>& self, list_words where) {
      where.emplace_back("take", "1000");
      where.emplace_back("total", "false");
      from.list(where, {consistency::local})
          .then([weak = std::weak_ptr(self)](result<page<item>> answer) {
            if (const auto live = weak.lock()) live->take(live, std::move(answer));
          });
    }

    // A page has come: its items are told as created, then the next one is asked for, or it
    // follows.
    void take(const std::shared_ptr<core>& self, result<page<item>> answer) {
      if (!answer) return fail(answer.error());
      for (auto& each : answer->items) {
        detail::forget_local_fields(from.declared(), each);
        // `before` stays empty: to the model an item that is there was created.
        event<item> told;
        told.index = answer->applied;
        told.key = models::key_of_item(from.declared(), each);
        const bool is_last = &each == &answer->items.back();
        told.after = std::move(each);
        made.fold(told);
        if (is_last) pages.push_back({told.key, answer->applied});
      }
      if (answer->next) return load(self, {{"after", *answer->next}});
      // The last page stands for all keys behind the one before: they were of no item then.
      if (answer->items.empty())
        pages.push_back({std::nullopt, answer->applied});
      else
        pages.back().last_key.reset();
      follow(self);
    }

    // Weak, for the subscription is this core's own: a strong one would never end.
    void follow(const std::shared_ptr<core>& self) {
      subscriber<item> handlers;
      const auto weak = std::weak_ptr(self);
      handlers.changed = [weak](const event<item>& change) {
        if (const auto live = weak.lock()) live->fold(change);
      };
      handlers.told = [weak](const feed_position& through) {
        if (const auto live = weak.lock()) live->reach(through.whole());
      };
      handlers.ended = [weak](const models::problem& why) {
        if (const auto live = weak.lock()) live->stop_following(live, why);
      };
      // The destructor may have come first, and then nothing is to follow.
      std::lock_guard guard{mutex};
      if (!ended)
        following = subscribe(from, feed_position{pages.front().applied, 0}, std::move(handlers));
    }

    // Whether the pages loaded at start do not show it yet.
    bool is_new(const event<item>& change) const {
      for (const auto& each : pages)
        if (!each.last_key || change.key <= *each.last_key) return change.index > each.applied;
      return true;
    }

    // Until the pages are of one index the model is not shown, as it would be one that never was.
    bool is_shown() const { return pages.empty(); }

    // While it is built nobody reads `made`, and handlers run one at a time: no lock is needed.
    void fold(const event<item>& change) {
      if (!is_shown()) {
        if (is_new(change)) made.fold(change);
        return;
      }
      std::unique_lock guard{model_mutex};
      model.fold(change);
    }

    // All changes up to `index` are folded in; the first time at the last page's index shows the
    // model.
    void reach(std::uint64_t index) {
      {
        std::unique_lock guard{model_mutex};
        // The last page is the newest: as of its index all pages and events make one state.
        if (!is_shown() && index >= pages.back().applied) {
          model = std::move(made);
          pages.clear();
        }
        if (is_shown()) applied = std::max(applied, index);
      }
      moved.notify_all();
    }

    // Too far behind: built anew, while `model` stays what it was and is read on.
    void stop_following(const std::shared_ptr<core>& self, const models::problem& why) {
      // Anything but 410 is the end of the node.
      if (why.status != 410) return fail(why);
      actors::log_built_anew(from.declared());
      begin(self);
    }

    // For good: the node has stopped, or it can't be read.
    void fail(const models::problem& why) {
      actors::log_not_kept_up(from.declared(), why);
      end();
    }

    // The subscription ends outside of the lock: its destructor waits for a handler that may want
    // it.
    void end() {
      subscription last;
      {
        std::lock_guard guard{mutex};
        ended = true;
        last = std::move(following);
      }
      moved.notify_all();
    }

    bool has_ended() {
      std::lock_guard guard{mutex};
      return ended;
    }

    void hurry() {
      std::lock_guard guard{mutex};
      following.hurry();
    }

    // 0 is reached once it is built.
    bool reached(std::uint64_t index) const {
      std::shared_lock guard{model_mutex};
      return applied != 0 && applied >= index;
    }

    bool wait_for(std::uint64_t index, std::chrono::milliseconds limit) {
      // What changes nothing is not told by itself, so it is asked how far the feed is.
      constexpr std::chrono::milliseconds patience{10};
      const auto until = std::chrono::steady_clock::now() + limit;
      std::unique_lock guard{mutex};
      // `reach` may come between the look and the wait, so each wait is short.
      while (!reached(index)) {
        if (ended || std::chrono::steady_clock::now() >= until) return false;
        following.hurry();
        moved.wait_for(guard, patience);
      }
      return true;
    }
  };

  std::shared_ptr<core> core_;
};

}  // namespace lithair
