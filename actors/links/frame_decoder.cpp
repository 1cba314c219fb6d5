#include "actors/links/frame_decoder.hpp"

#include <algorithm>
#include <utility>

#include <spdlog/fmt/fmt.h>

namespace lithair::actors {

namespace {

// Made room for at once, so that short frames are one allocation.
constexpr std::size_t first_room = 16 << 10;

std::string why_not(const frame_head& head, std::size_t most) {
  if (head.size > most)
    return fmt::format("it announces a frame of {} bytes, and {} is the most", head.size, most);
  if (static_cast<std::size_t>(head.rank) >= frame_classes) return "its frames are of no class";
  if ((head.flags & frame_compressed) != 0) return "it compresses, which this node can't read";
  return {};
}

}  // namespace

std::optional<frame> frame_decoder::next(std::string_view& bytes) {
  if (!failed_.empty()) bytes = {};
  if (!failed_.empty() || !take_head(bytes)) return std::nullopt;
  const auto part = std::min<std::size_t>(coming_.size - payload_.size(), bytes.size());
  payload_.append(bytes.substr(0, part));
  bytes.remove_prefix(part);
  if (payload_.size() < coming_.size) return std::nullopt;
  head_.clear();
  return frame{coming_, std::exchange(payload_, {})};
}

// Whether there is one.
bool frame_decoder::take_head(std::string_view& bytes) {
  if (head_.size() == frame_head::bytes) return true;
  const auto part = std::min(frame_head::bytes - head_.size(), bytes.size());
  head_.append(bytes.substr(0, part));
  bytes.remove_prefix(part);
  if (head_.size() < frame_head::bytes) return false;
  coming_ = decode_head(head_);
  failed_ = why_not(coming_, most_);
  if (!failed_.empty()) {
    bytes = {};
    return false;
  }
  payload_.reserve(std::min<std::size_t>(coming_.size, first_room));
  return true;
}

}  // namespace lithair::actors
