#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/derived/history.hpp"
#include "models/state/record.hpp"
#include "models/state/state_view.hpp"

/// The change feed: what every command changed, in the order of the log, kept as long as there is
/// room for it. Streams are read from it, so any node goes on where another one stopped.
///
///     changes := 'f' index:8           ->  [time, [event, ...]]                in msgpack
///              | 'f' index:8           ->  [time, bytes, first, others]
///     piece   := 'c' index:8 number:4  ->  bytes
///     event   := [collection, type, key, fields, was]
///     extent  := 'g'                   ->  [index up to which it was dropped, bytes held]
///
/// `fields` is the item as it is since the event; of a deletion as it was. `was` is what an update
/// changed, as it was before; nil: absent. All of one command comes and goes as a whole. What is
/// dropped depends on the log alone, and is the same on every node.
///
/// What takes more than `feed_piece_bytes` lies in pieces, numbered from 0, which put together are
/// `[time, [event, ...]]`; its pair tells how many bytes that is, those of the first piece, and
/// those of each that follows but for the last. So who drops or passes over changes reads a few
/// bytes, and who reads them a piece at a time. Commands of format 1 leave one pair however large.
namespace lithair::models {

/// What the feed holds; beyond that the oldest changes are dropped. Some pages of a small model, a
/// minute of a busy service. What one command changed counts its bytes and 64 more.
inline constexpr std::uint64_t max_feed_bytes = 64 << 20;
/// Of changes that are written in one; beyond that they lie in pieces of so many.
inline constexpr std::size_t feed_piece_bytes = 128 << 10;

/// How far somebody has read: through all of `index`, or, with a part, through as many of its
/// events. As text `41` and `41.2`; a part is never the last one of its index.
struct feed_position {
  std::uint64_t index = 0;  ///< of the log
  std::uint32_t part = 0;   ///< from 1; 0: all of the index

  bool operator==(const feed_position&) const = default;
  /// By how much was read: all of an index is more than any part of it.
  std::strong_ordering operator<=>(const feed_position& other) const {
    if (const auto order = index <=> other.index; std::is_neq(order)) {
      return order;
    }
    // 0 becomes the largest, the others stay in their order.
    return part - 1 <=> other.part - 1;
  }
  /// The last index of which everything was read.
  std::uint64_t whole() const { return part == 0 || index == 0 ? index : index - 1; }
};

/// Where somebody stands to whom this event comes next.
feed_position just_before(std::uint64_t index, std::uint32_t part);

/// As event ids and the parameter `after` have it.
std::string to_text(const feed_position& position);
/// None for other text, and for a part of index 0 or a part 0.
std::optional<feed_position> parse_feed_position(std::string_view text);

/// One change of one item. Its views lie in the bytes that it was read from.
struct feed_event {
  std::uint64_t index = 0;   ///< of the log entry
  std::uint32_t part = 0;    ///< from 1, among the events of the index
  std::int64_t time_us = 0;  ///< microseconds since 1970, the log's
  std::uint32_t collection_id = 0;
  event_type type = event_type::created;
  std::string_view key;  ///< in stored form
  stored_fields fields;
  stored_fields was;
};

/// The item before an update. Of any other event: what is in `fields`.
stored_fields fields_before(const feed_event& event);

/// Visits the events in `[time, [event, ...]]` in their order. False for bytes that are no changes.
/// The views last as long as the call.
[[nodiscard]] bool read_feed(std::uint64_t index, std::string_view bytes,
                             const std::function<void(const feed_event&)>& visit);

/// A run of the bytes of one command's changes, from some offset on.
struct feed_piece {
  std::uint64_t index = 0;                   ///< of the log entry
  std::size_t offset = 0;                    ///< among all bytes of the changes
  bool reaches_end = true;                   ///< nothing of them comes behind it
  std::shared_ptr<const std::string> bytes;  ///< never changed
};

/// What one log entry changed, `[time, [event, ...]]`, in memory.
struct feed_pair {
  std::uint64_t index = 0;  ///< of the entry
  /// One after the other all of its bytes, as laid out above; shared by whoever is told.
  std::vector<std::shared_ptr<const std::string>> pieces;

