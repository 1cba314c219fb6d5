#include "actors/mutants.hpp"

namespace lithair::actors {

#ifdef LITHAIR_MUTANTS
mutant active_mutant = mutant::none;
#endif

}  // namespace lithair::actors
