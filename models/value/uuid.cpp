#include "models/value/uuid.hpp"

#include <algorithm>
#include <array>

namespace lithair::models {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

constexpr bool dash_before(std::size_t byte) {
  return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

void put_big_endian(std::uint64_t number, std::uint8_t* to) {
  for (int i = 7; i >= 0; --i) {
    to[i] = static_cast<std::uint8_t>(number);
    number >>= 8;
  }
}

}  // namespace

void append_text(std::string& out, const uuid& id) {
  std::array<char, 36> text;
  auto at = text.begin();
  for (std::size_t i = 0; i < 16; ++i) {
    if (dash_before(i)) {
      *at++ = '-';
    }
    *at++ = hex_digits[id.bytes[i] >> 4];
    *at++ = hex_digits[id.bytes[i] & 15];
  }
  out.append(text.data(), text.size());
}

std::string to_string(const uuid& id) {
  std::string out;
  append_text(out, id);
  return out;
}

std::optional<uuid> parse_uuid(std::string_view text) {
  if (text.size() != 36) {
    return std::nullopt;
  }
  uuid made;
  std::size_t at = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    if (dash_before(i) && text[at++] != '-') {
      return std::nullopt;
    }
    const int high = hex_value(text[at]);
    const int low = hex_value(text[at + 1]);
    if (high < 0 || low < 0) {
      return std::nullopt;
    }
    made.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
    at += 2;
  }
  return made;
}

std::optional<uuid> uuid_from_bytes(std::string_view bytes) {
  uuid made;
  if (bytes.size() != made.bytes.size()) {
    return std::nullopt;
  }
  std::ranges::transform(bytes, made.bytes.begin(),
                         [](char c) { return static_cast<std::uint8_t>(c); });
  return made;
}

uuid make_uuid_v7(std::int64_t time_us, std::uint64_t random_high, std::uint64_t random_low) {
  const auto milliseconds = static_cast<std::uint64_t>(time_us / 1000);
  uuid made;
  // 48 bits of time, the version, 12 bits of chance.
  put_big_endian((milliseconds << 16) | 0x7000 | (random_high & 0x0fff), made.bytes.data());
  // The variant "10", 62 bits of chance.
  put_big_endian((random_low >> 2) | 0x8000000000000000, made.bytes.data() + 8);
  return made;
}

}  // namespace lithair::models
