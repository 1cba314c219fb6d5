#include "persistence/log_records.hpp"

#include <cstring>

#include "persistence/bytes.hpp"
#include "persistence/checksum.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::persistence {

namespace {

using protocol::group_id;
using protocol::index_t;
using protocol::node_id;
using protocol::term_t;

constexpr std::uint8_t record_format = 1;
constexpr std::size_t checksum_size = 8;
// Entries have a format of their own. In the first, which is only read, one checksum covers all of
// the record; now it covers the head, which has another one of the payload: so that a record can be
// told whole without its payload.
constexpr std::uint8_t entry_format = 2;
constexpr std::uint8_t known_flags = 0;
constexpr std::size_t first_entry_head_size = checksum_size + 1 + 1 + 8 + 8 + 8;
constexpr std::size_t entry_head_size =
    checksum_size + 1 + 1 + 1 + 8 + 8 + 8 + 8 + 8 + 4 + checksum_size;

/// For people: where in the log something is wrong.
std::string place_of(std::string_view key) {
  const auto parsed = parse_log_key(key);
  if (!parsed)
    return "the log has a key of " + std::to_string(key.size()) + " bytes that is none of its own";
  const auto group = "group " + std::to_string(parsed->group.value);
  switch (parsed->tag) {
    case log_tag::journal_mark:
      return "journal mark";
    case log_tag::hard_state:
      return "term and vote of " + group;
    case log_tag::snapshot_point:
      return "start of the log of " + group;
    case log_tag::configuration_mark:
      return "configuration mark " + std::to_string(parsed->index.value) + " of " + group;
    case log_tag::entry:
      break;
  }
  return "log entry " + std::to_string(parsed->index.value) + " of " + group;
}

[[noreturn]] void throw_damaged(std::string_view key, const char* why) {
  throw storage_error(storage_errc::damaged, place_of(key) + ": " + why);
}

std::uint8_t format_of(std::string_view key, std::string_view value) {
  if (value.size() < checksum_size + 1) throw_damaged(key, "the record is cut off");
  return static_cast<std::uint8_t>(value[checksum_size]);
}

/// What stands between the checksum and the record's end, after the format byte.
std::string_view checked_body(std::string_view key, std::string_view value) {
  const auto format = format_of(key, value);
  const auto body = value.substr(checksum_size);
  // The format is believed only then: it may be a damaged byte itself.
  if (load_u64(value.data()) != checksum_of(key, body))
    throw_damaged(key, "the checksum does not match");
  if (format != record_format)
    throw storage_error(storage_errc::bad_format, place_of(key) + ": written by another version");
  return body.substr(1);
}

/// A record of the first format: the checksum, the format, the fields.
std::string sealed(std::string_view key, std::string_view fields) {
  std::string body(1, static_cast<char>(record_format));
  body.append(fields);
  byte_writer out;
  out.u64(checksum_of(key, body)).raw(body);
  return std::move(out.bytes());
}

}  // namespace

log_key::log_key(log_tag tag, group_id group) : bytes_{}, size_(9) {
  bytes_[0] = static_cast<char>(tag);
  store_u64(bytes_.data() + 1, group.value);
}

log_key::log_key(log_tag tag, group_id group, index_t index) : log_key(tag, group) {
  store_u64(bytes_.data() + 9, index.value);
  size_ = 17;
}

std::optional<parsed_log_key> parse_log_key(std::string_view key) {
  if (key.empty()) return std::nullopt;
  const auto tag = static_cast<log_tag>(key[0]);
  const bool has_index = tag == log_tag::configuration_mark || tag == log_tag::entry;
  if (tag > log_tag::entry) return std::nullopt;
  if (key.size() != (has_index ? 17u : 9u)) return std::nullopt;
  return parsed_log_key{tag, group_id{load_u64(key.data() + 1)},
                        index_t{has_index ? load_u64(key.data() + 9) : 0}};
}

std::size_t entry_record_size(const protocol::entry& one) {
  return entry_head_size + one.data.size();
}

void encode_entry(char* to, std::string_view key, const protocol::entry& one) {
  const auto data = one.data.view();
  auto* at = to + checksum_size;
  *at++ = static_cast<char>(entry_format);
  *at++ = static_cast<char>(one.kind);
  *at++ = static_cast<char>(known_flags);
  at = store_u64(at, one.term.value);
  at = store_u64(at, static_cast<std::uint64_t>(one.time_us));
  at = store_u64(at, one.from.node.value);
  at = store_u64(at, one.from.run);
  at = store_u64(at, one.from.serial);
  at = store_u32(at, static_cast<std::uint32_t>(data.size()));
  at = store_u64(at, checksum(data));
  // Over the head, once it is complete; the payload's own checksum is a part of it.
  store_u64(to, checksum_of(key, {to + checksum_size, entry_head_size - checksum_size}));
  if (!data.empty()) std::memcpy(at, data.data(), data.size());
}

