#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "models/command/command.hpp"
#include "models/state/state_view.hpp"

/// The answers of requests that carry an `Idempotency-Key`, kept in the state with what they
/// changed:
///
///     answer  := 'a' key       ->  [time, digest, status, index, refusal or [part, ...]]
///     part    := [status, item's key, created, version, record or nil]
///     expiry  := 'e' time:8 key             ->  ''
///     clock   := 't'                        ->  time:8
///     key     := SHA-256 of scope and the client's key
///
/// An answer is kept as what it tells of, and rendered when it is asked for again: a status, an
/// index, and which items. Their records are in the state already; they are kept here too as long
/// as they are small, at most `max_kept_records` a command. So an answer costs about its keys, and
/// its bytes do not depend on what a node knows of the models. `refusal` is the problem in JSON.
/// Answers of former versions have six members or more, the body as it was rendered among them:
///
///     [time, digest, status, body, version, location, {status, record of a part}...]
///
/// Time is the log's: the latest that any such command carried, so that no clock's fault makes an
/// answer expire early, and every node forgets the same answers at the same index. A refusal is
/// kept too: the same request gets the same refusal. Keys are hashed, so one of any length takes 33
/// bytes, and its scope (collection and method) keeps equal keys of different requests apart.
namespace lithair::models {

/// How long an answer is kept. By the log's time, not by any node's clock.
inline constexpr std::int64_t answer_lifetime_us = 24LL * 3600 * 1'000'000;
/// Bytes of records that one answer keeps; if they are more it keeps none.
inline constexpr std::size_t max_kept_records = 4096;

/// What an operation of a command did, as far as its answer tells.
struct kept_part {
  std::uint16_t status = 200;
  std::string key;            ///< the item's, in stored form
  std::uint64_t created = 0;  ///< the log index of the item's creation; 0: it is gone
  std::uint64_t version = 0;  ///< the item's: the entry, or an earlier one where nothing changed
  std::string record;         ///< as it was then; empty: not kept, or gone
};

/// An answer that was given.
struct kept_answer {
  std::uint64_t index = 0;       ///< of the entry that was answered
  std::vector<kept_part> parts;  ///< one for each operation
  outcome given;                 ///< its status, and what else is as it was
  bool is_whole = false;         ///< `given` is all of it: a refusal, or rendered as it was
};

/// The answer that was given to this token, or the refusal of another request under its key; none:
/// it is new. The refusal is 422 "idempotency_key_reused". An expired one counts as none, though
/// its pair may still be there.
std::optional<kept_answer> find_answer(const request_token& token, std::int64_t time_us,
                                       const state_view& state);

/// Adds the changes that keep the answer and forget a few that have expired. At most 8 are
/// forgotten with each, so the work of a command is bounded and the number of answers still
/// shrinks. `refusal`: the problem, where `status` is 400 or more. The records of `given` are to be
/// within `max_kept_records`.
void keep_answer(const request_token& token, std::int64_t time_us, const kept_answer& given,
                 const std::string& refusal, const state_view& state, change_set& out);

/// What an operation of a kept answer wrote, as the state can tell it now: the record that was
/// kept, the item if it has not changed since, or what the change feed has of it. Else its key
/// alone.
class recollection {
 public:
  /// Of so many parts of an answer the feed is asked for some; each look at it takes a while.
  static constexpr std::size_t most_from_feed = 16;

  /// Both must outlive it; `c` is the collection of the part.
  recollection(const collection& c, const kept_answer& of, const state_view& state)
      : c_(c), asks_feed_(of.parts.size() <= most_from_feed), state_(state) {}
  written_part recall(const kept_part& part) const;

 private:
  std::optional<std::string> from_state(const kept_part& part) const;
  std::optional<std::string> from_feed(const kept_part& part) const;
  std::string with_key_only(const kept_part& part) const;

  const collection& c_;
  bool asks_feed_;
  const state_view& state_;
};

/// The clock, in microseconds since 1970; 0: no such command came yet.
std::int64_t latest_answer_time(const state_view& state);

}  // namespace lithair::models
