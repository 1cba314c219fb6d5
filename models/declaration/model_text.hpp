#pragma once

#include <string>

#include "models/schema/schema.hpp"

namespace lithair::models {

/// The schema as the text of a model file, which gives the same schema (and fingerprint) back.
std::string to_model_text(const schema& x);
}  // namespace lithair::models
