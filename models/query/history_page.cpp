#include "models/query/history_page.hpp"

#include <map>

#include "models/derived/history.hpp"
#include "models/encoding/json_text.hpp"
#include "models/encoding/msgpack.hpp"
#include "models/schema/value_codec.hpp"

namespace lithair::models {

namespace {

std::string_view name_of(event_type type) {
  switch (type) {
    case event_type::created:
      return "created";
    case event_type::updated:
      return "updated";
    case event_type::deleted:
      break;
  }
  return "deleted";
}

void append_changes(std::string& out, const collection& c, const stored_fields& changes) {
  out += '{';
  bool first = true;
  for (const auto& f : c.fields) {
    // Hidden fields are left out, as everywhere.
    const auto* change = f.exposed ? find(changes, f.id) : nullptr;
    if (change == nullptr) {
      continue;
    }
    out += first ? "" : ",";
    first = false;
    append_json_key(out, f.name);
    // null tells that the field was removed, as a patch would say it.
    if (msgpack::reader(change->bytes).take_nil()) {
      out += "null";
    } else {
      append_json(out, f, change->bytes);
    }
  }
  out += '}';
}

void append_event(std::string& out, const collection& c, const event& change) {
  out += "{\"version\":" + std::to_string(change.version) +
         ",\"index\":" + std::to_string(change.index) + ",\"time\":";
  append_json_string(out, to_string(timestamp{change.time_us}));
  out += ",\"type\":";
  append_json_string(out, name_of(change.type));
  out += ",\"changes\":";
  append_changes(out, c, change.changes);
  out += '}';
}

void append_verification(std::string& out, const verification& checked) {
  out += checked.good ? ",\"verified\":true" : ",\"verified\":false,\"broken_at\":";
  out += checked.good ? "" : std::to_string(checked.broken_at);
}

/// By the log's index or by its time, whichever was asked for.
bool is_later(const event& change, const item_options& options) {
  return (options.as_of_index && change.index > *options.as_of_index) ||
         (options.as_of_time_us && change.time_us > *options.as_of_time_us);
}

/// The tracked fields of an item while its events are gone through.
class replay {
 public:
  void take(const event& told) {
    // A deletion ends an item; the next creation begins with nothing.
    if (told.type != event_type::updated) {
      fields_.clear();
    }
    present = told.type != event_type::deleted;
    version = told.index;
    for (const auto& change : told.changes) {
      if (msgpack::reader(change.bytes).take_nil()) {
        fields_.erase(change.id);
      } else {
        fields_[change.id] = change.bytes;
      }
    }
  }

  /// With the key, which no event repeats.
  stored_fields fields(const collection& c, std::string_view key) {
    // No event repeats the key, which the path has.
    std::string stored;
    write_value(stored, from_key(c.key(), key).value_or(value{}));
    fields_[c.key().id] = std::move(stored);
    stored_fields made;
    for (const auto& [id, bytes] : fields_) {
      made.push_back({id, bytes});
    }
    return made;
  }

  bool present = false;
  std::uint64_t version = 0;

 private:
  std::map<std::uint32_t, std::string> fields_;
};

}  // namespace

std::optional<std::string> history_page(const collection& c, std::string_view key,
                                        const item_options& options, const state_view& state) {
  // Nothing was ever tracked of this key.
  if (last_version(c, key, state) == 0) {
    return std::nullopt;
  }
  std::string out = "{\"id\":";
  append_json(out, from_key(c.key(), key).value_or(value{}));
  out += ",\"events\":[";
  std::uint64_t shown = 0;
  bool more = false;
  event x;
  const std::string lower = event_key(c, key, options.after + 1);
  state.scan(lower, events_of(c, key).upper, state_view::direction::ascending,
             [&](std::string_view pair_key, std::string_view bytes) {
               // One more than the page shows whether there are more.
               more = shown == options.take;
               if (!more && read_event(pair_key, bytes, x)) {
                 out += shown++ == 0 ? "" : ",";
                 append_event(out, c, x);
               }
               return !more;
             });
  out += more ? "],\"has_more\":true" : "],\"has_more\":false";
  // Verifying reads all events, however short the page is.
  if (options.verify) {
    append_verification(out, verify_events(c, key, state));
  }
  return out + '}';
}

std::optional<past_item> item_as_of(const collection& c, std::string_view key,
                                    const item_options& options, const state_view& state) {
  const auto range = events_of(c, key);
  replay item;
  event x;
  state.scan(range.lower, range.upper, state_view::direction::ascending,
             [&](std::string_view pair_key, std::string_view bytes) {
               // The first event that is too late ends the replay.
               if (!read_event(pair_key, bytes, x) || is_later(x, options)) {
                 return false;
               }
               item.take(x);
               return true;
             });
  // Not created yet, or deleted by then.
  if (!item.present) {
    return std::nullopt;
  }
  past_item made;
  made.version = item.version;
  append_json(made.body, c, item.fields(c, key), options.wanted);
  return made;
}

}  // namespace lithair::models
