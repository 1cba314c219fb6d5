#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "models/derived/secondary_indexes.hpp"
#include "models/state/keys.hpp"
#include "models/state/record.hpp"
#include "models/state/state_view.hpp"

/// The events of items in collections with tracked fields:
///
///     event := [index, time, type, {field id: value or nil, ...}(, by), hash]      in msgpack
///
/// with who did it, where that was known: one per accepted change, kept behind the item's deletion.
/// `hash` is the SHA-256 of the hash before it (none for version 1), the pair's key, and the event
/// without its hash: who changes an event, must change all that follow, on every node.
namespace lithair::models {

/// The numbers stand in events and in the feed.
enum class event_type : std::uint8_t { created = 1, updated = 2, deleted = 3 };

/// Its views lie in the pair that it was read from.
struct event {
  std::uint64_t version = 0;  ///< counts the item's changes from 1, its deletions included
  std::uint64_t index = 0;    ///< of the log entry that made it
  std::int64_t time_us = 0;   ///< when it was proposed; never before the item's event before
  event_type type = event_type::created;  ///< a deletion has no changes
  stored_fields changes;                  ///< of tracked fields; nil: removed
  std::string_view by;                    ///< who did it; empty: not known
  std::string_view hash;                  ///< 32 bytes
};

/// Where and when a command takes effect, and by whom.
struct moment {
  std::uint64_t index = 0;
  std::int64_t time_us = 0;  ///< microseconds since 1970
  std::string_view by = {};  ///< who asked; empty: not known
};

/// The version of the item's latest event, also of an item that is gone; 0: none. Versions go on
/// behind a deletion, so that no two events of a key share one.
std::uint64_t last_version(const collection& c, std::string_view key, const state_view& state);

/// Adds the event of a change whose version is known. `version` is one more than the item's last.
/// Its time is never before that of the event before, though clocks may have gone back.
void derive_event(const transition& change, const moment& at, std::uint64_t version,
                  const state_view& state, change_set& out);

/// Reads the pair of an event; false for bytes that are none.
[[nodiscard]] bool read_event(std::string_view pair_key, std::string_view bytes, event& out);

/// The pairs of all events of an item, oldest first.
key_range events_of(const collection& c, std::string_view key);
/// The pair of one event.
std::string event_key(const collection& c, std::string_view key, std::uint64_t version);

/// Whether the chain of events is whole and ends in the item as it is; else the version where it
/// breaks. It finds what was changed on one node's disk, not what everybody agreed on.
struct verification {
  bool good = true;
  std::uint64_t broken_at = 0;  ///< 0 when all is well
};
/// Checks it event by event, so that others get their turn in between: a history may be long. Holds
/// what the item is by then and no more.
class event_verifier {
 public:
  /// `c` must outlive it.
  event_verifier(const collection& c, std::string_view key) : c_(c), key_(key) {}

  /// The pair of the next event, from the first on. False: the chain breaks there, and what follows
  /// makes no difference.
  bool take(std::string_view pair_key, std::string_view bytes);
  /// Once all were taken; `state` as it was all the while.
  verification finish(const state_view& state) const;

 private:
  const collection& c_;
  std::string key_;
  std::uint64_t expected_ = 1;
  std::string hash_;
  bool good_ = true;
  bool present_ = false;
  std::map<std::uint32_t, std::string> item_;
};

}  // namespace lithair::models
