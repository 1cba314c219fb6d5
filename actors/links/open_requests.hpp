#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

namespace lithair::actors {

/// Requests that wait for their answers; when there are too many, the oldest is forgotten, for some
/// are never answered. Pure.
class open_requests {
 public:
  explicit open_requests(std::size_t most) : most_(most) {}

  /// `actor` asked under that id.
  void ask(std::uint64_t actor, std::uint64_t id) {
    const auto [at, is_new] = by_asker_.try_emplace({actor, id}, next_);
    if (!is_new) return;
    in_order_.emplace(next_++, at->first);
    if (in_order_.size() <= most_) return;
    by_asker_.erase(in_order_.begin()->second);
    in_order_.erase(in_order_.begin());
  }
  /// Whether it did and was not answered yet; now it is.
  [[nodiscard]] bool answer(std::uint64_t actor, std::uint64_t id) {
    const auto found = by_asker_.find({actor, id});
    if (found == by_asker_.end()) return false;
    in_order_.erase(found->second);
    by_asker_.erase(found);
    return true;
  }
  std::size_t size() const { return by_asker_.size(); }

 private:
  using asked = std::pair<std::uint64_t, std::uint64_t>;

  const std::size_t most_;
  std::map<asked, std::uint64_t> by_asker_;
  std::map<std::uint64_t, asked> in_order_;
  std::uint64_t next_ = 0;
};

}  // namespace lithair::actors
