#include "models/declaration/schema_parts.hpp"

#include <algorithm>
#include <stdexcept>

#include "models/declaration/model_file.hpp"
#include "models/declaration/model_text.hpp"
#include "models/schema/projection.hpp"

namespace lithair::models {

namespace {

using belonging = std::function<bool(const collection&, const field&)>;

/// The schema that the builder makes of the rest, so that it is as consistent as any.
schema part_of(const schema& full, extent holds, const belonging& belongs) {
  const std::string text = to_model_text(full, belongs);
  if (text.empty()) {
    return {};
  }
  const auto built = parse_model_text(text, "a part of the models");
  if (!built) {
    throw std::logic_error(to_string(built.error().front()));
  }
  std::vector<collection> collections(built->collections().begin(), built->collections().end());
  for (auto& c : collections) {
    c.holds = is_mixed(*full.find(c.id)) ? holds : extent::whole;
  }
  return schema(std::move(collections), {built->projections().begin(), built->projections().end()});
}

}  // namespace

schema replicated_part(const schema& full, const std::function<bool(const collection&)>& belongs) {
  return part_of(full, extent::replicated_part, [&](const collection& c, const field& f) {
    return f.replicated && (!belongs || belongs(c));
  });
}

schema local_part(const schema& full) {
  return part_of(full, extent::local_part, [](const collection& c, const field& f) {
    return !f.replicated || (f.primary_key && is_mixed(c));
  });
}

}  // namespace lithair::models
