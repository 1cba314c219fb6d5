#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace lithair::http {

/// Bytes that all connections of a server hold for one purpose, and the most they may. Any thread;
/// outlives its shares.
class budget {
 public:
  /// `limit`: bytes.
  explicit budget(std::uint64_t limit) : limit_(limit) {}

  std::uint64_t limit() const { return limit_; }
  /// For metrics; it may have changed when it is looked at.
  std::uint64_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  friend class budget_share;

  bool take(std::uint64_t bytes) {
    auto used = used_.load(std::memory_order_relaxed);
    do {
      if (used + bytes > limit_) return false;
    } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
    return true;
  }
  void take_anyway(std::uint64_t bytes) { used_.fetch_add(bytes, std::memory_order_relaxed); }
  void give(std::uint64_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }

  const std::uint64_t limit_;
  std::atomic<std::uint64_t> used_{0};
};

/// What one holder has of a budget; given back when the holder ends, however it ends. One thread.
///
/// Less than `grain` is not counted, so that the many who hold little share nothing.
class budget_share {
 public:
  static constexpr std::size_t grain = 4096;  ///< bytes; only multiples of it are counted

  /// Of no budget: nothing can be held.
  budget_share() = default;
  explicit budget_share(budget& of) : of_(&of) {}
  /// The other one holds nothing then, of the same budget.
  budget_share(budget_share&& other) noexcept
      : of_(other.of_), held_(std::exchange(other.held_, 0)) {}
  budget_share& operator=(budget_share&& other) noexcept {
    if (this == &other) return *this;
    release();
    of_ = other.of_;
    held_ = std::exchange(other.held_, 0);
    return *this;
  }
  ~budget_share() { release(); }

  /// Holds so many bytes in all from now on. False: there is no room for what is more than before,
  /// and what was held is held. Less is always possible.
  [[nodiscard]] bool hold(std::size_t bytes) {
    const auto wanted = counted(bytes);
    if (wanted > held_ && !of_->take(wanted - held_)) return false;
    if (wanted < held_) of_->give(held_ - wanted);
    held_ = wanted;
    return true;
  }
  /// The same, also beyond the limit: for what is there already.
  void hold_anyway(std::size_t bytes) {
    const auto wanted = counted(bytes);
    if (wanted > held_) of_->take_anyway(wanted - held_);
    if (wanted < held_) of_->give(held_ - wanted);
    held_ = wanted;
  }
  void release() {
    if (held_ > 0) of_->give(std::exchange(held_, 0));
  }

 private:
  std::uint64_t counted(std::size_t bytes) const {
    return of_ == nullptr ? 0 : bytes - bytes % grain;
  }

  budget* of_ = nullptr;
  std::uint64_t held_ = 0;
};

}  // namespace lithair::http
