#include "persistence/state_records.hpp"

#include <cstring>

#include "persistence/bytes.hpp"
#include "persistence/checksum.hpp"
#include "persistence/log_records.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::persistence {

namespace {

constexpr std::uint8_t applied_format = 1;
constexpr std::size_t checksum_size = 8;
constexpr std::size_t longest_printed = 80;

[[noreturn]] void throw_damaged(const std::string& place, const char* why) {
  throw storage_error(storage_errc::damaged, place + ": " + why);
}

}  // namespace

std::string printable(std::string_view key) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const char c : key.substr(0, longest_printed)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '\\')
      out.push_back(c);
    else
      out.append({'\\', digits[byte >> 4], digits[byte & 15]});
  }
  return key.size() > longest_printed ? out + "..." : out;
}

std::size_t stored_size(std::string_view value) { return checksum_size + value.size(); }

void encode_value(char* to, std::string_view key, std::string_view value) {
  store_u64(to, pair_digest(key, value));
  if (!value.empty()) std::memcpy(to + checksum_size, value.data(), value.size());
}

std::string_view decode_value(std::string_view key, std::string_view stored) {
  const auto place = [&] { return "state at key \"" + printable(key) + '"'; };
  if (stored.size() < checksum_size) throw_damaged(place(), "the value is cut off");
  const auto value = stored.substr(checksum_size);
  // The checksum knows its key: a value that is under a wrong key does not match.
  if (load_u64(stored.data()) != pair_digest(key, value))
    throw_damaged(place(), "the checksum does not match");
  return value;
}

void check_state_record(std::string_view key, std::string_view stored) {
  if (key == applied_key)
    decode_applied(stored);
  else
    decode_value(key, stored);
}

std::string encode_applied(const applied_record& record) {
  const auto& point = record.point;
  byte_writer body;
  body.u8(applied_format).u64(record.commits).u64(point.index.value).u64(point.term.value);
  body.u64(point.digest).u64(point.pairs).text(encode_members(point.members)).text(point.extra);
  byte_writer out;
  out.u64(checksum_of(applied_key, body.bytes())).raw(body.bytes());
  return std::move(out.bytes());
}

applied_record decode_applied(std::string_view stored) {
  const std::string place = "applied point of the state";
  byte_reader from(stored);
  const auto sum = from.u64();
  // Before the format is believed, which may be a damaged byte itself.
  if (!from.ok() || sum != checksum_of(applied_key, from.rest()))
    throw_damaged(place, "the checksum does not match");
  if (from.u8() != applied_format)
    throw storage_error(storage_errc::bad_format, place + ": written by another version");
  applied_record out;
  auto& point = out.point;
  out.commits = from.u64();
  point.index = protocol::index_t{from.u64()};
  point.term = protocol::term_t{from.u64()};
  point.digest = from.u64();
  point.pairs = from.u64();
  auto members = decode_members(from.text());
  point.extra = from.text();
  if (!from.complete() || !members) throw_damaged(place, "the record does not make sense");
  point.members = std::move(*members);
  return out;
}

}  // namespace lithair::persistence
