#include "http/published_projections.hpp"

#include <algorithm>

#include "models/schema/projection.hpp"

namespace lithair::http {

std::shared_ptr<const actors::published> find_published(const published_projections& all,
                                                        std::string_view name) {
  const auto found = std::ranges::find(all, name, &actors::published::name);
  return found == all.end() ? nullptr : *found;
}

std::string why_not_publish(const models::schema& schema,
                            const std::vector<std::string_view>& names) {
  for (auto at = names.begin(); at != names.end(); ++at) {
    const std::string name(*at);
    if (std::find(names.begin(), at, *at) != at)
      return "two projections are to be served as " + name;
    // Declared ones would hide it.
    if (std::ranges::find(schema.projections(), name, &models::projection::name) !=
        schema.projections().end())
      return "a projection is to be served as " + name + ", which the models declare already";
  }
  return {};
}

}  // namespace lithair::http
