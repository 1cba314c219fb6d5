#include "models/query/open_cursor.hpp"

#include "models/query/history_page.hpp"
#include "models/query/item_options.hpp"
#include "models/query/list_page.hpp"
#include "models/query/projection_page.hpp"
#include "models/query/random_key.hpp"

namespace lithair::models {

namespace {

bool is_of_the_past(const query& q) {
  return q.item && (q.item->as_of_index || q.item->as_of_time_us);
}

}  // namespace

std::unique_ptr<query_cursor> open_cursor(const query& q) {
  switch (q.what) {
    case query::kind::list:
      return begin_list(q);
    case query::kind::count:
      return begin_count(q);
    case query::kind::projection:
      return begin_projection_page(q);
    case query::kind::history:
      return begin_history(q);
    case query::kind::item:
      // Of the present it is one pair.
      return is_of_the_past(q) ? begin_past_item(q) : nullptr;
    case query::kind::random_id:
      // Of all items it is one seek.
      return q.is_restricted() ? begin_random(q) : nullptr;
    default:
      return nullptr;
  }
}

bool is_read(std::string_view key) {
  // Records, unique values, indexes, counters, projections and events; see the grammar in keys.hpp.
  constexpr std::string_view first_bytes = "ruinpqh";
  return !key.empty() && first_bytes.find(key.front()) != std::string_view::npos;
}

}  // namespace lithair::models
