#pragma once

#include <chrono>
#include <cstdint>

#include "actors/storage/replay.hpp"
#include "apps/lithair/restore_plan.hpp"
#include "persistence/state_store.hpp"

/// What becomes of the states of a restored node: entries behind the bases are carried out, and
/// numbers go on where none was ever given.
namespace lithair::apps {

/// Where the numbers of data that are restored now go on behind `last`: never where those of the
/// log that they come from, or of an earlier restore, may have been.
std::uint64_t next_index(std::uint64_t last, std::chrono::system_clock::time_point now);

/// What a state is as of, before its numbers go on elsewhere.
struct replayed {
  std::uint64_t entries = 0;
  std::int64_t time_us = 0;  ///< of the last; 0: none was replayed
  persistence::applied_point point;
  std::size_t forgotten = 0;  ///< local fields of so many items that are gone, removed behind that
};

/// `state` holds the plan's base, of the main group, and becomes one as of `next`. Throws
/// persistence::storage_error or std::runtime_error, as do the others.
replayed finish_main(const restore_plan& plan, std::uint64_t next, persistence::state_store& state);
/// The same of what a node had for itself, beside the main group's state, which is done. Local
/// fields whose items are not in that are forgotten, behind `next`.
replayed finish_own(const restore_plan& plan, std::uint64_t next, persistence::state_store& own,
                    const persistence::state_store& restored);
/// What the node has for itself begins with nothing, and with numbers that it never had.
void begin_own_anew(persistence::state_store& own, const persistence::state_store& restored);

}  // namespace lithair::apps
