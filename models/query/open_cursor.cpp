#include "models/query/open_cursor.hpp"

#include "models/query/list_page.hpp"
#include "models/query/projection_page.hpp"

namespace lithair::models {

std::unique_ptr<query_cursor> open_cursor(const query& q) {
  switch (q.what) {
    case query::kind::list:
      return begin_list(q);
    case query::kind::count:
      return begin_count(q);
    case query::kind::projection:
      return begin_projection_page(q);
    default:
      // Answered at once: what they read is one item's.
      return nullptr;
  }
}

bool is_read(std::string_view key) {
  // Records, unique values, indexes, counters and projections; see the grammar in keys.hpp.
  constexpr std::string_view first_bytes = "ruinpq";
  return !key.empty() && first_bytes.find(key.front()) != std::string_view::npos;
}

}  // namespace lithair::models
