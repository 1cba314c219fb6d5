#include "actors/links/basp_wire.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace lithair::actors {

namespace {

// What an error may carry: by CAF's names, how many bytes each takes; 0: a text.
constexpr std::array<std::pair<std::string_view, std::size_t>, 11> plain_types{{{"@str", 0},
                                                                                {"@atom", 8},
                                                                                {"bool", 1},
                                                                                {"@i8", 1},
                                                                                {"@i16", 2},
                                                                                {"@i32", 4},
                                                                                {"@i64", 8},
                                                                                {"@u8", 1},
                                                                                {"@u16", 2},
                                                                                {"@u32", 4},
                                                                                {"@u64", 8}}};

void skip_plain(std::string_view type, wire_reader& from) {
  const auto* found =
      std::ranges::find(plain_types, type, &decltype(plain_types)::value_type::first);
  if (found == plain_types.end()) return from.fail();
  if (found->second == 0)
    from.text();
  else
    from.number(found->second);
}

}  // namespace

basp_header read_basp_header(std::string_view bytes) {
  wire_reader from{bytes.substr(0, basp_header::size)};
  basp_header result;
  result.operation = static_cast<std::uint8_t>(from.number(1));
  result.padding_1 = static_cast<std::uint8_t>(from.number(1));
  result.padding_2 = static_cast<std::uint8_t>(from.number(1));
  result.flags = static_cast<std::uint8_t>(from.number(1));
  result.payload = static_cast<std::uint32_t>(from.number(4));
  result.data = from.number(8);
  result.source = from.number(8);
  result.dest = from.number(8);
  return result;
}

std::string_view wire_reader::bytes(std::uint64_t count) {
  if (failed_ || count > left_.size()) {
    failed_ = true;
    return {};
  }
  const auto result = left_.substr(0, count);
  left_.remove_prefix(count);
  return result;
}

std::uint64_t wire_reader::number(std::size_t width) {
  std::uint64_t result = 0;
  for (const char each : bytes(width)) result = result << 8 | static_cast<std::uint8_t>(each);
  return result;
}

// Five bytes are 35 bits, of which CAF keeps 32.
std::uint64_t wire_reader::length() {
  std::uint64_t result = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    const auto low = number(1);
    result |= (low & 0x7f) << shift;
    if ((low & 0x80) == 0) {
      if (result > 0xffffffff) fail();
      return result;
    }
  }
  fail();
  return 0;
}

std::string_view wire_reader::text() { return bytes(length()); }

// CAF has nodes named by URIs, too, which nothing here makes.
std::string_view wire_reader::node() {
  const auto all = left_;
  const auto kind = number(8);
  if (kind == no_node_atom) return {};
  const auto process = number(4);
  const auto host = bytes(20);
  if (kind != default_node_atom || process == 0 ||
      std::ranges::all_of(host, [](char c) { return c == 0; }))
    fail();
  return ok() ? all.substr(0, node_bytes) : std::string_view{};
}

void skip_basp_error(wire_reader& from) {
  from.number(1);
  from.number(8);
  if (from.number(2) != 0) return from.fail();
  auto types = from.text();
  if (!types.starts_with("@<>")) return from.fail();
  types.remove_prefix(3);
  while (!types.empty() && from.ok()) {
    if (types.front() != '+') return from.fail();
    types.remove_prefix(1);
    const auto end = std::min(types.find('+'), types.size());
    skip_plain(types.substr(0, end), from);
    types.remove_prefix(end);
  }
}

}  // namespace lithair::actors
