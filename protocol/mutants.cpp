#include "protocol/mutants.hpp"

#ifdef LITHAIR_MUTANTS

namespace lithair::protocol {

mutant active_mutant = mutant::none;

}  // namespace lithair::protocol

#endif
