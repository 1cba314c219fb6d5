#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "models/schema/schema.hpp"

/// The layout of a group's state, the one ordered map from bytes to bytes:
///
///     pair         := record | unique | index | counter
///                   | event | answer | expiry | clock | row | extreme
///                   | changes | piece | extent | timeline | built
///
///     record       := 'r' collection key                          ->  models/state/record.hpp
///     unique       := 'u' collection field sortable               ->  key
///     index        := 'i' collection field sortable sortable-key  ->  key
///     counter      := 'n' collection                              ->  items:8
///     event        := 'h' collection sortable-key version:8       ->  models/derived/history.hpp
///     answer       := 'a' ...                                 ->  models/command/idempotency.hpp
///     expiry       := 'e' ...                                         likewise
///     clock        := 't'                                             likewise
///     row          := 'p' ...                              ->  models/derived/projection_rows.hpp
///     extreme      := 'q' ...                                         likewise
///     changes      := 'f' index:8                                 ->  models/derived/feed.hpp
///     piece        := 'c' index:8 number:4                            likewise
///     extent       := 'g'                                             likewise
///     timeline     := 'j'                                         ->  models/derived/timeline.hpp
///     built        := 'b' ...                                     ->  models/derived/backfill.hpp
///
///     collection   := its id:4
///     field        := its id:4
///     key          := the primary key's value: text as it is, any other type sortable
///     sortable     := a value, whose bytes sort as the values do and are no prefix of another's;
///                     text and bytes longer than 64 are cut, see `append_bounded`
///     sortable-key := the primary key's value likewise, but never cut
///
/// `:4` and `:8` are big-endian numbers of that many bytes. A sortable value is
///
///     bool                 00 or 01
///     integer, timestamp   :8, the sign bit turned over; a timestamp in microseconds since 1970
///     number               :8, IEEE 754, the sign bit turned over, or all bits of a negative one
///     money                :16, billionths, the sign bit turned over
///     uuid                 its 16 bytes
///     string, enum, bytes  the bytes, each 00 as 00 FF, and then 00 01; when cut
///                          the first 64 bytes likewise, then 00 02 and the SHA-256 of all
///
/// Every key of a pair has at most 511 bytes. Who adds a kind of pair
/// takes a first byte that none of these has. 'b', and what it says is being built, is each node's
/// own work; all other pairs of a group are the same on every node, byte for byte.
namespace lithair::models {

/// Bytes of a pair's key, which is what LMDB takes. A command that asks for a longer one is
/// refused.
inline constexpr std::size_t max_pair_key = 511;

/// A key's bytes from its value, which must be present. Text is not closed: it ends the pair's key.
std::string to_key(const value& v);
/// Back from its bytes; none for bytes that no value of the type gives.
std::optional<value> from_key(const field& key_field, std::string_view key);
/// A key's bytes from text in a path; none for what can't be the collection's key. `text` is
/// percent-decoded. `check_key` rules apply: reserved words are no keys.
std::optional<std::string> parse_key(const collection& c, std::string_view text);

/// Appends the bytes of a present value so that memcmp orders them as `compare` orders values.
void append_sortable(std::string& out, const value& v);
/// The same with at most 162 bytes: longer text is cut and its digest added. Equal bytes still mean
/// equal values; the order of two long texts that begin alike is lost.
void append_bounded(std::string& out, const value& v);

/// A half-open range of pairs, by bytes.
struct key_range {
  std::string lower;  ///< inclusive
  std::string upper;  ///< exclusive

  bool operator==(const key_range&) const = default;
};

/// Everything that begins with `lower`. `lower` must begin with the letter of a pair, so that there
/// is an end.
key_range until_its_end(std::string lower);

/// A record's key; `key` is the item's in stored form.
std::string record_key(const collection& c, std::string_view key);
/// All items of the collection, in the order of their keys.
key_range all_records(const collection& c);
/// Whose record has this key; none for the key of anything else.
const collection* collection_of_record_key(const schema& s, std::string_view pair_key);
/// The primary key in the key of a record's pair. It must be one.
std::string_view key_in_record_key(std::string_view pair_key);
/// At most 171 bytes.
std::string unique_key(const collection& c, const field& f, const value& v);

/// The entry of one item. `key` makes entries of equal values differ and sorts them.
std::string index_key(const collection& c, const field& f, const value& v, std::string_view key);
/// All entries of a field's index, and those of one value.
key_range all_entries(const collection& c, const field& f);
/// Of one value, which must be present; of cut text all that has these bytes, so that value only.
key_range entries_of(const collection& c, const field& f, const value& v);
/// What follows collection and field in the key of an index pair: where it stands in its index.
std::string_view position_in_index_key(std::string_view pair_key);

/// Appends the sortable form of a stored key. For where something follows the key, or orders by it:
/// text is closed.
void append_sortable_key(std::string& out, const collection& c, std::string_view key);

/// Where the number of items is.
std::string counter_key(const collection& c);

/// The most significant byte first, so that memcmp orders numbers.
void append_big_endian(std::string& out, std::uint64_t number);
/// The same in 4 bytes.
void append_big_endian(std::string& out, std::uint32_t number);
/// From the first 8 bytes, or from all of fewer.
std::uint64_t read_big_endian(std::string_view bytes);

}  // namespace lithair::models
