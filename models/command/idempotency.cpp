#include "models/command/idempotency.hpp"

#include <algorithm>

#include "models/derived/feed.hpp"
#include "models/encoding/msgpack.hpp"
#include "models/encoding/sha256.hpp"
#include "models/problem/problems.hpp"
#include "models/schema/value_codec.hpp"
#include "models/state/keys.hpp"
#include "models/state/record.hpp"

namespace lithair::models {

namespace {

/// At most as many are forgotten with one command, so that none is slow; two a command is enough to
/// shrink.
constexpr std::size_t forgotten_at_once = 8;
/// Of an answer; rendered ones have more.
constexpr std::size_t kept_members = 5;
/// What one command changed is looked through for an item as long as it is no larger.
constexpr std::size_t max_feed_pair = 2 << 20;

const std::string clock_key = "t";

/// The scope has a length before it, so that scope and key can't be mistaken for others.
std::string place_of(const request_token& token) {
  std::string text;
  msgpack::write_binary(text, token.scope);
  text += token.key;
  return sha256(text);
}

/// Never back: what has expired for one command has expired for all that follow.
std::int64_t log_time(std::int64_t time_us, const state_view& state) {
  return std::max({time_us, latest_answer_time(state), std::int64_t{0}});
}

std::string expiry_key(std::int64_t time_us, std::string_view place) {
  std::string made = "e";
  append_big_endian(made, static_cast<std::uint64_t>(time_us));
  return made.append(place);
}

std::string write_answer(std::int64_t time_us, std::string_view digest, const kept_answer& given,
                         const std::string& refusal) {
  std::string made;
  msgpack::write_array(made, kept_members);
  msgpack::write_signed(made, time_us);
  msgpack::write_binary(made, digest);
  msgpack::write_unsigned(made, given.given.status);
  msgpack::write_unsigned(made, given.index);
  if (given.given.status >= 400) {
    msgpack::write_string(made, refusal);
    return made;
  }
  msgpack::write_array(made, given.parts.size());
  for (const auto& part : given.parts) {
    msgpack::write_array(made, 5);
    msgpack::write_unsigned(made, part.status);
    msgpack::write_binary(made, part.key);
    msgpack::write_unsigned(made, part.created);
    msgpack::write_unsigned(made, part.version);
    if (part.record.empty()) {
      msgpack::write_nil(made);
    } else {
      msgpack::write_binary(made, part.record);
    }
  }
  return made;
}

/// What follows time and digest.
void read_kept(msgpack::reader& in, kept_answer& out) {
  out.given.status = static_cast<std::uint16_t>(in.read_unsigned());
  out.index = in.read_unsigned();
  if (out.given.status >= 400) {
    out.given.body = in.read_string();
    return;
  }
  for (auto left = in.read_array(); left > 0 && in.good(); --left) {
    if (in.read_array() != 5) {
      return;
    }
    auto& part = out.parts.emplace_back();
    part.status = static_cast<std::uint16_t>(in.read_unsigned());
    part.key = in.read_binary();
    part.created = in.read_unsigned();
    part.version = in.read_unsigned();
    if (!in.take_nil()) {
      part.record = in.read_binary();
    }
  }
}

/// Likewise, as former versions kept it.
void read_rendered(msgpack::reader& in, std::size_t members, outcome& out) {
  out.status = static_cast<std::uint16_t>(in.read_unsigned());
  out.body = in.read_string();
  out.version = in.read_unsigned();
  out.location = in.read_string();
  // Two values a part.
  for (std::size_t i = 6; i + 1 < members && in.good(); i += 2) {
    const auto status = static_cast<std::uint16_t>(in.read_unsigned());
    out.parts.push_back({status, std::string(in.read_binary())});
  }
}

}  // namespace

std::int64_t latest_answer_time(const state_view& state) {
  const auto stored = state.get(clock_key);
  return stored ? static_cast<std::int64_t>(read_big_endian(*stored)) : 0;
}

std::optional<kept_answer> find_answer(const request_token& token, std::int64_t time_us,
                                       const state_view& state) {
  const auto stored = state.get('a' + place_of(token));
  if (!stored) {
    return std::nullopt;
  }
  msgpack::reader in(*stored);
  const std::size_t members = in.read_array();
  const std::int64_t given_at = in.read_signed();
  const auto digest = in.read_binary();
  kept_answer made;
  if (members == kept_members) {
    read_kept(in, made);
    made.is_whole = made.given.status >= 400;
  } else {
    read_rendered(in, members, made.given);
    made.is_whole = true;
  }
  // A pair that can't be read is answered like a new request, as is one whose time is over.
  if (!in.finished() || log_time(time_us, state) - given_at >= answer_lifetime_us) {
    return std::nullopt;
  }
  // One key, another request: the client's mistake, and it is told so every time.
  if (digest != token.digest) {
    made = {};
    made.is_whole = true;
    made.given.status = 422;
    made.given.body = to_json(problem{
        422, "idempotency_key_reused", "The Idempotency-Key was used for another request.", {}});
  }
  made.given.replayed = true;
  return made;
}

void keep_answer(const request_token& token, std::int64_t time_us, const kept_answer& given,
                 const std::string& refusal, const state_view& state, change_set& out) {
  const std::int64_t now = log_time(time_us, state);
  const std::string place = place_of(token);
  // Everything before this moment has expired.
  const std::string end = expiry_key(std::max<std::int64_t>(0, now - answer_lifetime_us + 1), "");
  std::size_t forgotten = 0;
  state.scan("e", end, state_view::direction::ascending,
             [&](std::string_view key, std::string_view) {
               out.push_back({std::string(key), std::nullopt});
               // Time takes 8 bytes behind the letter, then comes the place.
               out.push_back({'a' + std::string(key.substr(9)), std::nullopt});
               return ++forgotten < forgotten_at_once;
             });
  // The key may come back after its answer expired: the old expiry must not end the new answer.
  if (const auto old = state.get('a' + place)) {
    msgpack::reader in(*old);
    in.read_array();
    out.push_back({expiry_key(in.read_signed(), place), std::nullopt});
  }
  std::string clock;
  append_big_endian(clock, static_cast<std::uint64_t>(now));
  out.push_back({clock_key, std::move(clock)});
  out.push_back({'a' + place, write_answer(now, token.digest, given, refusal)});
  out.push_back({expiry_key(now, place), std::string()});
}

// -- what was answered ---------------------------------------------------------------------------

written_part recollection::recall(const kept_part& part) const {
  if (part.status == 204) {
    return {part.status, {}};
  }
  if (!part.record.empty()) {
    return {part.status, part.record};
  }
  auto found = from_state(part);
  if (!found) {
    found = from_feed(part);
  }
  if (found) {
    return {part.status, std::move(*found)};
  }
  return {part.status, with_key_only(part), true};
}

std::optional<std::string> recollection::from_state(const kept_part& part) const {
  auto bytes = state_.get(record_key(c_, part.key));
  stored_record record;
  if (!bytes || !read_record(*bytes, record)) {
    return std::nullopt;
  }
  // Local fields have no versions that clients see: they are shown as they are now.
  const bool is_same = c_.holds == extent::local_part || record.version == part.version;
  return is_same ? std::move(bytes) : std::nullopt;
}

std::optional<std::string> recollection::from_feed(const kept_part& part) const {
  std::optional<std::string> made;
  if (!asks_feed_) {
    return made;
  }
  const std::string wanted = feed_key(part.version);
  const auto note = [&](const feed_event& event) {
    if (event.collection_id == c_.id && event.key == part.key &&
        event.type != event_type::deleted) {
      // The last one: the item as the command left it. How often it was written no answer tells.
      made = write_record({part.version, 1, part.created, event.fields});
    }
  };
  // Not fetched, for its size shows only here.
  state_.scan(wanted, wanted + '\0', state_view::direction::ascending,
              [&](std::string_view, std::string_view bytes) {
                if (read_feed_head(bytes).bytes <= max_feed_pair &&
                    !read_feed(read_feed_pair(state_, part.version, bytes), note)) {
                  made.reset();
                }
                return false;
              });
  return made;
}

std::string recollection::with_key_only(const kept_part& part) const {
  std::string key;
  write_value(key, from_key(c_.key(), part.key).value_or(value{}));
  return write_record({part.version, 1, part.created, {{c_.key().id, key}}});
}

}  // namespace lithair::models
