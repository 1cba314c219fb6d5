#include "actors/runtime/loop_timer.hpp"

#include <uv.h>

#include <utility>

#include "actors/runtime/loop.hpp"

namespace lithair::actors {

struct loop_timer::handle {
  uv_timer_t timer{};
  std::function<void()> due;
};

loop_timer::loop_timer(loop& home, std::function<void()> due) : handle_(new handle) {
  handle_->due = std::move(due);
  uv_timer_init(home.uv(), &handle_->timer);
  handle_->timer.data = handle_;
}

loop_timer::~loop_timer() {
  uv_timer_stop(&handle_->timer);
  uv_close(reinterpret_cast<uv_handle_t*>(&handle_->timer),
           [](uv_handle_t* h) { delete static_cast<handle*>(h->data); });
}

void loop_timer::start(std::uint64_t in_ms, std::uint64_t again_ms) {
  uv_timer_start(
      &handle_->timer, [](uv_timer_t* h) { static_cast<handle*>(h->data)->due(); }, in_ms,
      again_ms);
}

void loop_timer::stop() { uv_timer_stop(&handle_->timer); }

}  // namespace lithair::actors
