#include "persistence/page_costs.hpp"

#include <algorithm>

namespace lithair::persistence {

namespace {

constexpr std::uint64_t page_size = 4096;
// A page may be half empty: new keys in the midst of others split it.
constexpr std::uint64_t pages_are_half_full = 2;

}  // namespace

std::uint64_t page_costs::of(const change_view& change) {
  std::uint64_t bytes = change.key.size() + (change.value ? change.value->size() : 0);
  bool is_beside = begun_ && (!has_next_ || change.key <= map_.key());
  if (!is_beside) has_next_ = map_.seek(change.key);
  begun_ = true;
  if (has_next_ && map_.key() == change.key) {
    bytes = std::max<std::uint64_t>(bytes, map_.key().size() + map_.value().size());
    has_next_ = map_.next();
  }
  return (is_beside ? 0 : page_size) + pages_are_half_full * bytes;
}

}  // namespace lithair::persistence
