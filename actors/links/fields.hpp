#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

/// How payloads of frames are written and read: numbers little-endian, texts behind their length
/// (u32), one after the other. Pure.
namespace lithair::actors {

class field_writer {
 public:
  template <class Number>
  field_writer& number(Number value) {
    static_assert(std::is_integral_v<Number>);
    char raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    add({raw, sizeof value});
    return *this;
  }
  field_writer& text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    add(value);
    return *this;
  }
  /// Without a length: the last field.
  field_writer& rest(std::string_view value) {
    add(value);
    return *this;
  }
  std::string take() { return std::move(out_); }

 private:
  // g++ 12, seeing through all of it, takes long texts for short ones, and warns.
  [[gnu::noinline]] void add(std::string_view bytes) { out_.append(bytes); }

  std::string out_;
};

/// Never reads past the end: then it fails, and what it gives is 0 or empty.
class field_reader {
 public:
  explicit field_reader(std::string_view bytes) : rest_(bytes) {}

  template <class Number>
  Number number() {
    static_assert(std::is_integral_v<Number>);
    Number value{};
    if (const auto raw = take(sizeof value); !raw.empty())
      std::memcpy(&value, raw.data(), sizeof value);
    return value;
  }
  bool flag() { return number<std::uint8_t>() != 0; }
  std::string_view text() { return take(number<std::uint32_t>()); }
  /// All that is left.
  std::string_view rest() { return take(rest_.size()); }
  /// Whether all that was asked for was there.
  bool sound() const { return sound_; }

 private:
  std::string_view take(std::size_t size) {
    sound_ = sound_ && size <= rest_.size();
    if (!sound_) return {};
    const auto result = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return result;
  }

  std::string_view rest_;
  bool sound_ = true;
};

}  // namespace lithair::actors
