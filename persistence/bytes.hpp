#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

/// Numbers as bytes, big-endian everywhere: so keys sort as their numbers do.
namespace lithair::persistence {

/// Between the machine's byte order and big-endian, either way.
inline constexpr std::uint64_t swapped(std::uint64_t number) {
  return std::endian::native == std::endian::big ? number : __builtin_bswap64(number);
}

/// Writes 8 bytes at `to`, which need not be aligned, and returns what follows them.
inline char* store_u64(char* to, std::uint64_t number) {
  const auto big = swapped(number);
  std::memcpy(to, &big, sizeof big);
  return to + sizeof big;
}

/// Reads 8 bytes; the caller knows that they are there.
inline std::uint64_t load_u64(const char* from) {
  std::uint64_t big = 0;
  std::memcpy(&big, from, sizeof big);
  return swapped(big);
}

/// Writes 4 bytes at `to` and returns what follows them.
inline char* store_u32(char* to, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) *to++ = static_cast<char>(number >> shift);
  return to;
}

/// Reads 4 bytes; the caller knows that they are there.
inline std::uint32_t load_u32(const char* from) {
  std::uint32_t x = 0;
  for (int i = 0; i < 4; ++i) x = x << 8 | static_cast<unsigned char>(from[i]);
  return x;
}

/// Writes numbers and byte strings one after the other.
class byte_writer {
 public:
  /// Appends one byte; the others append so many bits, big-endian.
  byte_writer& u8(std::uint8_t number) {
    out_.push_back(static_cast<char>(number));
    return *this;
  }
  byte_writer& u16(std::uint16_t number) {
    return u8(static_cast<std::uint8_t>(number >> 8)).u8(static_cast<std::uint8_t>(number));
  }
  byte_writer& u32(std::uint32_t number) {
    return u16(static_cast<std::uint16_t>(number >> 16)).u16(static_cast<std::uint16_t>(number));
  }
  byte_writer& u64(std::uint64_t number) {
    char raw[8];
    store_u64(raw, number);
    out_.append(raw, sizeof raw);
    return *this;
  }
  /// The bytes alone: the reader must know how many they are.
  byte_writer& raw(std::string_view bytes) {
    out_.append(bytes);
    return *this;
  }
  /// Its length as 32 bits, then the bytes, which are fewer than 4 GiB.
  byte_writer& text(std::string_view bytes) {
    return u32(static_cast<std::uint32_t>(bytes.size())).raw(bytes);
  }

  /// All that was written so far; may be moved from or cleared, and written on to.
  std::string& bytes() { return out_; }
  const std::string& bytes() const { return out_; }

 private:
  std::string out_;
};

/// Reads what `byte_writer` wrote. Reading past the end gives zeroes and `ok()` false for good, so
/// a caller checks once, at the end.
class byte_reader {
 public:
  /// `bytes` must outlive this object and whatever it returns as a view.
  explicit byte_reader(std::string_view bytes) : rest_(bytes) {}

  /// Takes a number of so many bits off the front.
  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }
  /// Takes so many bytes off the front, in place.
  std::string_view raw(std::size_t size) {
    if (size > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  /// Takes what `byte_writer::text` wrote.
  std::string_view text() { return raw(u32()); }
  /// What was not read yet.
  std::string_view rest() const { return rest_; }

  /// Whether all that was asked for was there.
  bool ok() const { return ok_; }
  /// Whether everything was read and nothing is left.
  bool complete() const { return ok_ && rest_.empty(); }

 private:
  /// A number of so many bytes, 8 at most.
  std::uint64_t number(std::size_t size) {
    std::uint64_t x = 0;
    for (const char c : raw(size)) x = x << 8 | static_cast<unsigned char>(c);
    return x;
  }

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace lithair::persistence