  std::size_t bytes() const;  ///< of all pieces
  /// The piece in which `offset` lies, which is not copied; or, where `least` is more than 0, so
  /// many bytes from there on, or all that there are.
  feed_piece from(std::size_t offset, std::size_t least = 0) const;
};
/// Visits its events, see above. Copies only those that lie in two pieces.
[[nodiscard]] bool read_feed(const feed_pair& pair,
                             const std::function<void(const feed_event&)>& visit);

/// Reads one command's changes event by event, and keeps its place in numbers: so they are read
/// once however often their reader pauses, and whatever pieces they come in. Pure; of one thread.
class feed_scanner {
 public:
  /// What comes next: an event, the end, an event of which the given bytes are only a part, or
  /// bytes that are no changes.
  enum class found : std::uint8_t { event, end, cut, broken };
  explicit feed_scanner(std::uint64_t index) { event_.index = index; }

  std::uint64_t index() const { return event_.index; }
  /// Where the bytes for `next` begin.
  std::size_t offset() const { return offset_; }
  /// `rest`: the bytes from `offset` on, all of them if `reaches_end`. After `cut` it stands
  /// where that event begins; after `broken` it is to be called no more.
  found next(std::string_view rest, bool reaches_end);
  /// The last one found; its views lie in the bytes that it was found in.
  const feed_event& event() const { return event_; }

 private:
  std::size_t offset_ = 0;
  std::size_t left_ = 0;  // events that follow
  feed_event event_;
};

/// Of the pair that tells how far the feed reaches.
inline constexpr std::string_view feed_extent_key = "g";
/// The pair of what one log entry changed.
std::string feed_key(std::uint64_t index);
/// Of its pieces, if it has any.
std::string feed_piece_key(std::uint64_t index, std::uint32_t number);
/// The index in the key of a pair of changes, or of a piece.
std::uint64_t index_in_feed_key(std::string_view pair_key);
/// Whether it is the key of a pair or a piece of what this entry changed.
bool is_of_feed(std::string_view key, std::uint64_t index);

/// What a pair of changes tells of all of them. They are in it, or in `pieces` of their own.
struct feed_head {
  std::int64_t time_us = 0;  ///< the log's
  std::uint64_t bytes = 0;   ///< of all events and what is before them
  std::uint64_t first = 0;   ///< of these in the first piece
  std::uint64_t others = 0;  ///< in each of those that follow, but for the last
  std::uint32_t pieces = 0;  ///< 0: they are in the pair

  /// As max_feed_bytes counts it.
  std::uint64_t cost() const;
};
/// From a pair's value. Of bytes that are no changes it tells their number.
feed_head read_feed_head(std::string_view pair);
/// Whether it is a pair of changes that lie in pieces.
bool is_head_of_pieces(std::string_view key, std::string_view pair);
/// All that one entry changed, from its pair and its pieces in the state, copied. A piece that is
/// missing ends it.
feed_pair read_feed_pair(const state_view& state, std::uint64_t index, std::string_view pair);
/// The pairs behind an index. Behind 0: everything.
key_range feed_behind(std::uint64_t index);

/// Where the feed begins, and what it holds.
struct feed_extent {
  std::uint64_t dropped = 0;  ///< of what is not behind this index the feed can't tell any more
  std::uint64_t bytes = 0;    ///< of all pairs, as the limit counts them
};
/// None in a state without a feed.
std::optional<feed_extent> read_extent(const state_view& state);
/// Zeroes in a state without a feed.
feed_extent extent_of_feed(const state_view& state);

/// What follows a place in the feed, copied.
struct feed_run {
  std::vector<feed_piece> pieces;  ///< rising; only the last may not reach its end
  std::uint64_t through = 0;       ///< there is nothing else up to this index
};
/// The changes behind `after`, until they make up `limit` bytes: those of whole entries, but for
/// the first, of which no more than `limit` bytes are given. When that is of the index `begun`, it
/// is given from `offset` on. `applied`: of the state.
feed_run read_run(const state_view& state, std::uint64_t applied, std::uint64_t after,
                  std::uint64_t begun, std::size_t offset, std::size_t limit);

}  // namespace lithair::models
