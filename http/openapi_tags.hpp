#pragma once

#include <boost/json/array.hpp>

#include "models/schema/schema.hpp"

namespace lithair::http {

/// What operations are about: each collection, with `x-collection` for whoever makes clients (what
/// else could only be guessed from names), and what the node has beside them.
boost::json::array described_tags(const models::schema& schema);

}  // namespace lithair::http
