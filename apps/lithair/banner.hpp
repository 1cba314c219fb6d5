#pragma once

#include <string>

#include "apps/lithair/options.hpp"
#include "models/schema/schema.hpp"

namespace lithair::apps {

/// What a node says once it listens: what it serves, where, and which command to try next. Lines
/// for people, ending in a line break.
std::string banner(const settings& chosen, const models::schema& schema,
                   const std::string& version);

/// A JSON item that the collection would accept, as far as the declaration tells; on one line.
std::string sample_item(const models::collection& c);

}  // namespace lithair::apps
