#include "models/command/idempotency.hpp"

#include <algorithm>

#include "models/encoding/msgpack.hpp"
#include "models/encoding/sha256.hpp"
#include "models/problem/problems.hpp"
#include "models/state/keys.hpp"

namespace lithair::models {

namespace {

/// At most as many are forgotten with one command, so that none is slow; two a command is enough to
/// shrink.
constexpr std::size_t forgotten_at_once = 8;

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

std::string write_answer(std::int64_t time_us, std::string_view digest, const outcome& given) {
  // The parts behind six fixed members; most answers have none.
  std::string made;
  msgpack::write_array(made, 6 + 2 * given.parts.size());
  msgpack::write_signed(made, time_us);
  msgpack::write_binary(made, digest);
  msgpack::write_unsigned(made, given.status);
  msgpack::write_string(made, given.body);
  msgpack::write_unsigned(made, given.version);
  msgpack::write_string(made, given.location);
  for (const auto& part : given.parts) {
    msgpack::write_unsigned(made, part.status);
    msgpack::write_binary(made, part.record);
  }
  return made;
}

}  // namespace

std::int64_t latest_answer_time(const state_view& state) {
  const auto stored = state.get(clock_key);
  return stored ? static_cast<std::int64_t>(read_big_endian(*stored)) : 0;
}

std::optional<outcome> find_answer(const request_token& token, std::int64_t time_us,
                                   const state_view& state) {
  const auto stored = state.get('a' + place_of(token));
  if (!stored) {
    return std::nullopt;
  }
  msgpack::reader in(*stored);
  const std::size_t members = in.read_array();
  const std::int64_t given_at = in.read_signed();
  const auto digest = in.read_binary();
  outcome made;
  made.status = static_cast<std::uint16_t>(in.read_unsigned());
  made.body = in.read_string();
  made.version = in.read_unsigned();
  made.location = in.read_string();
  // Two values a part.
  for (std::size_t i = 6; i + 1 < members && in.good(); i += 2) {
    const auto status = static_cast<std::uint16_t>(in.read_unsigned());
    made.parts.push_back({status, std::string(in.read_binary())});
  }
  // A pair that can't be read is answered like a new request, as is one whose time is over.
  if (!in.finished() || log_time(time_us, state) - given_at >= answer_lifetime_us) {
    return std::nullopt;
  }
  // One key, another request: the client's mistake, and it is told so every time.
  if (digest != token.digest) {
    made = {};
    made.status = 422;
    made.body = to_json(problem{
        422, "idempotency_key_reused", "The Idempotency-Key was used for another request.", {}});
  }
  made.replayed = true;
  return made;
}

void keep_answer(const request_token& token, std::int64_t time_us, const outcome& given,
                 const state_view& state, change_set& out) {
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
  out.push_back({'a' + place, write_answer(now, token.digest, given)});
  out.push_back({expiry_key(now, place), std::string()});
}

}  // namespace lithair::models
