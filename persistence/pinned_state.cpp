#include "persistence/pinned_state.hpp"

#include <stdexcept>
#include <utility>

#include "persistence/storage_error.hpp"

namespace lithair::persistence {

namespace {

// What is read at a time, with commits held back so long.
constexpr std::size_t pairs_at_once = 512;
constexpr std::size_t bytes_at_once = 256 << 10;
// What the map needs for an entry besides its bytes.
constexpr std::size_t entry_overhead = 128;

std::size_t weight(const std::string& key, const std::optional<std::string>& value) {
  return key.size() + (value ? value->size() : 0) + entry_overhead;
}

}  // namespace

void pinned_state::preserve(std::span<const change_view> changes) {
  const std::lock_guard lock(mutex_);
  for (const auto& change : changes) {
    // Read already, or kept already: the first value kept is the pinned one.
    if (change.key <= position_ || past_.contains(change.key)) continue;
    auto made = past_.emplace(std::string(change.key), base_.get(change.key)).first;
    bytes_ += weight(made->first, made->second);
  }
}

// A commit may be under way: what it changes is in past_, whether it is seen in the base or not.
bool pinned_state::read_on(pairs& to) const {
  const std::lock_guard lock(mutex_);
  if (cancelled_)
    throw storage_error(storage_errc::full, "the state is not read on, for it is replaced");
  to.clear();
  std::size_t bytes = 0;
  bool ended = true;
  base_.scan(position_.empty() ? std::string() : position_ + '\0', {}, scan_order::ascending,
             [&](std::string_view key, std::string_view value) {
               if (to.size() >= pairs_at_once || bytes >= bytes_at_once) {
                 ended = false;
                 return false;
               }
               bytes += key.size() + value.size();
               to.emplace_hint(to.end(), key, value);
               return true;
             });
  // `to` holds something unless it is the end.
  const auto last = ended ? std::string() : to.rbegin()->first;
  const auto past_end = ended ? past_.end() : past_.upper_bound(last);
  for (auto at = past_.begin(); at != past_end; ++at) {
    // What a commit changed since is put back; what it added is left out.
    if (at->second)
      to.insert_or_assign(at->first, *at->second);
    else
      to.erase(at->first);
    bytes_ -= weight(at->first, at->second);
  }
  past_.erase(past_.begin(), past_end);
  // After the end nothing is to be kept any more: no key is greater.
  position_ = ended ? std::string(max_key_size + 1, '\xff') : last;
  return !ended;
}

void pinned_state::scan(std::string_view lower, std::string_view upper, scan_order order,
                        const pair_visitor& visit) const {
  if (!lower.empty() || !upper.empty() || order != scan_order::ascending)
    throw std::logic_error("a pinned state is read as a whole");
  pairs batch;
  for (bool more = true; more;) {
    more = read_on(batch);
    for (const auto& [key, value] : batch)
      if (!visit(key, value)) return;
  }
}

std::optional<std::string> pinned_state::get(std::string_view) const {
  throw std::logic_error("a pinned state is read as a whole");
}

void pinned_state::commit(std::span<const change_view>, applied_point) {
  throw std::logic_error("a pinned state does not change");
}

}  // namespace lithair::persistence
