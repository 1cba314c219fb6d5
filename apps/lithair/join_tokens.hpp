#pragma once

#include <span>

#include "apps/lithair/options.hpp"

namespace lithair::apps {

/// `lithair_node token --data-dir DIR [--expires 1h] [--uses 1 | --list | --revoke NUMBER|all]`:
/// asks the running node whose directory that is to make a join token, to tell of those that count,
/// or to let some count no more. Shows it the key of the authority that lies in DIR/tls. Blocks.
early_exit manage_tokens(const program& self, std::span<const char* const> arguments);

}  // namespace lithair::apps
