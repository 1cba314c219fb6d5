#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/lithair/options.hpp"
#include "persistence/archive_chain.hpp"
#include "persistence/snapshot_file.hpp"

namespace lithair::apps {

/// What a restore is made of: a base, and the entries behind it that follow.
struct restore_plan {
  std::filesystem::path base;
  persistence::snapshot_header header;  ///< of the base
  /// The last entry that is replayed; that of the base where there is none
  protocol::index_t target;
  std::optional<persistence::archive_chain> log;  ///< none: the base is all
  std::string models;                ///< of the state as of the target, as a model file's text
  std::vector<std::string> remarks;  ///< sentences for the operator
};

/// For the main group. Takes the newest sound base in `from`, a directory of backups, that is not
/// behind the target, or `from` itself, which is a base. Without `until` that is a directory's end,
/// or the base alone. All that is to be replayed was read to its end then. Throws
/// persistence::storage_error or std::runtime_error with one sentence: what is missing, damaged, or
/// not there at all.
restore_plan plan_restore(const std::filesystem::path& from, const std::optional<moment>& until);

/// For what `node` had for itself when the cluster was as `main` has it, by the clocks of both; the
/// last that is archived where that is earlier, since nothing may have been written since. `from`
/// and `until` are those of `main`. Throws likewise.
restore_plan plan_local_restore(const std::filesystem::path& from,
                                const std::optional<moment>& until, const restore_plan& main,
                                protocol::node_id node);

}  // namespace lithair::apps
