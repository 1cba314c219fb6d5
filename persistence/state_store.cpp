#include "persistence/state_store.hpp"

#include <stdexcept>

#include "persistence/checksum.hpp"

namespace lithair::persistence {

std::uint64_t state_source::count(std::string_view lower, std::string_view upper,
                                  std::uint64_t most, std::string& last) const {
  std::uint64_t counted = 0;
  bool more = false;
  last.clear();
  scan(lower, upper, scan_order::ascending, [&](std::string_view key, std::string_view) {
    // One pair more than is asked for is looked at: only so is it known that there are more.
    more = counted == most;
    if (more) return false;
    if (++counted == most) last = key;
    return true;
  });
  if (!more) last.clear();
  return counted;
}

std::uint64_t pair_digest(std::string_view key, std::string_view value) {
  return checksum_of(key, value);
}

void check_key(std::string_view key) {
  if (key == std::string_view("\0", 1)) throw std::logic_error("a key of the state is not \"\\0\"");
  if (key.empty() || key.size() > max_key_size)
    throw std::logic_error("a key of the state has 1 to " + std::to_string(max_key_size) +
                           " bytes, not " + std::to_string(key.size()));
}

}  // namespace lithair::persistence
