#include "models/state/keys.hpp"

#include <array>
#include <bit>

#include "models/encoding/sha256.hpp"
#include "models/encoding/utf8.hpp"
#include "models/schema/rules.hpp"
#include "models/schema/text_codec.hpp"

namespace lithair::models {

namespace {

constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;
/// Text of up to this many bytes is in keys as it is. With the digest of longer text, two groups
/// and a value fit 511 bytes. A part of the disk format.
constexpr std::size_t bounded_text = 64;

/// Signed numbers sort as unsigned ones once the sign is turned over.
std::uint64_t sortable_bits(std::int64_t number) {
  return static_cast<std::uint64_t>(number) ^ sign_bit;
}

/// IEEE 754 numbers sort as sign and magnitude: turn the sign over, and all bits of negative ones.
/// The two zeroes are one.
std::uint64_t sortable_bits(double number) {
  // -0.0 and 0.0 are equal values and so must be equal bytes.
  const auto bits = std::bit_cast<std::uint64_t>(number == 0 ? 0.0 : number);
  return (bits & sign_bit) != 0 ? ~bits : bits | sign_bit;
}

/// NUL becomes NUL FF, and NUL `end` closes the text, so no text is the beginning of another.
void append_closed(std::string& out, std::string_view text, char end) {
  // Mostly there is none, and the text is appended at once.
  for (auto nul = text.find('\0'); nul != std::string_view::npos; nul = text.find('\0')) {
    out.append(text, 0, nul + 1) += '\xff';
    text.remove_prefix(nul + 1);
  }
  out += text;
  const char close[] = {'\0', end};
  out.append(close, sizeof close);
}

struct sortable_writer {
  std::string& out;

