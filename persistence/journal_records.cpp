#include "persistence/journal_records.hpp"

#include <utility>

#include "persistence/bytes.hpp"
#include "persistence/checksum.hpp"
#include "persistence/log_records.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::persistence {

namespace {

using protocol::group_id;
using protocol::index_t;

constexpr std::uint64_t batch_magic = 0x4c54'4852'4a52'4e31;  // "LTHRJRN1"
constexpr std::size_t record_head_size = 1 + 1 + 2 + 4 + 8;
/// Whoever does not know the record's kind must not go on.
constexpr std::uint8_t must_understand = 0x80;

enum class record_kind : std::uint8_t {
  hard_state = 1,  ///< value of the log environment
  truncate = 2,    ///< from: u64
  entry = 3,       ///< index: u64, value of the log environment
  purge = 4,       ///< value of a snapshot point
  reset = 5,       ///< the same
};

[[noreturn]] void throw_damaged(const std::string& what) {
  throw storage_error(storage_errc::damaged, "the journal of the log: " + what);
}

/// Adds a record's head and room for its value, which the caller fills.
char* add_record(std::string& body, record_kind kind, group_id group, std::size_t size) {
  const auto at = body.size();
  body.resize(at + record_head_size + size);
  auto* to = body.data() + at;
  *to++ = static_cast<char>(kind);
  *to++ = static_cast<char>(must_understand);
  *to++ = 0;
  *to++ = 0;
  to = store_u32(to, static_cast<std::uint32_t>(size));
  return store_u64(to, group.value);
}

void add_record(std::string& body, record_kind kind, group_id group, std::string_view value) {
  value.copy(add_record(body, kind, group, value.size()), value.size());
}

/// A record's parts, as they lie in the body.
struct record_view {
  record_kind kind;
  group_id group;
  std::string_view value;
};

record_view next_record(byte_reader& from) {
  const auto kind = from.u8();
  const auto flags = from.u8();
  from.u16();
  const auto size = from.u32();
  const group_id group{from.u64()};
  const auto value = from.raw(size);
  if (!from.ok()) throw_damaged("a record is cut off");
  const bool known = kind >= 1 && kind <= static_cast<std::uint8_t>(record_kind::reset);
  if (!known && (flags & must_understand) != 0)
    throw storage_error(storage_errc::bad_format,
                        "the journal of the log was written by another version");
  return {known ? static_cast<record_kind>(kind) : record_kind{}, group, value};
}

protocol::entry entry_of(group_id group, std::string_view value) {
  byte_reader from(value);
  const index_t index{from.u64()};
  if (!from.ok()) throw_damaged("an entry is cut off");
  const auto view = decode_entry(log_key(log_tag::entry, group, index), from.rest());
  return {view.index,  view.term, view.kind, view.from, protocol::payload(std::string(view.data)),
          view.time_us};
}

/// The write that the next record of the group belongs to.
protocol::log_write& write_of(std::vector<log_change>& out, group_id group, bool begins) {
  auto* last = out.empty() ? nullptr : std::get_if<group_write>(&out.back());
  if (begins || last == nullptr || last->group != group) out.push_back(group_write{group, {}});
  return std::get<group_write>(out.back()).write;
}

void take(std::vector<log_change>& out, const record_view& record) {
  const auto [kind, group, value] = record;
  switch (kind) {
    case record_kind::hard_state:
      write_of(out, group, true).state =
          decode_hard_state(log_key(log_tag::hard_state, group), value);
      return;
    case record_kind::truncate: {
      byte_reader from(value);
      auto& write = write_of(out, group, false);
      // A write removes before it appends, and once.
      auto& to = write.entries.empty() && !write.truncate_from ? write : write_of(out, group, true);
      to.truncate_from = index_t{from.u64()};
      if (!from.complete()) throw_damaged("a cut does not make sense");
      return;
    }
    case record_kind::entry:
      write_of(out, group, false).entries.push_back(entry_of(group, value));
      return;
    case record_kind::purge:
    case record_kind::reset: {
      const log_key key(log_tag::snapshot_point, group);
      out.push_back(
          log_begins{group, decode_snapshot_point(key, value), kind == record_kind::reset});
      return;
    }
  }
}

}  // namespace

std::string encode_journal_head(journal_head head) {
  byte_writer out;
  out.u64(batch_magic)
      .u64(head.journal)
      .u64(head.sequence)
      .u64(head.lap)
      .u64(head.before)
      .u32(head.size)
      .u32(head.records)
      .u64(head.body_sum)
      .u64(0);
  out.u64(checksum(out.bytes()));
  return std::move(out.bytes());
}

std::optional<journal_head> decode_journal_head(std::string_view bytes) {
  if (bytes.size() < journal_head_size) return std::nullopt;
  byte_reader from(bytes.substr(0, journal_head_size));
  journal_head out;
  if (from.u64() != batch_magic) return std::nullopt;
  out.journal = from.u64();
  out.sequence = from.u64();
  out.lap = from.u64();
  out.before = from.u64();
  out.size = from.u32();
  out.records = from.u32();
  out.body_sum = from.u64();
  (void)from.u64();  // for what comes later
  out.sum = from.u64();
  if (out.sum != checksum(bytes.substr(0, journal_head_size - 8))) return std::nullopt;
  return out;
}

std::uint32_t add_records(std::string& body, const group_write& write) {
  const auto& [group, what] = write;
  std::uint32_t count = 0;
  if (what.state) {
    add_record(body, record_kind::hard_state, group,
               encode_hard_state(log_key(log_tag::hard_state, group), *what.state));
    ++count;
  }
  if (what.truncate_from) {
    store_u64(add_record(body, record_kind::truncate, group, 8), what.truncate_from->value);
    ++count;
  }
  for (const auto& entry : what.entries) {
    auto* to = add_record(body, record_kind::entry, group, 8 + entry_record_size(entry));
    to = store_u64(to, entry.index.value);
    encode_entry(to, log_key(log_tag::entry, group, entry.index), entry);
    ++count;
  }
  return count;
}

std::uint32_t add_records(std::string& body, const log_begins& point) {
  const log_key key(log_tag::snapshot_point, point.group);
  add_record(body, point.anew ? record_kind::reset : record_kind::purge, point.group,
             encode_snapshot_point(key, point.meta));
  return 1;
}

std::vector<log_change> decode_body(std::string_view body) {
  std::vector<log_change> out;
  for (byte_reader from(body); !from.rest().empty();) take(out, next_record(from));
  return out;
}

}  // namespace lithair::persistence
