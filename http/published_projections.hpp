#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "actors/messages/published.hpp"
#include "models/schema/schema.hpp"

/// The projections that a program folds itself, beside those that the models declare.
namespace lithair::http {

using published_projections = std::vector<std::shared_ptr<const actors::published>>;

/// The one with this name; null when there is none. By a linear search: there are few.
std::shared_ptr<const actors::published> find_published(const published_projections& all,
                                                        std::string_view name);

/// A sentence when two projections would be served under one name; else empty.
std::string why_not_publish(const models::schema& schema,
                            const std::vector<std::string_view>& names);

}  // namespace lithair::http
