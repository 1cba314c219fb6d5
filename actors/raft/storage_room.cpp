#include "actors/raft/storage_room.hpp"

#include <utility>

#include <spdlog/fmt/fmt.h>

namespace lithair::actors {

namespace {

constexpr const char* unsettled = "too much waits to be made durable; it is taken in a moment";

double mebibytes(std::uint64_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

}  // namespace

std::uint64_t storage_room::settled(const use& now) const {
  return now.live + 2 * std::min(now.unsaved, checkpoint(limit_));
}

bool storage_room::measure(const use& now) {
  if (limit_ == 0) return false;
  const auto most = growing() - edge(limit_) - (full_ ? margin(limit_) : 0);
  const bool full = settled(now) > most;
  return full != std::exchange(full_, full);
}

std::string storage_room::why_not_grow(const use& now, std::uint64_t bytes) const {
  if (limit_ == 0) return {};
  if (full_) return advice(now);
  if (settled(now) + 2 * bytes > growing())
    return fmt::format("a write of {:.1f} MiB finds no room: {}", mebibytes(bytes), advice(now));
  return now.needs() + 2 * bytes > growing() ? unsettled : "";
}

std::string storage_room::why_not_shrink(const use& now) const {
  return limit_ != 0 && now.needs() > limit_ - floor(limit_) ? unsettled : "";
}

std::string storage_room::advice(const use& now) const {
  return fmt::format(
      "the data takes {:.1f} MiB of the {:.1f} MiB that --map-size allows, and the rest is kept "
      "for removing: delete items, or restart this node with a larger --map-size",
      mebibytes(now.live + now.unsaved), mebibytes(limit_));
}

}  // namespace lithair::actors
