#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "persistence/log_store.hpp"

/// What stands in the journal, as bytes; README.md has the grammar. Pure.
///
///     batch := head body, filled up with zeroes to whole blocks
///     body  := record*
///
/// A batch is what one `write`, `purge` or `reset` of a log store does: it counts whole or not at
/// all. Values are those of the log environment, with their checksums.
namespace lithair::persistence {

/// The journal is written and read in blocks of so many bytes, as disks want it.
inline constexpr std::uint64_t journal_block = 4096;
/// Of a batch, in front of its body.
inline constexpr std::size_t journal_head_size = 72;

/// The log of a group begins elsewhere: behind `meta`.
struct log_begins {
  protocol::group_id group;
  protocol::snapshot_meta meta;
  /// Nothing is left of the log that there was, as by `log_store::reset`; else as by `purge`.
  bool anew = false;

  bool operator==(const log_begins&) const = default;
};

/// One thing that a batch does.
using log_change = std::variant<group_write, log_begins>;

/// The first bytes of a batch.
struct journal_head {
  /// Drawn when the journal was made, so that a block of another one is never taken for its.
  std::uint64_t journal = 0;
  /// Rises by one from batch to batch over all lives of the journal.
  std::uint64_t sequence = 0;
  /// How often the ring was gone round.
  std::uint64_t lap = 0;
  /// The checksum that the head of the batch before ends with: batches form a chain.
  std::uint64_t before = 0;
  /// Of the body, without what fills its last block.
  std::uint32_t size = 0;
  std::uint32_t records = 0;
  std::uint64_t body_sum = 0;
  /// Of the fields above; what the next batch says of this one.
  std::uint64_t sum = 0;

  bool operator==(const journal_head&) const = default;
};

/// The checksum is made anew.
std::string encode_journal_head(journal_head head);
/// None when these bytes are no head, or not as they were written.
std::optional<journal_head> decode_journal_head(std::string_view bytes);

/// Adds the records of it to a body, and returns how many they are.
std::uint32_t add_records(std::string& body, const group_write& write);
std::uint32_t add_records(std::string& body, const log_begins& point);

/// What a body says, in order; writes of one group that follow each other may come as one. Throws
/// `storage_error`, damaged or bad_format, where it is not what `add_records` made.
std::vector<log_change> decode_body(std::string_view body);

}  // namespace lithair::persistence
