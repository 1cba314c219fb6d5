#include "models/reading.hpp"

#include "models/list_page.hpp"
#include "models/projection_page.hpp"

namespace lithair::models {

std::unique_ptr<reading> begin_reading(const query& q) {
  switch (q.what) {
    case query::kind::list:
      return begin_list(q);
    case query::kind::count:
      return begin_count(q);
    case query::kind::projection:
      return begin_projection_page(q);
    default:
      return nullptr;
  }
}

bool is_read(std::string_view key) {
  // Records, unique values, indexes, counters and projections; see the grammar in keys.hpp.
  constexpr std::string_view first_bytes = "ruinpq";
  return !key.empty() && first_bytes.find(key.front()) != std::string_view::npos;
}

}  // namespace lithair::models
