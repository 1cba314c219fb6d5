#pragma once

#include <functional>

#include "models/schema/schema.hpp"

/// A schema taken apart: the group that all nodes share and the one that a node has for itself each
/// serve their part.
namespace lithair::models {

/// The part of `full` with the replicated fields of the collections that `belongs` names.
schema replicated_part(const schema& full,
                       const std::function<bool(const collection&)>& belongs = {});
/// The part with all that is local.
schema local_part(const schema& full);

}  // namespace lithair::models
