#include "actors/embedded/change_follower.hpp"

#include <chrono>
#include <exception>
#include <mutex>
#include <utility>

#include <spdlog/spdlog.h>

#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include "actors/messages/feed_messages.hpp"
#include "actors/node/node.hpp"
#include "actors/node/system.hpp"
#include "actors/runtime/hosted.hpp"

namespace lithair::actors {

/// From the owner to the actor: answer at once, whether or not there is something new.
struct hurry_up {};
/// From the actor to itself: more of the batch.
struct go_on_telling {};

}  // namespace lithair::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::hurry_up)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::go_on_telling)

namespace lithair::actors {

/// What the owner shares with the actor.
struct change_follower::core {
  explicit core(handlers given) : to(std::move(given)) {}

  // Held while a handler runs; recursive, for a handler may end it.
  std::recursive_mutex running;
  bool wanted = true;  // guarded by running
  const handlers to;

  std::mutex line;
  taking<hurry_up> actor;  // guarded by line; none: it has ended

  // Under the lock, so that the owner's destructor waits for it, and finds none running later.
  template <class Function>
  void run(Function f) {
    std::lock_guard guard{running};
    if (!wanted) return;
    try {
      f();
    } catch (const std::exception& error) {
      spdlog::error("a handler of changes failed: {}", error.what());
    }
  }
};

/// Asks the feed for the next batch whenever it has passed on the last.
class change_follower::follower final : public hosted_actor {
 public:
  using handle_type = taking<hurry_up>;

  follower(caf::actor_config& cfg, loop* home, feed_handle feed,
           std::optional<models::feed_position> after, std::shared_ptr<core> shared)
      : hosted_actor(cfg, home),
        feed_(std::move(feed)),
        after_(after),
        shared_(std::move(shared)) {}

  const char* name() const override { return "change_follower"; }

 private:
  static constexpr std::uint64_t token = 1;
  // That handlers get of a turn, but for the one that goes beyond it.
  static constexpr std::chrono::milliseconds slice{1};

  caf::behavior make_behavior() override {
    set_default_handler(caf::drop);
    set_error_handler([](caf::error&) {});
    set_down_handler([this](caf::down_msg&) {
      end({503, "unavailable", "The node is stopping.", {}});
    });
    monitor(feed_);
    // The first answer comes at once: it says where "from now on" begins.
    go_on(true);
    return behavior_of<handle_type>([this](followed& answer) { take(answer); },
                                    [this](const hurry_up&) { send(feed_, nudge{token}); },
                                    [this](go_on_telling) { tell(); });
  }

  // One batch at a time: no more than that is in memory, however slow the handlers are.
  void go_on(bool at_once) {
    follow x;
    x.token = token;
    x.after = after_;
    x.at_once = at_once;
    send(feed_, std::move(x));
  }

  void take(followed& answer) {
    if (answer.what == followed::result::gone)
      return end({410, "gone", std::move(answer.reason), {}});
    if (answer.what == followed::result::unavailable)
      return end({503, "unavailable", std::move(answer.reason), {}});
    batch_ = std::move(answer);
    told_ = 0;
    tell();
  }

  void tell() {
    const auto until = clock().now() + slice;
    while (told_ < batch_.changes.size()) {
      const auto each = std::exchange(batch_.changes[told_++], {});
      shared_->run([&] { shared_->to.changed(each); });
      if (told_ < batch_.changes.size() && clock().now() >= until) {
        return send_in_a_later_turn(go_on_telling{});
      }
    }
    shared_->run([&] { shared_->to.told(batch_.through); });
    // Asked on only when all of it was passed on.
    after_ = batch_.through;
    batch_ = {};
    go_on(false);
  }

  // The last word, then the actor itself.
  void end(models::problem why) {
    shared_->run([&] { shared_->to.ended(why); });
    quit();
  }

  void on_exit() override {
    // The feed keeps a place for each follower until it is told.
    if (feed_) send(feed_, unfollow{token});
    feed_ = nullptr;
    // A local handle: the owner may let go of the rest while the lock is held.
    const auto shared = std::exchange(shared_, nullptr);
    std::lock_guard guard{shared->line};
    shared->actor = nullptr;
  }

  feed_handle feed_;
  std::optional<models::feed_position> after_;
  std::shared_ptr<core> shared_;
  followed batch_;        // that the handlers are told now
  std::size_t told_ = 0;  // changes of it
};

change_follower::change_follower(node& of, const models::collection& which,
                                 std::optional<models::feed_position> after, handlers to)
    : core_(std::make_shared<core>(std::move(to))) {
  auto& home = of.loop_at(of.loop_count() - 1);
  std::lock_guard guard{core_->line};
  core_->actor = caf::actor_cast<follower::handle_type>(
      of.system().spawn<follower, caf::hidden>(&home, of.feed(which), after, core_));
  let_go_of_system();
}

// Handlers first: once none is wanted, it does not matter when the actor ends.
change_follower::~change_follower() {
  {
    std::lock_guard guard{core_->running};
    core_->wanted = false;
  }
  std::lock_guard guard{core_->line};
  if (core_->actor) caf::anon_send_exit(core_->actor, caf::exit_reason::user_shutdown);
  core_->actor = nullptr;
}

void change_follower::hurry() {
  std::lock_guard guard{core_->line};
  if (core_->actor) caf::anon_send(core_->actor, hurry_up{});
}

}  // namespace lithair::actors
