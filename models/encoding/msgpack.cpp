#include "models/encoding/msgpack.hpp"

#include <array>
#include <bit>
#include <cstring>
#include <limits>

namespace lithair::models::msgpack {

namespace {

/// The machine's order of bytes turned into the network's, and back.
std::uint64_t big_endian(std::uint64_t number) {
  return std::endian::native == std::endian::big ? number : __builtin_bswap64(number);
}

void put(std::string& out, std::uint8_t tag, std::uint64_t number, std::size_t bytes) {
  // Appended at once: there are many of them in a record.
  std::array<char, 9> all{static_cast<char>(tag)};
  const auto in_order = big_endian(number);
  std::memcpy(&all[1], reinterpret_cast<const char*>(&in_order) + (8 - bytes), bytes);
  out.append(all.data(), bytes + 1);
}

/// The shortest of the 8, 16 and 32 bit forms, whose tags follow each other.
void put_sized(std::string& out, std::uint8_t tag, std::uint64_t number) {
  if (number <= 0xff) {
    put(out, tag, number, 1);
  } else if (number <= 0xffff) {
    put(out, static_cast<std::uint8_t>(tag + 1), number, 2);
  } else {
    put(out, static_cast<std::uint8_t>(tag + 2), number, 4);
  }
}

/// Arrays and maps know no form of 8 bits; fewer than 16 go into the tag.
void put_count(std::string& out, std::uint8_t fixed, std::uint8_t tag, std::size_t count) {
  if (count < 16) {
    out += static_cast<char>(fixed | count);
  } else if (count <= 0xffff) {
    put(out, tag, count, 2);
  } else {
    put(out, static_cast<std::uint8_t>(tag + 1), count, 4);
  }
}

}  // namespace

void write_nil(std::string& out) { out += '\xc0'; }

void write_bool(std::string& out, bool flag) { out += flag ? '\xc3' : '\xc2'; }

void write_unsigned(std::string& out, std::uint64_t number) {
  if (number < 0x80) {
    out += static_cast<char>(number);
  } else if (number > 0xffffffff) {
    // 64 bits have a tag of their own, which does not follow the others.
    put(out, 0xcf, number, 8);
  } else {
    put_sized(out, 0xcc, number);
  }
}

void write_signed(std::string& out, std::int64_t number) {
  const auto bits = static_cast<std::uint64_t>(number);
  if (number >= 0) {
    // Not negative: the unsigned forms, so that one number has one spelling.
    write_unsigned(out, bits);
  } else if (number >= -32) {
    out += static_cast<char>(number);
  } else if (number >= std::numeric_limits<std::int8_t>::min()) {
    put(out, 0xd0, bits, 1);
  } else if (number >= std::numeric_limits<std::int16_t>::min()) {
    put(out, 0xd1, bits, 2);
  } else if (number >= std::numeric_limits<std::int32_t>::min()) {
    put(out, 0xd2, bits, 4);
  } else {
    put(out, 0xd3, bits, 8);
  }
}

void write_double(std::string& out, double number) {
  put(out, 0xcb, std::bit_cast<std::uint64_t>(number), 8);
}

void write_string(std::string& out, std::string_view text) {
  // Up to 31 bytes the length is in the tag.
  if (text.size() < 32) {
    out += static_cast<char>(0xa0 | text.size());
  } else {
    put_sized(out, 0xd9, text.size());
  }
  out += text;
}

void write_binary(std::string& out, std::string_view text) {
  put_sized(out, 0xc4, text.size());
  out += text;
}

void write_array(std::string& out, std::size_t count) { put_count(out, 0x90, 0xdc, count); }

void write_map(std::string& out, std::size_t count) { put_count(out, 0x80, 0xde, count); }

reader::head reader::peek() const {
  if (!good_ || rest_.empty()) {
    return {};
  }
  const auto tag = static_cast<std::uint8_t>(rest_.front());
  const auto with = [this](kind what, std::size_t size) {
    // The head is whole, or it is invalid: a cut value never reads as a shorter one.
    if (rest_.size() < size + 1) {
      return head{};
    }
    std::uint64_t in_order = 0;
    std::memcpy(reinterpret_cast<char*>(&in_order) + (8 - size), rest_.data() + 1, size);
    return head{what, big_endian(in_order), size + 1};
  };
  // A negative integer's sign is carried from its own width to 64 bits.
  const auto extended = [&with](int bits) {
    head x = with(kind::negative, static_cast<std::size_t>(bits) / 8);
    x.number = static_cast<std::uint64_t>(static_cast<std::int64_t>(x.number << (64 - bits)) >>
                                          (64 - bits));
    // A number that is not negative has no signed form here: it would be a second spelling.
    return x.what == kind::negative && static_cast<std::int64_t>(x.number) >= 0 ? head{} : x;
  };
  if (tag < 0x80) {
    return {kind::positive, tag, 1};
  }
  if (tag < 0xc0) {
    const bool text = tag >= 0xa0;
    return {text ? kind::string : (tag >= 0x90 ? kind::array : kind::map),
            static_cast<std::uint64_t>(tag & (text ? 0x1f : 0x0f)), 1};
  }
  if (tag >= 0xe0) {
    return {kind::negative, static_cast<std::uint64_t>(static_cast<std::int8_t>(tag)), 1};
  }
  switch (tag) {
    case 0xc0:
      return {kind::nil, 0, 1};
    case 0xc2:
    case 0xc3:
      return {kind::boolean, static_cast<std::uint64_t>(tag & 1), 1};
    case 0xc4:
    case 0xc5:
    case 0xc6:
      return with(kind::binary, std::size_t{1} << (tag - 0xc4));
    case 0xcb:
      return with(kind::number, 8);
    case 0xcc:
    case 0xcd:
    case 0xce:
    case 0xcf:
      return with(kind::positive, std::size_t{1} << (tag - 0xcc));
    case 0xd0:
    case 0xd1:
    case 0xd2:
    case 0xd3:
      return extended(8 << (tag - 0xd0));
    case 0xd9:
    case 0xda:
    case 0xdb:
      return with(kind::string, std::size_t{1} << (tag - 0xd9));
    case 0xdc:
    case 0xdd:
      return with(kind::array, std::size_t{2} << (tag - 0xdc));
    case 0xde:
    case 0xdf:
      return with(kind::map, std::size_t{2} << (tag - 0xde));
    // c1 is never used; extensions and float 32 are not written here.
    default:
      return {};
  }
}

void reader::fail() {
  good_ = false;
  // Nothing is left, so loops over the rest end.
  rest_ = {};
}

reader::head reader::take(kind wanted) {
  const head x = peek();
  if (x.what != wanted) {
    fail();
    return {};
  }
  rest_.remove_prefix(x.bytes);
  return x;
}

std::string_view reader::take_bytes(std::uint64_t size) {
  if (size > rest_.size()) {
    fail();
    return {};
  }
  const auto made = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return made;
}

kind reader::next() const { return peek().what; }

bool reader::take_nil() {
  if (next() != kind::nil) {
    return false;
  }
  rest_.remove_prefix(1);
  return true;
}

bool reader::read_bool() { return take(kind::boolean).number != 0; }

std::uint64_t reader::read_unsigned() { return take(kind::positive).number; }

std::int64_t reader::read_signed() {
  if (next() == kind::negative) {
    return static_cast<std::int64_t>(take(kind::negative).number);
  }
  const std::uint64_t x = take(kind::positive).number;
  if (x > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    fail();
    return 0;
  }
  return static_cast<std::int64_t>(x);
}

double reader::read_double() { return std::bit_cast<double>(take(kind::number).number); }

std::string_view reader::read_string() { return take_bytes(take(kind::string).number); }

std::string_view reader::read_binary() { return take_bytes(take(kind::binary).number); }

std::size_t reader::read_array() {
  // Each element has a byte at least: so a broken head can't ask for much memory.
  const std::uint64_t count = take(kind::array).number;
  if (count > rest_.size()) {
    fail();
    return 0;
  }
  return count;
}

std::size_t reader::read_map() {
  const std::uint64_t count = take(kind::map).number;
  if (count > rest_.size() / 2) {
    fail();
    return 0;
  }
  return count;
}

namespace {

/// Passes over a value of one byte, when there is one: quick, as lists may have a million of them.
bool pass_short(std::string_view& rest) {
  const auto tag = static_cast<std::uint8_t>(rest.empty() ? '\xc1' : rest.front());
  const bool is_short = tag < 0x80 || tag >= 0xe0 || tag == 0xc0 || tag == 0xc2 || tag == 0xc3;
  rest.remove_prefix(is_short ? 1 : 0);
  return is_short;
}

}  // namespace

std::string_view reader::read_any() {
  const std::string_view before = rest_;
  // Values still to pass; containers add theirs, so depth costs no stack.
  std::uint64_t open = 1;
  while (good_ && open > 0) {
    --open;
    if (pass_short(rest_)) {
      continue;
    }
    const head x = peek();
    rest_.remove_prefix(x.bytes);
    if (x.what == kind::invalid) {
      fail();
    } else if (x.what == kind::string || x.what == kind::binary) {
      take_bytes(x.number);
    } else if (x.what == kind::array || x.what == kind::map) {
      open += x.number * (x.what == kind::map ? 2 : 1);
      // More values are announced than there are bytes.
      if (open > rest_.size()) {
        fail();
      }
    }
  }
  return good_ ? before.substr(0, before.size() - rest_.size()) : std::string_view{};
}

}  // namespace lithair::models::msgpack
