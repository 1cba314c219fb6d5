#pragma once

#include <functional>

#include "models/schema/schema.hpp"

/// A schema taken apart: the group that all nodes share and the one that a node has for itself each
/// serve their part.
namespace lithair::models {

/// The part of `full` with the replicated fields of the collections that `belongs` names. Without
/// `belongs`: of all collections. Its mixed collections hold `extent::replicated_part`.
schema replicated_part(const schema& full,
                       const std::function<bool(const collection&)>& belongs = {});
/// The part with all that is local: whole collections, and of mixed ones the key and the local
/// fields. Both parts may be empty schemas.
schema local_part(const schema& full);

}  // namespace lithair::models
