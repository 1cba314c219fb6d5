#include "actors/raft/submissions.hpp"

#include <algorithm>

namespace lithair::actors {

using namespace protocol;

void submissions::add(client who, std::string command, std::uint64_t now_ms) {
  auto serial = next_serial_++;
  bytes_ += command.size();
  pending_.emplace(serial, pending{std::move(who), payload{std::move(command)}, term_t{}, now_ms});
  waiting_.push_back(serial);
  by_age_.push_back(serial);
}

std::vector<proposal> submissions::take_waiting(term_t term, std::uint64_t max_bytes) {
  std::vector<proposal> result;
  result.reserve(waiting_.size());
  std::uint64_t bytes = 0;
  while (!waiting_.empty() && bytes < max_bytes) {
    auto serial = waiting_.front();
    waiting_.pop_front();
    auto found = pending_.find(serial);
    if (found == pending_.end()) continue;
    // From here on it may be in that leader's log.
    found->second.under = term;
    bytes += found->second.command.size();
    result.push_back({origin{self_, serial, run_}, found->second.command});
  }
  return result;
}

void submissions::refused(const std::vector<std::uint64_t>& serials, term_t under) {
  // Put back in front, in order: they are the oldest.
  for (auto serial = serials.rbegin(); serial != serials.rend(); ++serial) {
    auto found = pending_.find(*serial);
    // Of an earlier term the word is late: it may be under another by now.
    if (found == pending_.end() || found->second.under != under) continue;
    found->second.under = term_t{};
    waiting_.push_front(*serial);
  }
}

void submissions::entered(term_t term) {
  if (term <= entered_) return;
  entered_ = term;
  std::vector<std::uint64_t> lost;
  for (auto& [serial, each] : pending_) {
    if (!each.under || each.under >= term) continue;
    each.under = term_t{};
    lost.push_back(serial);
  }
  // In front, in the order in which they came: serials rise.
  std::sort(lost.begin(), lost.end());
  waiting_.insert(waiting_.begin(), lost.begin(), lost.end());
}

submissions::client submissions::finish(std::uint64_t serial) {
  auto found = pending_.find(serial);
  if (found == pending_.end()) return {};
  auto who = std::move(found->second.who);
  bytes_ -= found->second.command.size();
  pending_.erase(found);
  while (!by_age_.empty() && !pending_.contains(by_age_.front())) by_age_.pop_front();
  return who;
}

std::vector<submissions::expired> submissions::expire(std::uint64_t waiting_before_ms,
                                                      std::uint64_t proposed_before_ms) {
  std::vector<expired> result;
  // By age: what is younger than both limits ends the search.
  auto newest = std::max(waiting_before_ms, proposed_before_ms);
  std::deque<std::uint64_t> kept;
  while (!by_age_.empty()) {
    auto found = pending_.find(by_age_.front());
    if (found != pending_.end()) {
      auto& each = found->second;
      if (each.since_ms >= newest) break;
      bool proposed = static_cast<bool>(each.under);
      if (each.since_ms < (proposed ? proposed_before_ms : waiting_before_ms)) {
        result.push_back({std::move(each.who), proposed});
        bytes_ -= each.command.size();
        pending_.erase(found);
      } else {
        kept.push_back(by_age_.front());
      }
    }
    by_age_.pop_front();
  }
  by_age_.insert(by_age_.begin(), kept.begin(), kept.end());
  return result;
}

std::vector<submissions::expired> submissions::drain() {
  std::vector<expired> result;
  result.reserve(pending_.size());
  for (auto& [serial, each] : pending_)
    result.push_back({std::move(each.who), static_cast<bool>(each.under)});
  pending_.clear();
  bytes_ = 0;
  waiting_.clear();
  by_age_.clear();
  return result;
}

}  // namespace lithair::actors
