#pragma once

#include <cstdint>

namespace lithair::actors {

/// What happened to a request, before any question of its content. A client that is told 503 may
/// try again; with 504 it has to look what became of its write.
enum class disposition : std::uint8_t {
  done,         ///< it was carried out (or refused by the models); see `result`
  unavailable,  ///< 503: certainly not applied; no leader, or full
  unknown,      ///< 504: the outcome is unknown
};

/// What a read may miss.
enum class consistency : std::uint8_t {
  linearizable,  ///< nothing that was acknowledged before it began, by a round of a majority
  leader,        ///< the same as long as no other leader has been elected: answered from its lease
  local,         ///< what this node has not applied yet
};

}  // namespace lithair::actors
