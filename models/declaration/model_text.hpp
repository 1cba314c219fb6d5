#pragma once

#include <string>

#include "models/schema/schema.hpp"

namespace lithair::models {

/// The schema as the text of a model file, which gives the same schema (and fingerprint) back.
/// Collections come in the order of their ids, fields in declared order. Kept beside the data,
/// and told to peers.
std::string to_model_text(const schema& models);
}  // namespace lithair::models
