#include "actors/runtime/memory_return.hpp"

#include <malloc.h>
#include <time.h>

#include <thread>
#include <utility>

#include "actors/runtime/loop.hpp"
#include "actors/runtime/loop_timer.hpp"

namespace lithair::actors {

namespace {

// Of one processor.
constexpr std::uint64_t most_percent_at_rest = 5;

std::uint64_t ms_of(clockid_t which) {
  timespec now{};
  clock_gettime(which, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1000 +
         static_cast<std::uint64_t>(now.tv_nsec) / 1'000'000;
}

}  // namespace

bool rest_watch::is_at_rest(std::uint64_t now_ms, std::uint64_t used_ms) {
  const auto before = std::exchange(last_, look{now_ms, used_ms});
  return before && now_ms > before->now_ms &&
         (used_ms - before->used_ms) * 100 <= (now_ms - before->now_ms) * most_percent_at_rest;
}

// Of the loop's thread, but for the work itself.
struct memory_return::state {
  std::function<void()> give_back;
  std::uint64_t look_every_ms = 0;
  std::unique_ptr<loop_timer> timer;  // none: it has ended
  rest_watch watch;
  bool looks = false;
  std::thread work;

  void begin() {
    if (!timer || std::exchange(looks, true)) return;
    watch = {};
    watch.is_at_rest(ms_of(CLOCK_MONOTONIC), ms_of(CLOCK_PROCESS_CPUTIME_ID));
    timer->start(look_every_ms, look_every_ms);
  }

  void look() {
    if (!watch.is_at_rest(ms_of(CLOCK_MONOTONIC), ms_of(CLOCK_PROCESS_CPUTIME_ID))) return;
    timer->stop();
    looks = false;
    // Of the last time: it has long ended.
    if (work.joinable()) work.join();
    work = std::thread(give_back);
  }
};

void memory_return::trim() { malloc_trim(0); }

memory_return::memory_return(loop& home, std::function<void()> give_back,
                             std::chrono::milliseconds look_every)
    : home_(home), state_(std::make_shared<state>()) {
  state_->give_back = std::move(give_back);
  state_->look_every_ms = static_cast<std::uint64_t>(look_every.count());
  home_.call([this] {
    state_->timer = std::make_unique<loop_timer>(home_, [at = state_.get()] { at->look(); });
  });
}

memory_return::~memory_return() {
  home_.call([this] { state_->timer.reset(); });
  if (state_->work.joinable()) state_->work.join();
}

void memory_return::wanted() {
  home_.post([at = state_] { at->begin(); });
}

}  // namespace lithair::actors
