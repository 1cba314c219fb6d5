#pragma once

/// All that a file with model declarations needs: `lithair::model`, `declare`, `field`, the
/// attributes and the value types.
#include "models/typed/attributes.hpp"
#include "models/typed/declaration.hpp"
#include "models/value/money.hpp"
#include "models/value/timestamp.hpp"
#include "models/value/uuid.hpp"
#include "models/value/value.hpp"

namespace lithair {

/// The types of members that C++ itself does not have; models/typed/declaration.hpp has the table.
using models::blob;
using models::json_text;
using models::money;
using models::timestamp;
using models::uuid;

}  // namespace lithair
