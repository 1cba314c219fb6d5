#pragma once

#include <functional>
#include <string>

#include "models/schema/schema.hpp"

namespace lithair::models {

/// The schema as the text of a model file, which gives the same schema (and fingerprint) back.
std::string to_model_text(const schema& x);
/// The same with the fields that `belongs` names, and the collections that have any; may be empty.
std::string to_model_text(const schema& x,
                          const std::function<bool(const collection&, const field&)>& belongs);

}  // namespace lithair::models
