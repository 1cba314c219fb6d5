#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "actors/embedded/change_follower.hpp"
#include "actors/embedded/collection.hpp"
#include "models/command/local_fields.hpp"

namespace lithair {

using models::event_type;
using models::feed_position;

/// One change of one item, in the order of the log. What a transaction changed comes as an event
/// for each item, which share the index. It tells what all nodes share: fields that each node has
/// for itself are as in `T{}`.
///
///     |         | before              | after                |
///     |---------|---------------------|----------------------|
///     | created | -                   | the item             |
///     | updated | as it was           | as it is since       |
///     | deleted | as it was last      | -                    |
template <class T>
struct event {
  event_type type = event_type::created;  ///< whether `before`, `after` or both are there
  std::uint64_t index = 0;                ///< in the log: the item's version since
  std::uint32_t part = 1;  ///< among the events of the index, those of other collections counted
  /// When it was proposed, by the log's clock: it never goes back
  timestamp time;
  /// The item before it; none: it was created
  std::optional<T> before;
  /// The item since; none: it was deleted
  std::optional<T> after;
  /// The item's key in stored form, which sorts as keys do
  std::string key;

  /// What `If-Match` takes since then.
  std::uint64_t version() const { return index; }
  /// The item that the event is of, as it was last.
  const T& item() const { return after ? *after : *before; }
};

/// Keeps handlers being called; ends with its destructor, behind which none runs. A handler may end
/// the subscription that it is called by. Moved, not copied; the node must outlive it, and may stop
/// before.
class subscription {
 public:
  /// Of nothing.
  subscription() = default;
  explicit subscription(std::unique_ptr<actors::change_follower> follower)
      : follower_(std::move(follower)) {}

  /// Whether it is of something that was not ended by `end`. It stays true when `ended` was called.
  explicit operator bool() const { return follower_ != nullptr; }
  /// Returns once no handler runs any more.
  void end() { follower_.reset(); }
  /// For a `told` soon, though nothing may have changed. Any thread.
  void hurry() {
    if (follower_) follower_->hurry();
  }

