#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

/// Whole nodes under one seed: the real actors, stores and recovery of several nodes in one thread,
/// on virtual time.
namespace lithair::simulation::nodes {

/// Virtual time in microseconds, and what is to happen at which.
class timeline {
 public:
  using task = std::function<void()>;

  std::uint64_t now() const { return now_; }
  void pass(std::uint64_t us) { now_ += us; }

  void at(std::uint64_t time, task what) {
    due_.push({time < now_ ? now_ : time, order_++, std::move(what)});
  }
  void after(std::uint64_t us, task what) { at(now_ + us, std::move(what)); }

  bool empty() const { return due_.empty(); }
  std::uint64_t next() const { return due_.top().time; }
  /// Runs what is due by now.
  bool run_due() {
    if (due_.empty() || due_.top().time > now_) return false;
    auto what = std::move(const_cast<entry&>(due_.top()).what);
    due_.pop();
    what();
    return true;
  }
  /// Time goes on to when the next thing is due, but not past `limit`.
  void skip(std::uint64_t limit) {
    auto to = due_.empty() ? limit : std::min(limit, due_.top().time);
    now_ = std::max(now_, to);
  }
  void clear() { due_ = {}; }

 private:
  struct entry {
    std::uint64_t time;
    std::uint64_t order;
    task what;
    bool operator<(const entry& x) const {
      return std::pair{time, order} > std::pair{x.time, x.order};
    }
  };

  std::uint64_t now_ = 1'000'000;
  std::uint64_t order_ = 0;
  std::priority_queue<entry> due_;
};

}  // namespace lithair::simulation::nodes
