#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/entry.hpp"
#include "protocol/message.hpp"
#include "protocol/output.hpp"

/// The bytes of the log environment; README.md has them as a grammar. Decoding throws
/// `storage_error` (damaged or bad_format) that names the group and the index.
namespace lithair::persistence {

/// What a key of the log environment is for; its first byte. Entries sort last, so that the log of
/// the last group is appended to the end of the map.
enum class log_tag : std::uint8_t {
  journal_mark = 0,  ///< of the node, not of a group
  hard_state = 1,
  snapshot_point = 2,
  configuration_mark = 3,
  entry = 4
};

/// A key as bytes: the tag, the group and, for marks and entries, the index.
class log_key {
 public:
  /// For the two kinds of which a group has one.
  log_key(log_tag tag, protocol::group_id group);
  log_key(log_tag tag, protocol::group_id group, protocol::index_t index);

  /// Valid while this object lives.
  std::string_view view() const { return {bytes_.data(), size_}; }
  // So that it is taken wherever bytes are.
  operator std::string_view() const { return view(); }  // NOLINT(google-explicit-constructor)

 private:
  /// Of which the first `size_` count.
  std::array<char, 17> bytes_;
  std::size_t size_;
};

/// How far the journal was moved into the log environment.
struct journal_mark {
  /// Which journal; 0: there was none yet.
  std::uint64_t journal = 0;
  /// Of the last batch that was moved, and what its head ends with; 0: none was.
  std::uint64_t sequence = 0;
  std::uint64_t sum = 0;

  bool operator==(const journal_mark&) const = default;
};

/// What a key says; `index` is none for the kinds of which a group has one record.
struct parsed_log_key {
  log_tag tag = log_tag::entry;
  protocol::group_id group;
  protocol::index_t index;
};
/// None when it is no key of the log.
std::optional<parsed_log_key> parse_log_key(std::string_view key);

/// An entry whose payload lies in someone else's bytes.
struct entry_view {
  protocol::index_t index;
  protocol::term_t term;
  protocol::entry_kind kind = protocol::entry_kind::command;
  protocol::origin from;
  std::string_view data;
  std::int64_t time_us = 0;
};

/// Bytes that the record of this entry has.
std::size_t entry_record_size(const protocol::entry& one);
/// Fills `entry_record_size(x)` bytes at `to`.
void encode_entry(char* to, std::string_view key, const protocol::entry& one);
/// The payload is a view into `value`. Reads the format before this one too.
entry_view decode_entry(std::string_view key, std::string_view value);

/// Term, vote and whether the node is recovering.
std::string encode_hard_state(std::string_view key, const protocol::hard_state& state);
protocol::hard_state decode_hard_state(std::string_view key, std::string_view value);

/// Where the log begins.
std::string encode_snapshot_point(std::string_view key, const protocol::snapshot_meta& meta);
protocol::snapshot_meta decode_snapshot_point(std::string_view key, std::string_view value);

/// Members as bytes, with no bytes for none at all. Decoding is none for bytes that this never
/// made.
std::string encode_members(const protocol::configuration& members);
std::optional<protocol::configuration> decode_members(std::string_view bytes);

/// Up to which batch of which journal this log has all.
std::string encode_journal_mark(std::string_view key, const journal_mark& mark);
journal_mark decode_journal_mark(std::string_view key, std::string_view value);

/// Says that the entry of the same index carries a configuration, so that it is found without
/// reading all entries.
std::string encode_configuration_mark(std::string_view key);
/// Throws unless `value` is what `encode_configuration_mark` makes.
void check_configuration_mark(std::string_view key, std::string_view value);

/// Checks whatever record this is.
void check_log_record(std::string_view key, std::string_view value);

}  // namespace lithair::persistence
