#pragma once

#include <uv.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/replies_to.hpp>
#include <caf/send.hpp>
#include <caf/typed_actor.hpp>

#include "actors/runtime/loop.hpp"

namespace lithair::actors {

/// To answer who sent a message. Without a sender (anon_send) it is none, and nothing may be sent
/// to that.
inline caf::actor handle(const caf::strong_actor_ptr& who) {
  return caf::actor_cast<caf::actor>(who);
}

/// As a handle of an actor of any kind, which can be watched and ended; for lists of such.
template <class... Signatures>
caf::actor untyped(const caf::typed_actor<Signatures...>& one) {
  return caf::actor_cast<caf::actor>(one);
}

/// For an actor's end: handles in a cycle would keep each other's memory for ever.
template <class... Handles>
void drop_handles(Handles&... of) {
  ((of = nullptr), ...);
}

/// An actor's own handle, for a message to another one. Actors of a node name the kind of theirs as
/// `handle_type` (messages/handles.hpp).
template <class Actor>
typename Actor::handle_type handle_of(Actor* self) {
  return caf::actor_cast<typename Actor::handle_type>(self);
}

namespace detail {

template <class Signature, class... Handlers>
inline constexpr bool has_handler = false;
template <class Message, class Answer, class... Handlers>
inline constexpr bool has_handler<caf::typed_mpi<caf::detail::type_list<Message>, Answer>,
                                  Handlers...> = (std::is_invocable_v<Handlers&, Message&> || ...);

template <class... Handlers, class... Signatures>
constexpr bool handle_all(caf::detail::type_list<Signatures...>) {
  return (has_handler<Signatures, Handlers...> && ...);
}

}  // namespace detail

/// The behaviour of an actor whose handles are of this type. It is checked that each message which
/// they take has a handler here. Others may have one, too: what the actor sends to itself, answers.
template <class Handle, class... Handlers>
caf::behavior behavior_of(Handlers... handlers) {
  static_assert(detail::handle_all<Handlers...>(typename Handle::signatures{}),
                "there is a message that the actor's handle takes and that has no handler");
  return {std::move(handlers)...};
}

/// An event-based actor that lives on a loop: whoever sends to it, it runs on the loop's thread.
/// Without a loop it is scheduled by CAF as any other (which is how deterministic tests run it).
/// Handlers must not wait: not for a disk, a lock that is held long, or an answer.
///
/// A turn takes messages for about a millisecond, unless one takes longer by itself.
/// `turn_begins` is called before the messages of a turn are handled, and `turn_ended` whenever the
/// mailbox is empty or the actor yields: the place to handle in one go what the turn's messages
/// brought. Not once the actor has ended.
class hosted_actor : public caf::event_based_actor {
 public:
  /// `home` outlives the actor; none: CAF schedules it.
  hosted_actor(caf::actor_config& cfg, loop* home) : caf::event_based_actor(cfg), home_(home) {}

  // All ways by which CAF would run it: each is led to its loop, whatever the sender offers.
  void enqueue(caf::mailbox_element_ptr element, caf::execution_unit* unit) override {
    caf::event_based_actor::enqueue(std::move(element), home_ != nullptr ? home_ : unit);
  }
  void enqueue(caf::strong_actor_ptr from, caf::message_id id, caf::message content,
               caf::execution_unit* unit) override {
    caf::event_based_actor::enqueue(std::move(from), id, std::move(content),
                                    home_ != nullptr ? home_ : unit);
  }
  void launch(caf::execution_unit* unit, bool lazy, bool hide) override {
    caf::event_based_actor::launch(home_ != nullptr ? home_ : unit, lazy, hide);
  }
  // A few messages at a time, for some take long and there may be many.
  resume_result resume(caf::execution_unit* unit, size_t max_messages) override {
    constexpr std::size_t at_once = 16;
    turn_begins();
    const auto until = uv_hrtime() + max_turn_ns;
    auto result = caf::resumable::resume_later;
    for (std::size_t taken = 0; result == caf::resumable::resume_later && taken < max_messages &&
                                (taken == 0 || home_ == nullptr || uv_hrtime() < until);
         taken += at_once)
      result = caf::event_based_actor::resume(unit, std::min(at_once, max_messages - taken));
    if (result != caf::resumable::done) turn_ended();
    return result;
  }

 protected:
  /// For what has to be known before any message, such as the time.
  virtual void turn_begins() {}
  /// For what is done once for all messages of the turn.
  virtual void turn_ended() {}
  /// None where CAF schedules it.
  loop* home() const { return home_; }
  /// Sends itself a message by way of the loop, whose other actors and sockets get their turn
  /// before: for what goes on bit by bit.
  template <class Message>
  void send_in_a_later_turn(Message what) {
    auto self = caf::actor_cast<caf::typed_actor<caf::reacts_to<Message>>>(this);
    if (home_ == nullptr) return send(self, std::move(what));
    home_->post([self, what = std::move(what)] { caf::anon_send(self, what); });
  }

 private:
  static constexpr std::uint64_t max_turn_ns = 1'000'000;

  loop* home_;
};

/// Not on a loop, although its senders are: keeps CAF from running it on the sender's loop. For
/// detached actors, whose turn ends when everything that waited has been taken: so what came while
/// the disk was busy is one batch. These may block.
class detached_actor : public caf::event_based_actor {
 public:
  using caf::event_based_actor::event_based_actor;

  void enqueue(caf::mailbox_element_ptr element, caf::execution_unit*) override {
    caf::event_based_actor::enqueue(std::move(element), nullptr);
  }
  void enqueue(caf::strong_actor_ptr from, caf::message_id id, caf::message content,
               caf::execution_unit*) override {
    caf::event_based_actor::enqueue(std::move(from), id, std::move(content), nullptr);
  }
  resume_result resume(caf::execution_unit* unit, size_t max_messages) override {
    auto result = caf::event_based_actor::resume(unit, max_messages);
    if (result != caf::resumable::done) turn_ended();
    return result;
  }

 protected:
  /// As of a hosted_actor.
  virtual void turn_ended() {}
};

}  // namespace lithair::actors
