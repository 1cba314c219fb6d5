#pragma once

#include <string>

#include "apps/lithair/options.hpp"
#include "models/schema/schema.hpp"

namespace lithair::apps {

/// Makes a new data directory (`x.node.data_dir`) of the backup or directory of backups in
/// `x.restore_file`, up to `x.restore_until`: of this node alone, as a cluster of its own that
/// others may join. Returns what to tell the operator.
///
/// `models`, when known, must be able to serve the backup. Throws persistence::storage_error or
/// std::runtime_error with one sentence, and leaves nothing then.
std::string restore(const program& self, const settings& chosen, const models::schema* models);

}  // namespace lithair::apps
