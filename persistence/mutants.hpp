#pragma once

/// Rules of durability broken on purpose, to show that the tests that crash nodes would notice. They exist only
/// where LITHAIR_MUTANTS is defined, which are libraries of the tests; elsewhere `mutated` is just false.
namespace lithair::persistence {

enum class mutant {
  none,
  /// What a commit in parts left behind, and a power loss brought back, counts as damage.
  old_pending_is_damage,
  /// What was found to be damaged is deleted as soon as something else is in its place.
  deletes_what_was_condemned,
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

}  // namespace lithair::persistence
