#include "persistence/pace.hpp"

#include <utility>

#include "persistence/storage_error.hpp"

namespace lithair::persistence {

pace::pace(rhythm of) : of_(std::move(of)), began_(of_.now()) {}

void pace::worked(std::size_t bytes, const std::function<void()>& settle) {
  bytes_ += bytes;
  if (bytes_ < of_.piece_bytes) return;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) throw storage_error(storage_errc::stopped, "it is given up, for the node stops");
    if (hurries_ && bytes_ < of_.hurried_bytes) return;
  }
  bytes_ = 0;
  if (settle) settle();
  rest();
}

void pace::rest() {
  const auto took = of_.now() - began_;
  {
    std::unique_lock lock(mutex_);
    told_.wait_for(lock, of_.rest_after(took), [this] { return hurries_ || stopped_; });
  }
  began_ = of_.now();
}

void pace::hurry() {
  const std::lock_guard lock(mutex_);
  hurries_ = true;
  told_.notify_all();
}

bool pace::hurries() const {
  const std::lock_guard lock(mutex_);
  return hurries_;
}

void pace::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  told_.notify_all();
}

}  // namespace lithair::persistence
