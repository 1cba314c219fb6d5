#include "actors/remote/open_calls.hpp"

#include <utility>

namespace lithair::actors {

bool open_calls::add(std::uint64_t number, call what) {
  if (all_.size() >= most_.calls || bytes_ + what.bytes.size() > most_.bytes) return false;
  bytes_ += what.bytes.size();
  waiting_.insert(number);
  all_.emplace(number, std::move(what));
  return true;
}

// Lists have places of their own: others pass one that waits for such a place.
std::uint64_t open_calls::next() {
  if (under_way_ >= most_.under_way) return 0;
  for (auto at = waiting_.begin(); at != waiting_.end(); ++at) {
    auto& each = all_.at(*at);
    if (each.is_list && lists_ >= most_.lists) continue;
    const auto number = *at;
    waiting_.erase(at);
    each.is_under_way = each.was_given = true;
    ++under_way_;
    if (each.is_list) ++lists_;
    return number;
  }
  return 0;
}

void open_calls::settle(const call& what) {
  if (!what.is_under_way) return;
  --under_way_;
  if (what.is_list) --lists_;
}

std::unique_ptr<open_calls::call> open_calls::take(std::uint64_t number) {
  const auto found = all_.find(number);
  if (found == all_.end()) return nullptr;
  auto made = std::make_unique<call>(std::move(found->second));
  all_.erase(found);
  waiting_.erase(number);
  bytes_ -= made->bytes.size();
  settle(*made);
  return made;
}

std::vector<open_calls::call> open_calls::lose() {
  std::vector<call> lost;
  for (auto at = all_.begin(); at != all_.end();) {
    auto& [number, each] = *at;
    settle(each);
    const bool was_under_way = std::exchange(each.is_under_way, false);
    if (was_under_way && each.is_write && !each.has_key) {
      bytes_ -= each.bytes.size();
      lost.push_back(std::move(each));
      at = all_.erase(at);
      continue;
    }
    each.was_lost |= was_under_way;
    waiting_.insert(number);
    ++at;
  }
  return lost;
}

// An errand answers as it goes, and whoever hears that may ask for more.
void open_calls::clear() {
  const auto all = std::exchange(all_, {});
  waiting_.clear();
  bytes_ = under_way_ = lists_ = 0;
}

std::vector<std::uint64_t> open_calls::begun_before(std::uint64_t ms,
                                                    std::uint64_t not_given_ms) const {
  std::vector<std::uint64_t> found;
  for (const auto& [number, each] : all_)
    if (each.begun_ms < ms || (!each.is_under_way && each.begun_ms < not_given_ms))
      found.push_back(number);
  return found;
}

}  // namespace lithair::actors
