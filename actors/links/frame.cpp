#include "actors/links/frame.hpp"

#include <cstring>

namespace lithair::actors {

// As it lies: all machines that this runs on are little-endian.
std::array<char, frame_head::bytes> encode(const frame_head& head) {
  std::array<char, frame_head::bytes> raw{};
  std::memcpy(raw.data(), &head.size, 4);
  raw[4] = static_cast<char>(head.rank);
  raw[5] = static_cast<char>(head.kind);
  raw[6] = static_cast<char>(head.flags);
  std::memcpy(raw.data() + 8, &head.group, 8);
  return raw;
}

frame_head decode_head(std::string_view bytes) {
  frame_head head;
  std::memcpy(&head.size, bytes.data(), 4);
  head.rank = static_cast<frame_class>(bytes[4]);
  head.kind = static_cast<frame_kind>(bytes[5]);
  head.flags = static_cast<std::uint8_t>(bytes[6]);
  std::memcpy(&head.group, bytes.data() + 8, 8);
  return head;
}

std::string encode(frame_head head, std::string_view payload) {
  head.size = static_cast<std::uint32_t>(payload.size());
  const auto raw = encode(head);
  std::string whole{raw.data(), raw.size()};
  return whole.append(payload);
}

}  // namespace lithair::actors
