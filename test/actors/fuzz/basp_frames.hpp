#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "actors/links/basp_wire.hpp"
#include "actors/links/message_shape.hpp"
#include "test/actors/fuzz/recorded_conversation.hpp"

/// Frames of BASP by what they say, also such as nobody should send.
namespace lithair::test::basp {

inline std::string number(std::uint64_t value, std::size_t width) {
  std::string result;
  for (auto left = width; left > 0; --left)
    result += static_cast<char>(value >> (8 * (left - 1)) & 0xff);
  return result;
}
inline std::string length(std::uint64_t value) {
  std::string result;
  for (; value > 0x7f; value >>= 7) result += static_cast<char>((value & 0x7f) | 0x80);
  return result + static_cast<char>(value);
}
inline std::string text(std::string_view bytes) {
  return length(bytes.size()) + std::string{bytes};
}
/// One of the nodes 0 to 255.
inline std::string node(int which) {
  return number(actors::default_node_atom, 8) + number(42, 4) + std::string(19, '\x11') +
         static_cast<char>(which);
}
inline std::string no_node() { return number(actors::no_node_atom, 8); }
inline std::string actor(std::uint64_t id, const std::string& at) { return number(id, 8) + at; }

struct head {
  int operation = 0;
  int flags = 0;
  std::uint64_t data = 0;
  std::uint64_t source = 0;
  std::uint64_t dest = 0;
};

/// A header that announces so many bytes.
inline std::string header(const head& x, std::uint64_t payload) {
  return number(static_cast<std::uint64_t>(x.operation), 1) + number(0, 2) +
         number(static_cast<std::uint64_t>(x.flags), 1) + number(payload, 4) + number(x.data, 8) +
         number(x.source, 8) + number(x.dest, 8);
}
inline std::string frame(const head& x, const std::string& payload) {
  return header(x, payload.size()) + payload;
}

inline std::string introduction(const std::string& at, std::uint64_t published,
                                const std::vector<std::string>& interface = {},
                                std::uint64_t version = 3) {
  auto payload =
      at + length(1) + text("generic-caf-app") + number(published, 8) + length(interface.size());
  for (const auto& each : interface) payload += text(each);
  return frame({.operation = 0, .data = version}, payload);
}
inline std::string choice(const std::string& at, int flags = 2) {
  return frame({.operation = 1, .flags = flags}, at);
}

inline constexpr std::uint64_t normal = std::uint64_t{1} << 60;
inline constexpr std::uint64_t answer = std::uint64_t{1} << 63;

inline std::string content(std::string_view types, const std::string& fields) {
  return number(0, 2) + text(types) + fields;
}
/// A message without stages. `id` 0: no request.
inline std::string message(std::uint64_t source, std::uint64_t dest, std::string_view types,
                           const std::string& fields, std::uint64_t id = 0) {
  return frame({.operation = 2, .data = normal | id, .source = source, .dest = dest},
               length(0) + content(types, fields));
}
inline std::string heartbeat() { return header({.operation = 6}, 0); }
inline std::string monitor(const std::string& from, const std::string& to, std::uint64_t dest) {
  return frame({.operation = 4, .dest = dest}, from + to);
}
inline std::string error(int code = 3) {
  return number(static_cast<std::uint64_t>(code), 1) + number(7, 8) + content("@<>", {});
}
inline std::string down(const std::string& from, const std::string& to, std::uint64_t source) {
  return frame({.operation = 5, .source = source}, from + to + error());
}

/// What may be said in these tests: a number, and text with a handle.
inline const std::vector<actors::message_shape>& shapes() {
  using enum actors::wire_field;
  static const std::vector<actors::message_shape> result{
      {"@<>+tell", {u16}},
      {"@<>+give", {text, handle}},
      // As recorded.
      {"@<>+lithair::actors::hello", {u32, u64, u64, u64, u64, u64, text, text, handle}},
      {"@<>+lithair::actors::welcome", {u64, u64, u64, text, text, text, handle}}};
  return result;
}
inline std::string tell(std::uint64_t source, std::uint64_t dest, std::uint64_t id = 0) {
  return message(source, dest, "@<>+tell", number(7, 2), id);
}
inline std::string give(std::uint64_t source, std::uint64_t dest, const std::string& handle) {
  return message(source, dest, "@<>+give", text("abc") + handle);
}

inline std::string from_hex(std::string_view digits) {
  std::string result;
  const auto value = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  for (std::size_t at = 0; at + 1 < digits.size(); at += 2)
    result += static_cast<char>(value(digits[at]) * 16 + value(digits[at + 1]));
  return result;
}

}  // namespace lithair::test::basp
