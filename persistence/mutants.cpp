#include "persistence/mutants.hpp"

namespace lithair::persistence {

#ifdef LITHAIR_MUTANTS
mutant active_mutant = mutant::none;
#endif

}  // namespace lithair::persistence
