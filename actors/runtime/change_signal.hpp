#pragma once

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <utility>

namespace lithair::actors {

/// Tells whoever listens that something has changed, and not what: they look. Thread-safe.
class change_signal {
 public:
  /// Called on the thread that tells, where it must neither block nor listen or stop listening.
  using handler = std::function<void()>;

  /// Listens as long as it lives; when its destructor returns, the handler does not run any more.
  class listener {
   public:
    listener(std::shared_ptr<change_signal> to, handler what)
        : to_(std::move(to)), place_(to_->add(std::move(what))) {}
    ~listener() { to_->remove(place_); }
    listener(const listener&) = delete;
    listener& operator=(const listener&) = delete;

   private:
    const std::shared_ptr<change_signal> to_;
    const std::list<handler>::iterator place_;
  };

  /// Calls each handler, one after the other.
  void tell() {
    const std::lock_guard guard{mutex_};
    for (const auto& each : handlers_) each();
  }

 private:
  std::list<handler>::iterator add(handler what) {
    const std::lock_guard guard{mutex_};
    return handlers_.insert(handlers_.end(), std::move(what));
  }
  void remove(std::list<handler>::iterator place) {
    const std::lock_guard guard{mutex_};
    handlers_.erase(place);
  }

  std::mutex mutex_;
  std::list<handler> handlers_;  // guarded by mutex_
};

}  // namespace lithair::actors
