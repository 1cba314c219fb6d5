#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "models/query/query.hpp"
#include "models/query/query_cursor.hpp"

namespace lithair::models {

/// The key of some item, in stored form: one seek, however many there are. Keys behind a gap are
/// likelier than others. None: there is no item.
std::optional<std::string> random_key(const collection& c, const state_view& state,
                                      std::uint64_t random);
/// The JSON that tells it; 404 for none.
outcome answer_random(const collection& c, const std::optional<std::string>& key);
/// The key of some item of those that who asks may read: the first one from a random point on, and
/// from the beginning behind the end. It takes the longer, the fewer these are.
std::unique_ptr<query_cursor> begin_random(const query& q);

/// 404: there is none, or none that may be read.
outcome nothing_found();

}  // namespace lithair::models
