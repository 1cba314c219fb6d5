#include "models/state/variant.hpp"

#include <algorithm>

#include "models/encoding/sha256.hpp"
#include "models/state/keys.hpp"

namespace lithair::models {

namespace {

/// Whether every node that shows the record shows just this. Both sides rise by id.
bool is_named_by_version(const collection& c, const stored_fields& fields) {
  const bool mixed = is_mixed(c);
  auto stored = fields.begin();
  for (const auto at : c.by_id) {
    const field& f = c.fields[at];
    // A field that these models do not know, and others may.
    if (stored != fields.end() && stored->id < f.id) {
      return false;
    }
    const bool is_there = stored != fields.end() && stored->id == f.id;
    if (is_there) {
      ++stored;
    }
    const bool is_own = is_there && mixed && !f.replicated;
    const bool is_filled_in = !is_there && !absent(f.default_value);
    if (f.exposed && (is_own || is_filled_in)) {
      return false;
    }
  }
  return stored == fields.end();
}

}  // namespace

std::uint64_t variant_of(const collection& c, const stored_fields& fields, std::string_view body) {
  if (is_named_by_version(c, fields)) {
    return 0;
  }
  const auto number = read_big_endian(std::string_view(sha256(body)).substr(0, 8));
  return std::max<std::uint64_t>(number, 1);
}

}  // namespace lithair::models
