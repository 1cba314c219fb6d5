#pragma once

#include <span>

#include "apps/lithair/options.hpp"

namespace lithair::apps {

/// `lithair_node authority --data-dir DIR [--rotate | --finish | --cancel]`: asks the running node
/// whose directory that is how the cluster's authority stands, or orders another one in its place.
/// Shows it the key of the authority that lies in DIR/tls. Blocks.
early_exit manage_authority(const program& self, std::span<const char* const> arguments);

}  // namespace lithair::apps
