#pragma once

#include <optional>
#include <string>

#include "models/command/command.hpp"
#include "models/state/state_view.hpp"

/// The answers of requests that carry an `Idempotency-Key`, kept in the state with what they
/// changed:
///
///     answer  := 'a' key                    ->  [time, digest, status, body, version, location,
///                                                {status, record of a part}...]
///     expiry  := 'e' time:8 key             ->  ''
///     clock   := 't'                        ->  time:8
///     key     := SHA-256 of scope and the client's key
///
/// Time is the log's: the latest that any such command carried, so that no clock's fault makes an
/// answer expire early, and every node forgets the same answers at the same index. A refusal is
/// kept too: the same request gets the same refusal. Keys are hashed, so one of any length takes 33
/// bytes, and its scope (collection and method) keeps equal keys of different requests apart.
namespace lithair::models {

/// How long an answer is kept. By the log's time, not by any node's clock.
inline constexpr std::int64_t answer_lifetime_us = 24LL * 3600 * 1'000'000;

/// The answer that was given to this token, or the refusal of another request under its key; none:
/// it is new. The refusal is 422 "idempotency_key_reused". An answer found is `replayed`. An
/// expired one counts as none, though its pair may still be there.
std::optional<outcome> find_answer(const request_token& token, std::int64_t time_us,
                                   const state_view& state);

/// Adds the changes that keep the answer and forget a few that have expired. At most 8 are
/// forgotten with each, so the work of a command is bounded and the number of answers still
/// shrinks. `given` must have its body, whoever waits for it or not.
void keep_answer(const request_token& token, std::int64_t time_us, const outcome& given,
                 const state_view& state, change_set& out);

/// The clock, in microseconds since 1970; 0: no such command came yet.
std::int64_t latest_answer_time(const state_view& state);

}  // namespace lithair::models
