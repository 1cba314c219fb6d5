#include "models/query/history_page.hpp"

#include <map>
#include <utility>

#include "models/derived/history.hpp"
#include "models/derived/timeline.hpp"
#include "models/encoding/json_text.hpp"
#include "models/encoding/msgpack.hpp"
#include "models/problem/problems.hpp"
#include "models/query/item_options.hpp"
#include "models/query/page_limits.hpp"
#include "models/query/range_cursor.hpp"
#include "models/schema/value_codec.hpp"
#include "models/state/filter_match.hpp"
#include "models/state/variant.hpp"

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

void append_changes(std::string& out, const collection& c, const stored_fields& changes,
                    const std::vector<bool>& shown) {
  out += '{';
  bool first = true;
  for (std::size_t i = 0; i < c.fields.size(); ++i) {
    const auto& f = c.fields[i];
    // Hidden fields are left out, as everywhere.
    const auto* change = shown[i] ? find(changes, f.id) : nullptr;
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

void append_event(std::string& out, const collection& c, const event& change,
                  const std::vector<bool>& shown) {
  out += "{\"version\":" + std::to_string(change.version) +
         ",\"index\":" + std::to_string(change.index) + ",\"time\":";
  append_json_string(out, to_string(timestamp{change.time_us}));
  out += ",\"type\":";
  append_json_string(out, name_of(change.type));
  if (!change.by.empty()) {
    out += ",\"by\":";
    append_json_string(out, change.by);
  }
  out += ",\"changes\":";
  append_changes(out, c, change.changes, shown);
  out += '}';
}

void append_verification(std::string& out, const verification& checked) {
  out += checked.good ? ",\"verified\":true" : ",\"verified\":false,\"broken_at\":";
  out += checked.good ? "" : std::to_string(checked.broken_at);
}

/// From which index on the item's events may be told: to whom items are kept from, while the item
/// may be read, since it was made; what had its key before was somebody else's. None: not at all.
std::optional<std::uint64_t> told_since(const query& q, const state_view& state) {
  if (!q.is_restricted()) {
    return 0;
  }
  const auto bytes = state.get(record_key(*q.target, q.key));
  stored_record now;
  if (!bytes || !read_record(*bytes, now) ||
      !matches(*q.target, q.rights->allowed, now.fields, &state)) {
    return std::nullopt;
  }
  return now.created;
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

/// Asks for a pause the more often, the more bytes a step went through.
class careful_pause {
 public:
  explicit careful_pause(const pause& now) : now_(now) {}

  void went_through(std::size_t bytes) { asks_ = 1 + bytes / bytes_of_an_ask; }
  bool operator()() const {
    bool late = false;
    for (std::size_t i = 0; i < asks_; ++i) {
      late = now_() || late;
    }
    return late;
  }

 private:
  static constexpr std::size_t bytes_of_an_ask = 4096;

  const pause& now_;
  std::size_t asks_ = 1;
};

outcome found(std::string body) {
  outcome made;
  made.status = 200;
  made.body = std::move(body);
  return made;
}

outcome refused(const problem& why) {
  outcome made;
  made.status = why.status;
  made.body = to_json(why);
  return made;
}

/// A page, and then all events once more where they are to be verified.
class history_cursor final : public query_cursor {
 public:
  explicit history_cursor(const query& q)
      : q_(q),
        c_(*q.target),
        key_(q.key),
        options_(q.item),
        page_({{event_key(c_, key_, options_->after + 1), events_of(c_, key_).upper}}),
        all_({events_of(c_, key_)}),
        verifier_(c_, key_) {}

  bool go_on(const state_view& state, const pause& now) override {
    if (out_.empty()) {
      const auto since = told_since(q_, state);
      // Nothing was ever tracked of this key, or nothing that may be told.
      if (!since || last_version(c_, key_, state) == 0) {
        return true;
      }
      since_ = *since;
      out_ = "{\"id\":";
      append_json(out_, from_key(c_.key(), key_).value_or(value{}));
      out_ += ",\"events\":[";
    }
    careful_pause careful(now);
    const pause late = [&careful] { return careful(); };
    if (!has_page_) {
      has_page_ = page_.go_on(state, late, [&](auto key, auto bytes) {
        careful.went_through(bytes.size());
        return show(key, bytes);
      });
      if (!has_page_) {
        return false;
      }
    }
    if (!options_->verify) {
      return true;
    }
    // All of them, however short the page is.
    const bool done = all_.go_on(state, late, [&](auto key, auto bytes) {
      careful.went_through(bytes.size());
      return verifier_.take(key, bytes);
    });
    if (done) {
      verified_ = verifier_.finish(state);
    }
    return done;
  }

  outcome answer() override {
    if (out_.empty()) {
      return refused(not_found());
    }
    out_ += more_ ? "],\"has_more\":true,\"next\":" + std::to_string(last_)
                  : "],\"has_more\":false,\"next\":null";
    if (options_->verify) {
      append_verification(out_, verified_);
    }
    return found(std::move(out_) + '}');
  }

 private:
  /// False: the page is full, and there is at least this one more.
  bool show(std::string_view pair_key, std::string_view bytes) {
    event x;
    more_ = shown_ == options_->take || out_.size() >= max_page_bytes;
    if (!more_ && read_event(pair_key, bytes, x) && x.index >= since_) {
      out_ += shown_++ == 0 ? "" : ",";
      append_event(out_, c_, x, options_->wanted);
      last_ = x.version;
    }
    return !more_;
  }

  const query q_;
  const collection& c_;
  std::string key_;
  std::shared_ptr<const item_options> options_;
  std::uint64_t since_ = 0;  // the index of the first event that may be told
  range_cursor page_;
  range_cursor all_;
  event_verifier verifier_;
  verification verified_;
  std::string out_;  // empty: there is nothing to tell of
  bool has_page_ = false;
  bool more_ = false;
  std::uint64_t shown_ = 0;
  std::uint64_t last_ = 0;  // the version shown last
};

/// Replays the events up to the moment asked for.
class past_item_cursor final : public query_cursor {
 public:
  explicit past_item_cursor(const query& q)
      : q_(q), c_(*q.target), key_(q.key), options_(q.item), events_({events_of(c_, key_)}) {}

  bool go_on(const state_view& state, const pause& now) override {
    // An index of another life of the data could answer with somebody else's item.
    const auto& index = options_->as_of_index;
    if (index && timeline_of(state).is_elsewhere(*index)) {
      why_not_ = other_timeline(*index);
      why_not_->status = 410;
      return true;
    }
    if (!since_) {
      since_ = told_since(q_, state);
    }
    if (!since_) {
      return true;
    }
    careful_pause careful(now);
    return events_.go_on(
        state, [&careful] { return careful(); },
        [&](std::string_view pair_key, std::string_view bytes) {
          careful.went_through(bytes.size());
          event x;
          // The first event that is too late ends the replay.
          if (!read_event(pair_key, bytes, x) || is_later(x, *options_)) {
            return false;
          }
          if (x.index >= *since_) {
            item_.take(x);
          }
          return true;
        });
  }

  outcome answer() override {
    // Not created yet, or deleted by then.
    if (why_not_ || !item_.present) {
      return refused(why_not_ ? *why_not_ : not_found());
    }
    const auto fields = item_.fields(c_, key_);
    std::string body;
    append_json(body, c_, fields, options_->wanted);
    outcome made = found(std::move(body));
    made.version = item_.version;
    made.variant = variant_of(c_, fields, made.body);
    return made;
  }

 private:
  const query q_;
  const collection& c_;
  std::string key_;
  std::shared_ptr<const item_options> options_;
  std::optional<std::uint64_t> since_;  // the index of the first event that may be told
  range_cursor events_;
  replay item_;
  std::optional<problem> why_not_;
};

}  // namespace

std::unique_ptr<query_cursor> begin_history(const query& q) {
  return std::make_unique<history_cursor>(q);
}

std::unique_ptr<query_cursor> begin_past_item(const query& q) {
  return std::make_unique<past_item_cursor>(q);
}

std::optional<problem> why_not_yet(const query& q, std::uint64_t applied, std::int64_t time_us) {
  if (!q.item) {
    return std::nullopt;
  }
  if (const auto& index = q.item->as_of_index; index && *index > applied) {
    return bad_parameter(
        "as_of", "The index " + std::to_string(*index) + " is yet to come; this node is as of " +
                     std::to_string(applied) + ". X-Min-Index waits for an index.");
  }
  if (const auto& time = q.item->as_of_time_us; time && *time > time_us) {
    return bad_parameter(
        "as_of", "The time is yet to come; here it is " + to_string(timestamp{time_us}) + '.');
  }
  return std::nullopt;
}

}  // namespace lithair::models
