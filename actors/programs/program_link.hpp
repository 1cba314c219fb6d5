#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "actors/links/actor_channel.hpp"
#include "actors/links/connection.hpp"
#include "actors/runtime/loop_timer.hpp"

namespace lithair::actors {

/// A connection that carries one actor_channel: the same at the node and at the program. What the
/// channel says goes as frames of actor bytes, `window` of them at most before the other end has
/// taken some; an end that takes nothing for as long as a silent one is dropped.
///
///     broker ═ actor_channel ──sink──▶ frames `actors` ═▶ the other end's channel
///                            ◀─resume── frames `taken` ◀═
///
/// On the loop's thread.
class program_link {
 public:
  struct listener {
    /// As of actor_channel.
    std::function<void(const caf::strong_actor_ptr&, const std::set<std::string>&)> met;
    /// It is over, exactly once, and nothing of it is left: a sentence without a full stop. It may
    /// be destroyed there, and there only.
    std::function<void(const std::string& why)> ended;
  };

  /// Owns `over`, which has greeted and was not listened to yet. Throws std::runtime_error when the
  /// operating system gives no sockets.
  program_link(loop& home, std::unique_ptr<connection> over, actor_channel::setup what,
               const link_limits& limits, listener owner);
  program_link(const program_link&) = delete;
  program_link& operator=(const program_link&) = delete;

  /// Begins to end it; what is under way is lost.
  void end(const std::string& why);
  /// As of actor_channel.
  std::size_t unanswered() const { return channel_->unanswered(); }

 private:
  void say(std::string_view bytes);
  void took(std::size_t bytes);
  void came(frame& what);
  void granted(std::string_view count);
  void closed(const std::string& why);

  std::unique_ptr<connection> over_;
  listener owner_;
  std::string why_;
  bool ends_ = false;
  std::size_t may_say_ = actor_channel::window;
  std::size_t untold_ = 0;  // taken, of which the other end has not heard
  loop_timer patience_;
  const std::uint32_t silence_ms_;
  std::unique_ptr<actor_channel> channel_;
};

}  // namespace lithair::actors
