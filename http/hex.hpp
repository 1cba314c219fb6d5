#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lithair::http {

/// A number as 16 hex digits, as cluster ids and checksums are shown everywhere: readers of JSON
/// would round such numbers. Lower case, zeroes in front.
std::string hex_text(std::uint64_t number);
/// None for anything but 16 hex digits. Either case.
std::optional<std::uint64_t> parse_hex(std::string_view text);

}  // namespace lithair::http
