#include "actors/ticker.hpp"

#include <uv.h>

#include <chrono>

#include <caf/send.hpp>

#include "actors/loop.hpp"
#include "actors/messages.hpp"

namespace lithair::actors {

struct ticker::state {
  using clock = std::chrono::steady_clock;

  uv_timer_t timer{};
  caf::actor target;
  std::chrono::milliseconds interval{};
  clock::time_point last;

  void fire() {
    auto passed = (clock::now() - last) / interval;
    if (passed <= 0) return;
    last += passed * interval;
    caf::anon_send(target, ticked{static_cast<std::uint32_t>(passed)});
  }
};

ticker::ticker(loop& on, caf::actor target, std::uint32_t interval_ms) : loop_(on), state_(new state) {
  state_->target = std::move(target);
  state_->interval = std::chrono::milliseconds{interval_ms};
  state_->last = state::clock::now();
  state_->timer.data = state_;
  loop_.call([this, interval_ms] {
    uv_timer_init(loop_.uv(), &state_->timer);
    uv_timer_start(&state_->timer, [](uv_timer_t* t) { static_cast<state*>(t->data)->fire(); }, interval_ms,
                   interval_ms);
  });
}

ticker::~ticker() { stop(); }

void ticker::stop() {
  if (state_ == nullptr) return;
  auto* ending = std::exchange(state_, nullptr);
  loop_.call([ending] {
    ending->target = nullptr;
    uv_close(reinterpret_cast<uv_handle_t*>(&ending->timer),
             [](uv_handle_t* h) { delete static_cast<state*>(h->data); });
  });
}

}  // namespace lithair::actors
