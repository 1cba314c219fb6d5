#pragma once

#include <span>

#include "apps/lithair/options.hpp"

namespace lithair::apps {

/// `lithair_node verify PATH`: reads a backup, or a directory of them, to its end and says what it
/// is worth. Status 0: all of it is sound; 2: something is not, or is no backup. Blocks.
early_exit verify_backups(const program& self, std::span<const char* const> arguments);

}  // namespace lithair::apps
