#include "actors/node/ticker.hpp"

#include <time.h>
#include <uv.h>

#include <chrono>
#include <utility>

#include <caf/send.hpp>
#include <caf/typed_actor.hpp>

#include "actors/messages/raft_messages.hpp"
#include "actors/runtime/loop.hpp"

namespace lithair::actors {

// Goes on while the machine is suspended, unlike the steady clock: a leader that slept must know
// that its lease is over.
struct boot_clock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<boot_clock>;
  static constexpr bool is_steady = true;

  static time_point now() {
    timespec t{};
    clock_gettime(CLOCK_BOOTTIME, &t);
    return time_point{std::chrono::seconds{t.tv_sec} + std::chrono::nanoseconds{t.tv_nsec}};
  }
};

using clock = boot_clock;

struct ticker::state {
  uv_timer_t timer{};
  sleeper_handle sleeper;
  std::chrono::milliseconds interval{};
  clock::time_point last;       // ticks up to here were taken
  clock::time_point wake_time;  // while the timer runs

  void fire() { caf::anon_send(sleeper, ticked{0}); }
};

ticker::ticker(loop& on, std::uint32_t interval_ms) : loop_(on), state_(new state) {
  state_->interval = std::chrono::milliseconds{interval_ms};
  state_->last = clock::now();
  state_->timer.data = state_;
  loop_.call([this] { uv_timer_init(loop_.uv(), &state_->timer); });
}

ticker::~ticker() { stop(); }

std::uint32_t ticker::take() {
  if (state_ == nullptr) return 0;
  auto passed = (clock::now() - state_->last) / state_->interval;
  // What is left of a tick counts next time.
  state_->last += passed * state_->interval;
  return static_cast<std::uint32_t>(passed);
}

void ticker::wake_after(std::uint32_t ticks, const sleeper_handle& sleeper) {
  if (state_ == nullptr) return;
  const clock::time_point due = state_->last + ticks * state_->interval;
  bool runs = uv_is_active(reinterpret_cast<uv_handle_t*>(&state_->timer)) != 0;
  if (runs && state_->wake_time <= due)
    return;  // Waking too early costs little, and a later call asks again.
  state_->sleeper = sleeper;
  state_->wake_time = due;
  auto wait = std::chrono::ceil<std::chrono::milliseconds>(due - clock::now()).count();
  // The loop's time is as of its last wake-up, and a turn may have lasted.
  uv_update_time(loop_.uv());
  uv_timer_start(
      &state_->timer, [](uv_timer_t* t) { static_cast<state*>(t->data)->fire(); },
      wait > 0 ? static_cast<std::uint64_t>(wait) : 0, 0);
}

// On the loop, so that no wake-up is under way when it returns.
void ticker::stop() {
  if (state_ == nullptr) return;
  loop_.call([this] {
    auto* ending = std::exchange(state_, nullptr);
    ending->sleeper = nullptr;
    uv_close(reinterpret_cast<uv_handle_t*>(&ending->timer),
             [](uv_handle_t* h) { delete static_cast<state*>(h->data); });
  });
}

}  // namespace lithair::actors
