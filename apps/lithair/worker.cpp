#include "apps/lithair/worker.hpp"

namespace lithair::apps {

worker::worker(look what) : thread_([this, what = std::move(what)] { run(what); }) {}

void worker::end() {
  {
    const std::lock_guard guard{shared_->mutex};
    if (std::exchange(shared_->ended, true)) return;
    shared_->changed.notify_all();
  }
  thread_.join();
  // Nobody gives any more.
  for (const auto& each : std::exchange(shared_->jobs, {})) each(true);
}

worker::line worker::jobs() const {
  return [all = shared_](job what) {
    {
      const std::lock_guard guard{all->mutex};
      if (!all->ended) {
        all->jobs.push_back(std::move(what));
        all->changed.notify_all();
        return;
      }
    }
    what(true);
  };
}

void worker::wake() {
  const std::lock_guard guard{shared_->mutex};
  shared_->woken = true;
  shared_->changed.notify_all();
}

void worker::run(const look& what) const {
  std::optional<milliseconds> pause;
  std::unique_lock lock{shared_->mutex};
  const auto is_due = [this] { return shared_->ended || shared_->woken || !shared_->jobs.empty(); };
  for (;;) {
    if (pause)
      shared_->changed.wait_for(lock, *pause, is_due);
    else
      shared_->changed.wait(lock, is_due);
    if (shared_->ended) return;
    shared_->woken = false;
    const auto jobs = std::exchange(shared_->jobs, {});
    lock.unlock();
    for (const auto& each : jobs) each(false);
    pause = what();
    lock.lock();
  }
}

}  // namespace lithair::apps
