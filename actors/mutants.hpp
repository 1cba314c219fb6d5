#pragma once

/// Duties of a driver of Raft broken on purpose, to show that the simulator of whole nodes would notice. They exist only
/// where LITHAIR_MUTANTS is defined, which are libraries of the tests; elsewhere `mutated` is just false.
namespace lithair::actors {

enum class mutant {
  none,
  piece_acknowledged_not_kept,  // a piece of a big message is acknowledged and thrown away
  stale_piece_taken,            // a piece of a stream that is over is taken for one of the present
  peer_met_before_noted,        // a peer is welcomed before its directory is on record
  count
};

#ifdef LITHAIR_MUTANTS
/// Which rule is broken now; `none` at first. For one thread.
extern mutant active_mutant;
inline bool mutated(mutant x) {
  return active_mutant == x;
}
#else
constexpr bool mutated(mutant) {
  return false;
}
#endif

}  // namespace lithair::actors
