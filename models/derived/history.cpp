#include "models/derived/history.hpp"

#include <algorithm>

#include "models/encoding/msgpack.hpp"
#include "models/encoding/sha256.hpp"

namespace lithair::models {

namespace {

std::string_view value_in(const stored_fields* fields, const field& f) {
  const auto* found = fields != nullptr ? find(*fields, f.id) : nullptr;
  return found != nullptr ? found->bytes : std::string_view{};
}

/// The tracked fields that the change touches, in order of id.
stored_fields tracked_changes(const transition& change) {
  stored_fields made;
  // By id, as `write_fields` asks for.
  for (const auto at : change.c.by_id) {
    const field& f = change.c.fields[at];
    const auto before = value_in(change.before, f);
    const auto after = value_in(change.after, f);
    // A deletion tells no fields: the events before it have them.
    if (f.tracked && before != after && change.after != nullptr) {
      made.push_back({f.id, after.empty() ? msgpack::nil_bytes : after});
    }
  }
  return made;
}

std::string write_event(const event& change) {
  std::string made;
  msgpack::write_array(made, change.by.empty() ? 5 : 6);
  msgpack::write_unsigned(made, change.index);
  msgpack::write_signed(made, change.time_us);
  msgpack::write_unsigned(made, static_cast<std::uint64_t>(change.type));
  write_fields(made, change.changes);
  if (!change.by.empty()) {
    msgpack::write_string(made, change.by);
  }
  return made;
}

/// `body`: the event's bytes before its hash.
/// The key binds the event to its item and its place.
std::string chain(std::string_view hash_before, std::string_view pair_key, std::string_view body) {
  std::string text(hash_before);
  text += pair_key;
  text += body;
  return sha256(text);
}

}  // namespace

std::string event_key(const collection& c, std::string_view key, std::uint64_t version) {
  std::string made = events_of(c, key).lower;
  // Big-endian, so that events sort by version.
  append_big_endian(made, version);
  return made;
}

key_range events_of(const collection& c, std::string_view key) {
  std::string lower = "h";
  append_big_endian(lower, c.id);
  append_sortable_key(lower, c, key);
  return until_its_end(std::move(lower));
}

bool read_event(std::string_view pair_key, std::string_view bytes, event& out) {
  msgpack::reader in(bytes);
  // The version is the last 8 bytes, whatever the item's key is.
  const auto parts = in.read_array();
  if (pair_key.size() < 8 || parts < 5 || parts > 6) {
    return false;
  }
  out.version = read_big_endian(pair_key.substr(pair_key.size() - 8));
  out.index = in.read_unsigned();
  out.time_us = in.read_signed();
  const std::uint64_t type = in.read_unsigned();
  if (type < 1 || type > 3 || !read_fields(in, out.changes)) {
    return false;
  }
  out.type = static_cast<event_type>(type);
  out.by = parts == 6 ? in.read_string() : std::string_view{};
  out.hash = in.read_binary();
  return in.finished();
}

std::uint64_t last_version(const collection& c, std::string_view key, const state_view& state) {
  const auto range = events_of(c, key);
  std::uint64_t version = 0;
  state.scan(range.lower, range.upper, state_view::direction::descending,
             // The last pair is enough, so the history's length costs nothing.
             [&version](std::string_view pair_key, std::string_view) {
               version = read_big_endian(pair_key.substr(pair_key.size() - 8));
               return false;
             });
  return version;
}

void derive_event(const transition& change, const moment& at, std::uint64_t version,
                  const state_view& state, change_set& out) {
  event made;
  made.index = at.index;
  made.time_us = at.time_us;
  made.by = at.by;
  made.type = change.before == nullptr  ? event_type::created
              : change.after == nullptr ? event_type::deleted
                                        : event_type::updated;
  made.changes = tracked_changes(change);
  // Version 0 has no event: the first hash is over nothing before it.
  const auto previous = state.get(event_key(change.c, change.key, version - 1));
  event before;
  if (previous && read_event(event_key(change.c, change.key, version - 1), *previous, before)) {
    // Clocks may go back; `as_of` by time must find one place only.
    made.time_us = std::max(made.time_us, before.time_us);
  }
  std::string key = event_key(change.c, change.key, version);
  std::string bytes = write_event(made);
  const std::string hash = chain(before.hash, key, bytes);
  // The hash is appended as the last member; the array counts it from the start.
  msgpack::write_binary(bytes, hash);
  out.push_back({std::move(key), std::move(bytes)});
}

bool event_verifier::take(std::string_view pair_key, std::string_view bytes) {
  event x;
  // Versions without a gap: a removed event would show here.
  good_ = read_event(pair_key, bytes, x) && x.version == expected_ && x.hash.size() == 32;
  // A binary of 32 bytes has a head of two.
  good_ = good_ && x.hash == chain(hash_, pair_key, bytes.substr(0, bytes.size() - 34));
  if (!good_) {
    return false;
  }
  ++expected_;
  hash_ = x.hash;
  present_ = x.type != event_type::deleted;
  if (x.type != event_type::updated) {
    // A new item of the key begins with nothing.
    item_.clear();
  }
  for (const auto& change : x.changes) {
    item_[change.id] = change.bytes;
  }
  return true;
}

verification event_verifier::finish(const state_view& state) const {
  const auto bytes = state.get(record_key(c_, key_));
  stored_record record;
  // The chain must end in what is stored; a changed record would show here.
  const bool readable = bytes && read_record(*bytes, record);
  const auto same = [&](const field& f) {
    const auto at = item_.find(f.id);
    const bool is_told = at != item_.end() && at->second != msgpack::nil_bytes;
    return !f.tracked ||
           value_in(&record.fields, f) == (is_told ? std::string_view(at->second) : "");
  };
  const bool good =
      good_ && readable == present_ && (!present_ || std::ranges::all_of(c_.fields, same));
  return {good, good ? 0 : expected_};
}

}  // namespace lithair::models
