#pragma once

/// Duties of a driver of Raft broken on purpose, to show that the simulator of whole nodes would notice. They exist only
/// where LITHAIR_MUTANTS is defined, which are libraries of the tests; elsewhere `mutated` is just false.
namespace lithair::actors {

enum class mutant {
  none,
  /// A piece of a long message is acknowledged and thrown away.
  piece_acknowledged_not_kept,
  /// A piece of a stream that is over is taken for one of the present stream.
  stale_piece_taken,
  /// A peer is welcomed before what was learned from it is on the disk.
  peer_met_before_noted,
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
