#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lithair::models {

/// A universally unique identifier (RFC 9562), compared as 16 big-endian bytes.
struct uuid {
  std::array<std::uint8_t, 16> bytes{};  ///< in the order of the text

  constexpr auto operator<=>(const uuid&) const = default;
  /// The bytes, as records and keys have them; lies in the uuid.
  std::string_view view() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
};

/// The 36 characters, in lower case.
std::string to_string(const uuid& id);
/// The same, appended.
void append_text(std::string& out, const uuid& id);
/// Takes the 36-character form in either case and nothing else. No braces, no "urn:uuid:".
std::optional<uuid> parse_uuid(std::string_view text);
/// From exactly 16 bytes, as `stamp::new_uuid` gives them.
std::optional<uuid> uuid_from_bytes(std::string_view bytes);
/// A version 7 UUID (RFC 9562 §5.7): milliseconds since 1970, then 74 of the random bits. The low
/// 12 bits of `random_high` and the high 62 of `random_low`. Pure: who calls has the clock and the
/// chance.
uuid make_uuid_v7(std::int64_t time_us, std::uint64_t random_high, std::uint64_t random_low);

}  // namespace lithair::models