  // Nothing: who writes an absent value puts a mark before it.
  void operator()(std::monostate) const {}
  void operator()(bool flag) const { out += flag ? '\1' : '\0'; }
  void operator()(std::int64_t number) const { append_big_endian(out, sortable_bits(number)); }
  void operator()(double number) const { append_big_endian(out, sortable_bits(number)); }
  // 00 01 sorts before 00 FF: so "a" comes before "a" with a NUL behind it.
  void operator()(const std::string& text) const { append_closed(out, text, '\1'); }
  void operator()(const blob& value) const { append_closed(out, value.data, '\1'); }
  void operator()(const json_text& value) const { append_closed(out, value.text, '\1'); }
  void operator()(const packed_list& value) const { append_closed(out, value.array, '\1'); }
  void operator()(const uuid& id) const { out += id.view(); }
  void operator()(timestamp time) const { append_big_endian(out, sortable_bits(time.us)); }
  void operator()(const money& amount) const {
    const wide_integer nanos = in_nanos(amount);
    // The high half carries the sign, the low half is unsigned.
    append_big_endian(out, sortable_bits(static_cast<std::int64_t>(nanos >> 64)));
    append_big_endian(out, static_cast<std::uint64_t>(nanos));
  }
};

/// What all keys of a collection's pairs of one kind begin with.
std::string prefix(char kind, const collection& c) {
  std::string made(1, kind);
  append_big_endian(made, c.id);
  return made;
}

std::optional<value> fixed_key(value_type type, std::string_view key) {
  const std::uint64_t bits = read_big_endian(key) ^ sign_bit;
  return type == value_type::timestamp ? value{timestamp{static_cast<std::int64_t>(bits)}}
                                       : value{static_cast<std::int64_t>(bits)};
}

}  // namespace

void append_big_endian(std::string& out, std::uint64_t number) {
  std::array<char, 8> bytes;
  for (auto at = bytes.rbegin(); at != bytes.rend(); ++at, number >>= 8) {
    *at = static_cast<char>(number);
  }
  out.append(bytes.data(), bytes.size());
}

void append_big_endian(std::string& out, std::uint32_t number) {
  std::array<char, 4> bytes;
  for (auto at = bytes.rbegin(); at != bytes.rend(); ++at, number >>= 8) {
    *at = static_cast<char>(number);
  }
  out.append(bytes.data(), bytes.size());
}

std::uint64_t read_big_endian(std::string_view bytes) {
  std::uint64_t made = 0;
  // Fewer bytes make a smaller number; `backfill` reads ids of 4 bytes so.
  for (const char c : bytes.substr(0, 8)) {
    made = (made << 8) | static_cast<std::uint8_t>(c);
  }
  return made;
}

void append_sortable(std::string& out, const value& v) { std::visit(sortable_writer{out}, v); }

void append_bounded(std::string& out, const value& v) {
  const auto* text = std::get_if<std::string>(&v);
  const auto* data = std::get_if<blob>(&v);
  const std::string_view whole = text != nullptr   ? std::string_view(*text)
                                 : data != nullptr ? std::string_view(data->data)
                                                   : std::string_view{};
  // Values of fixed size have no text and come out here too.
  if (whole.size() <= bounded_text) {
    return append_sortable(out, v);
  }
  // 02 instead of 01: no whole text has these bytes.
  append_closed(out, whole.substr(0, bounded_text), '\2');
  out += sha256(whole);
}

std::string to_key(const value& v) {
  // A key of text ends its pair, so nothing needs to close it.
  if (const auto* text = std::get_if<std::string>(&v)) {
    return *text;
  }
  std::string made;
  append_sortable(made, v);
  return made;
}

std::optional<value> from_key(const field& key_field, std::string_view key) {
  switch (key_field.type) {
    case value_type::uuid:
      if (const auto id = uuid_from_bytes(key)) {
        return value{*id};
      }
      return std::nullopt;
    case value_type::integer:
    case value_type::timestamp:
      return key.size() == 8 ? fixed_key(key_field.type, key) : std::nullopt;
    default:
      // Whatever the bytes are: keys were checked before they were stored.
      return value{std::string(key)};
  }
}

std::optional<std::string> parse_key(const collection& c, std::string_view text) {
  const auto x = parse_text(c.key(), text);
  std::vector<field_error> errors;
  if (x) {
    check_key(c.key(), *x, errors);
  }
  return x && errors.empty() ? std::optional(to_key(*x)) : std::nullopt;
}

std::string record_key(const collection& c, std::string_view key) {
  std::string made = prefix('r', c);
  made += key;
  return made;
}

/// The smallest key that does not begin with `lower`: the last byte that can be raised is, and FFs
/// behind it go.
key_range until_its_end(std::string lower) {
  std::string upper = lower;
  while (!upper.empty() && upper.back() == '\xff') {
    upper.pop_back();
  }
  // A prefix of this room begins with a letter, so something is left.
  upper.back() = static_cast<char>(upper.back() + 1);
  return {std::move(lower), std::move(upper)};
}

key_range all_records(const collection& c) { return until_its_end(prefix('r', c)); }

const collection* collection_of_record_key(const schema& s, std::string_view pair_key) {
  if (pair_key.size() < 5 || pair_key.front() != 'r') {
    return nullptr;
  }
  std::uint32_t id = 0;
  for (const char c : pair_key.substr(1, 4)) {
    id = id << 8 | static_cast<std::uint8_t>(c);
  }
  return s.find(id);
}

std::string_view key_in_record_key(std::string_view pair_key) { return pair_key.substr(5); }

std::string unique_key(const collection& c, const field& f, const value& v) {
  std::string made = prefix('u', c);
  append_big_endian(made, f.id);
  append_bounded(made, v);
  return made;
}

void append_sortable_key(std::string& out, const collection& c, std::string_view key) {
  // Here something follows, and no text may be the beginning of another.
  if (c.key().type == value_type::string || c.key().type == value_type::enumeration) {
    append_closed(out, key, '\1');
  } else {
    out += key;
  }
}

std::string index_key(const collection& c, const field& f, const value& v, std::string_view key) {
  std::string made = entries_of(c, f, v).lower;
  append_sortable_key(made, c, key);
  return made;
}

key_range all_entries(const collection& c, const field& f) {
  std::string lower = prefix('i', c);
  append_big_endian(lower, f.id);
  return until_its_end(std::move(lower));
}

key_range entries_of(const collection& c, const field& f, const value& v) {
  std::string lower = prefix('i', c);
  append_big_endian(lower, f.id);
  append_bounded(lower, v);
  return until_its_end(std::move(lower));
}

std::string_view position_in_index_key(std::string_view pair_key) { return pair_key.substr(9); }

std::string counter_key(const collection& c) { return prefix('n', c); }

}  // namespace lithair::models
