#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "models/problem/outcome.hpp"
#include "models/schema/schema.hpp"
#include "models/state/state_view.hpp"

namespace lithair::models {

/// Decides the command in `bytes` against the state and, if it is accepted, adds its changes to
/// `out`. Deterministic. A refused command changes nothing, except that its answer is kept for its
/// Idempotency-Key, and is an answer like any other. `want_body` is false where nobody waits for
/// the answer. Bytes of an unknown version: nullopt; the caller must stop applying rather than
/// guess. What is dated or expires goes by `log_time_us`, which the log has from the clocks of a
/// majority; where that is 0, as in logs of earlier versions, by the clock of who made the command.
///
///     bytes ─▶ read_command ─▶ known? ─▶ answered before? ─▶ decide, all or none ─▶ out
///                  │no           │no           │yes
///                  ▼             ▼             ▼
///               nullopt       nullopt     that answer, no change
///
/// `index` is the entry's in the log and becomes the version of what is written. A command that
/// names a collection or a judged field which `s` lacks is nullopt too. `state` is as of the entry
/// before; `bytes` must live during the call. Never throws for what is in the bytes. Called by the
/// thread that owns the state, once for each entry, in the order of the log; the changes must be in
/// the state before the next call.
std::optional<outcome> apply(const schema& s, std::uint64_t index, std::string_view bytes,
                             const state_view& state, bool want_body, change_set& out,
                             std::int64_t log_time_us = 0);

}  // namespace lithair::models
