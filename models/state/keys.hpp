#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "models/schema/schema.hpp"

/// The layout of a group's state, the one ordered map from bytes to bytes:
///
///     pair     := record | unique | index | counter
///     record   := 'r' collection key                         ->  see models/state/record.hpp
///     unique   := 'u' collection field sortable              ->  key
///     index    := 'i' collection field sortable sortable-key  ->  key
///     counter  := 'n' collection                             ->  items, 8 bytes
///     collection, field := their ids, 4 bytes
///     key      := the primary key's value, whose bytes sort as the values do
///     sortable := a value, whose bytes sort as the values do and are no prefix of another's; long
///     text is cut sortable-key := the primary key's value likewise
///
/// Numbers are big-endian. Every key of a pair has at most 511 bytes, which is what LMDB takes.
/// Other first bytes are free for what comes later: indexes, history, answers of idempotent
/// requests.
namespace lithair::models {

/// A key's bytes from its value, which must be present, and back; none for bytes no value gives.
std::string to_key(const value& x);
std::optional<value> from_key(const field& key_field, std::string_view key);
/// A key's bytes from text in a path; none for what can't be the collection's key.
std::optional<std::string> parse_key(const collection& c, std::string_view text);

/// Appends the bytes of a present value so that memcmp orders them as `compare` orders values.
void append_sortable(std::string& out, const value& x);
/// The same with at most 162 bytes: longer text is cut and its digest added. Equal bytes still mean
/// equal values; the order of two long texts that begin alike is lost.
void append_bounded(std::string& out, const value& x);

struct key_range {
  std::string lower;  ///< inclusive
  std::string upper;  ///< exclusive
};

/// Everything that begins with `lower`.
key_range until_its_end(std::string lower);

std::string record_key(const collection& c, std::string_view key);
key_range all_records(const collection& c);
/// Whose record has this key; none for the key of anything else.
const collection* collection_of_record_key(const schema& s, std::string_view pair_key);
/// The primary key in the key of a record's pair.
std::string_view key_in_record_key(std::string_view pair_key);
std::string unique_key(const collection& c, const field& f, const value& x);

std::string index_key(const collection& c, const field& f, const value& x, std::string_view key);
/// All entries of a field's index, and those of one value.
key_range all_entries(const collection& c, const field& f);
key_range entries_of(const collection& c, const field& f, const value& x);
/// What follows collection and field in the key of an index pair: where it stands in its index.
std::string_view position_in_index_key(std::string_view pair_key);

/// Appends the sortable form of a stored key.
void append_sortable_key(std::string& out, const collection& c, std::string_view key);

std::string counter_key(const collection& c);

void append_big_endian(std::string& out, std::uint64_t x);
void append_big_endian(std::string& out, std::uint32_t x);
/// From exactly 8 bytes.
std::uint64_t read_big_endian(std::string_view bytes);

}  // namespace lithair::models