 private:
  std::unique_ptr<actors::change_follower> follower_;
};

/// `changed` is called for each event. Behind the events of a batch `told` says up to which
/// position all is told, and `ended` comes last: 410 when what is behind the position is not kept
/// any more, 503 when the node stops. None of them may block; `told` and `ended` may be left out.
/// All run on one loop's thread, one at a time.
///
///     lithair::subscriber<note> follower;
///     follower.changed = [&](const lithair::event<note>& x) { mail(x.item(), x.version()); };
///     follower.told = [&](const lithair::feed_position& x) { remember(x); };
///     follower.ended = [&](const models::problem& why) { begin_anew = why.status == 410; };
///     const auto following = lithair::subscribe(notes, remembered(), std::move(follower));
///
/// Whoever keeps what `told` said and begins there again is told each event at least once, also
/// over a restart: what was told behind the position comes again.
template <class T>
struct subscriber {
  std::function<void(const event<T>&)> changed;            ///< never empty
  std::function<void(const feed_position&)> told = {};     ///< what to keep, to go on behind it
  std::function<void(const models::problem&)> ended = {};  ///< nothing is called after it
};

namespace detail {

/// The item; a field that has no value here, as a local one of another node, is as in `T{}`.
template <class T>
std::optional<T> item_of(const models::collection& c, const models::stored_fields& fields) {
  T made{};
  bool good = true;
  models::for_each_field<T>([&](std::string_view name, auto member) {
    // By name: the collection may have fields that the struct lacks.
    const auto* f = c.find(name);
    const auto v = f != nullptr ? models::value_of(*f, fields) : models::value{};
    good = good && (models::absent(v) || models::from_value(*f, v, made.*member));
  });
  return good ? std::optional<T>(std::move(made)) : std::nullopt;
}

/// Takes what only this node has from an item, so that it is as events tell it.
template <class T>
void forget_local_fields(const models::collection& c, T& value) {
  // Only a collection with fields of both kinds has something to forget.
  if (!models::is_mixed(c)) return;
  const auto blank = item_of<T>(c, {});
  models::for_each_field<T>([&](std::string_view name, auto member) {
    const auto* f = c.find(name);
    if (f != nullptr && !f->replicated) value.*member = (*blank).*member;
  });
}

/// The event as the program sees it. What the feed tells of an update is what changed, as it was:
/// the item before it is made of that and of the item since.
template <class T>
event<T> event_of(const models::collection& c, const models::feed_event& told) {
  event<T> made;
  made.type = told.type;
  made.index = told.index;
  made.part = told.part;
  made.time = timestamp{told.time_us};
  made.key = told.key;
  if (told.type == event_type::deleted) made.before = item_of<T>(c, told.fields);
  if (told.type == event_type::updated) made.before = item_of<T>(c, models::fields_before(told));
  if (told.type != event_type::deleted) made.after = item_of<T>(c, told.fields);
  return made;
}

/// Whether it lies behind a position; a part of an index leaves the later events of that index
/// behind it.
inline bool is_behind(const models::feed_event& event, const feed_position& after) {
  return event.index > after.index ||
         (event.index == after.index && after.part != 0 && event.part > after.part);
}

/// Tells the events of a pair that are of this collection and behind the position. Bytes that are
/// no events tell nothing.
template <class T>
void tell(const models::collection& c, const models::feed_pair& pair, const feed_position& after,
          const subscriber<T>& to) {
  // Events of other collections of the group lie in the same pair.
  (void)models::read_feed(pair, [&](const models::feed_event& event) {
    if (event.collection_id == c.id && is_behind(event, after)) to.changed(event_of<T>(c, event));
  });
}

}  // namespace detail

/// Follows a collection behind a position: the index of a write or of a page, or as far as `told`
/// said. Each node tells the same events in the same order, so one may go on at another node.
/// Returns at once; a position that is not kept any more is told to `ended`. `feed_position{}` is
/// the beginning of the log.
template <class T>
[[nodiscard]] subscription subscribe(const collection<T>& to, feed_position after,
                                     subscriber<T> given) {
  actors::change_follower::handlers made;
  // Held by the three handlers, which end with the follower.
  const auto shared = std::make_shared<const subscriber<T>>(std::move(given));
  // The first batch may begin in the middle of an entry: what lies before the position is left out.
  made.changed = [c = &to.declared(), after, shared](const models::feed_pair& pair) {
    detail::tell(*c, pair, after, *shared);
  };
  made.told = [shared](const feed_position& through) {
    if (shared->told) shared->told(through);
  };
  made.ended = [shared](const models::problem& why) {
    if (shared->ended) shared->ended(why);
  };
  return subscription(std::make_unique<actors::change_follower>(
      to.through().target(), to.declared(), after, std::move(made)));
}

/// The same from now on: what is written once this has returned is told. Waits for the feed to say
/// where that is; throws std::logic_error in a handler.
template <class T>
[[nodiscard]] subscription subscribe(const collection<T>& to, subscriber<T> handlers) {
  to.through().require_waiting_allowed();
  // The feed's first word, whatever it is, ends the wait: where it stands, or that it tells
  // nothing.
  const auto stands = std::make_shared<std::promise<void>>();
  const auto begun = std::make_shared<bool>(false);
  const auto begin = [stands, begun] {
    if (!std::exchange(*begun, true)) stands->set_value();
  };
  const auto shared = std::make_shared<const subscriber<T>>(std::move(handlers));
  actors::change_follower::handlers made;
  made.changed = [c = &to.declared(), shared](const models::feed_pair& pair) {
    detail::tell(*c, pair, {}, *shared);
  };
  made.told = [shared, begin](const feed_position& through) {
    begin();
    if (shared->told) shared->told(through);
  };
  made.ended = [shared, begin](const models::problem& why) {
    begin();
    if (shared->ended) shared->ended(why);
  };
  // It lives before the wait, so that nothing that is written meanwhile is missed.
  auto follower = std::make_unique<actors::change_follower>(to.through().target(), to.declared(),
                                                            std::nullopt, std::move(made));
  // The follower lives on its own; if the node stops meanwhile it says so, and that counts too.
  stands->get_future().wait();
  return subscription(std::move(follower));
}

}  // namespace lithair
