#pragma once

#include <string_view>

#include "models/schema/schema.hpp"

/// What the members of a cluster have to agree on besides the data of its users: its join tokens,
/// for one. The main group keeps it as items of a collection that no user declares or sees: decided
/// by the same commands, in the same log, with the same state, snapshots and backups as theirs.
///
///     record := { "name": text, the key ; "value": JSON }
///
/// Only the main group's own schema has it. What a node serves and describes, what it tells its
/// peers and notes in `models.toml` is without it, and its name is one that no model can have.
namespace lithair::models {

/// With a dot, which no name of a model has.
inline constexpr std::string_view cluster_records_name = "cluster.records";
/// As in commands and keys of pairs; no model's name has this number.
inline constexpr std::uint32_t cluster_records_id = stable_id(cluster_records_name);

/// The collection and nothing else, to make its commands and queries by; for ever, any thread.
const schema& cluster_records_schema();
/// The collection in it.
const collection& cluster_records_collection();

/// What the main group keeps: the replicated part of the models that fell to it, and the records.
schema with_cluster_records(const schema& part);

}  // namespace lithair::models