namespace {

entry_view decode_first_format(std::string_view key, std::string_view value) {
  const auto body = checked_body(key, value);
  if (value.size() < first_entry_head_size) throw_damaged(key, "the record is cut off");
  entry_view out;
  out.kind = static_cast<protocol::entry_kind>(body[0]);
  out.term = term_t{load_u64(body.data() + 1)};
  out.from.node = node_id{load_u64(body.data() + 9)};
  out.from.serial = load_u64(body.data() + 17);
  out.data = value.substr(first_entry_head_size);
  return out;
}

entry_view decode_present_format(std::string_view key, std::string_view value) {
  if (value.size() < entry_head_size) throw_damaged(key, "the record is cut off");
  const auto head = value.substr(checksum_size, entry_head_size - checksum_size);
  if (load_u64(value.data()) != checksum_of(key, head))
    throw_damaged(key, "the checksum does not match");
  // A flag says that the record must be read in another way.
  if (static_cast<std::uint8_t>(head[2]) != known_flags)
    throw storage_error(storage_errc::bad_format, place_of(key) + ": written by another version");
  entry_view out;
  out.kind = static_cast<protocol::entry_kind>(head[1]);
  out.term = term_t{load_u64(head.data() + 3)};
  out.time_us = static_cast<std::int64_t>(load_u64(head.data() + 11));
  out.from.node = node_id{load_u64(head.data() + 19)};
  out.from.run = load_u64(head.data() + 27);
  out.from.serial = load_u64(head.data() + 35);
  out.data = value.substr(entry_head_size);
  if (out.data.size() != load_u32(head.data() + 43))
    throw_damaged(key, "the record has a wrong length");
  if (load_u64(head.data() + 47) != checksum(out.data))
    throw_damaged(key, "the checksum of its payload does not match");
  return out;
}

}  // namespace

entry_view decode_entry(std::string_view key, std::string_view value) {
  const auto parsed = parse_log_key(key);
  if (!parsed || parsed->tag != log_tag::entry) throw_damaged(key, "an entry was expected here");
  // What is of neither format is damaged or of another version, which the first one's checksum
  // tells.
  auto out = format_of(key, value) == entry_format ? decode_present_format(key, value)
                                                   : decode_first_format(key, value);
  out.index = parsed->index;
  return out;
}

std::string encode_hard_state(std::string_view key, const protocol::hard_state& state) {
  byte_writer fields;
  fields.u64(state.term.value).u64(state.voted_for.value);
  // Only when set, so that a sound node's record is as earlier versions wrote it.
  if (state.recovering) fields.u8(1);
  return sealed(key, fields.bytes());
}

protocol::hard_state decode_hard_state(std::string_view key, std::string_view value) {
  byte_reader fields(checked_body(key, value));
  protocol::hard_state out;
  out.term = term_t{fields.u64()};
  out.voted_for = node_id{fields.u64()};
  if (!fields.rest().empty()) out.recovering = fields.u8() == 1;
  if (!fields.complete()) throw_damaged(key, "the record has a wrong length");
  return out;
}

std::string encode_snapshot_point(std::string_view key, const protocol::snapshot_meta& meta) {
  byte_writer fields;
  fields.u64(meta.index.value)
      .u64(meta.term.value)
      .u64(meta.size)
      .u64(meta.checksum)
      .raw(encode_members(meta.members));
  return sealed(key, fields.bytes());
}

protocol::snapshot_meta decode_snapshot_point(std::string_view key, std::string_view value) {
  byte_reader fields(checked_body(key, value));
  protocol::snapshot_meta out;
  out.index = index_t{fields.u64()};
  out.term = term_t{fields.u64()};
  out.size = fields.u64();
  out.checksum = fields.u64();
  auto members = decode_members(fields.rest());
  if (!fields.ok() || !members) throw_damaged(key, "the record does not make sense");
  out.members = std::move(*members);
  return out;
}

std::string encode_journal_mark(std::string_view key, const journal_mark& mark) {
  byte_writer fields;
  fields.u64(mark.journal).u64(mark.sequence).u64(mark.sum);
  return sealed(key, fields.bytes());
}

journal_mark decode_journal_mark(std::string_view key, std::string_view value) {
  byte_reader fields(checked_body(key, value));
  journal_mark out;
  out.journal = fields.u64();
  out.sequence = fields.u64();
  out.sum = fields.u64();
  if (!fields.complete()) throw_damaged(key, "the record has a wrong length");
  return out;
}

std::string encode_members(const protocol::configuration& members) {
  return members.empty() ? std::string() : encode(members);
}

std::optional<protocol::configuration> decode_members(std::string_view bytes) {
  return bytes.empty() ? protocol::configuration{} : protocol::decode_configuration(bytes);
}

std::string encode_configuration_mark(std::string_view key) { return sealed(key, {}); }

void check_configuration_mark(std::string_view key, std::string_view value) {
  if (!checked_body(key, value).empty()) throw_damaged(key, "the record has a wrong length");
}

void check_log_record(std::string_view key, std::string_view value) {
  const auto parsed = parse_log_key(key);
  if (!parsed) throw_damaged(key, "it can't be used");
  if (parsed->tag == log_tag::entry)
    decode_entry(key, value);
  else
    checked_body(key, value);
}

}  // namespace lithair::persistence
