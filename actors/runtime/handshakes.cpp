#include "actors/runtime/handshakes.hpp"

#include <uv.h>

#include <algorithm>

#include "actors/runtime/loop.hpp"

namespace lithair::actors {

namespace {

// In one turn of the loop, as long as it is not one handshake that takes longer.
constexpr std::uint64_t turn_ns = 500'000;

}  // namespace

handshakes::handshakes(loop& home, std::size_t most)
    : home_(home),
      most_(std::max<std::size_t>(most, 1)),
      self_(std::make_shared<handshakes*>(this)) {}

void handshakes::add(handshaker& who) {
  if (all_.size() >= most_) {
    // Who waits for us is not to blame; if all do, the first one is as good as any.
    const auto waits_for_client = [this](const auto* each) {
      return std::ranges::find(awaiting_, each) == awaiting_.end();
    };
    const auto first = std::ranges::find_if(all_, waits_for_client);
    (first == all_.end() ? all_.front() : *first)->crowd_out();
  }
  all_.push_back(&who);
}

void handshakes::remove(handshaker& who) {
  std::erase(all_, &who);
  std::erase(awaiting_, &who);
}

void handshakes::ask_turn(handshaker& who) {
  awaiting_.push_back(&who);
  post_turns();
}

void handshakes::post_turns() {
  if (posted_ || awaiting_.empty()) return;
  posted_ = true;
  home_.post([self = std::weak_ptr(self_)] {
    if (const auto here = self.lock()) (*here)->take_turns();
  });
}

void handshakes::take_turns() {
  posted_ = false;
  const auto began = uv_hrtime();
  while (!awaiting_.empty()) {
    auto* next = awaiting_.front();
    awaiting_.pop_front();
    next->shake();
    if (uv_hrtime() - began >= turn_ns) break;
  }
  post_turns();
}

}  // namespace lithair::actors
