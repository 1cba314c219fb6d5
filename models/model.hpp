#pragma once

/// All that a file with model declarations needs: `lithair::model`, `declare`, `field`, the
/// attributes and the value types.
#include "models/attributes.hpp"
#include "models/declaration.hpp"
#include "models/money.hpp"
#include "models/timestamp.hpp"
#include "models/uuid.hpp"
#include "models/value.hpp"

namespace lithair {

using models::blob;
using models::json_text;
using models::money;
using models::timestamp;
using models::uuid;

}  // namespace lithair
