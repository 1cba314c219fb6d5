#include "models/problem/problems.hpp"
#include "models/query/item_options.hpp"
#include "models/query/open_cursor.hpp"
#include "models/query/query.hpp"
#include "models/query/random_key.hpp"
#include "models/state/filter_match.hpp"
#include "models/state/keys.hpp"
#include "models/state/record.hpp"
#include "models/state/variant.hpp"

namespace lithair::models {

namespace {

outcome run_item(const query& q, const state_view& state) {
  const auto bytes = state.get(record_key(*q.target, q.key));
  stored_record record;
  // Damaged bytes are shown as nothing rather than as half an item; and what may not be read is not
  // there for who asks.
  if (!bytes || !read_record(*bytes, record) ||
      (q.is_restricted() && !matches(*q.target, q.rights->allowed, record.fields, &state))) {
    return nothing_found();
  }
  outcome made;
  made.status = 200;
  made.version = record.version;
  if (q.item) {
    append_json(made.body, *q.target, record.fields, q.item->wanted);
  } else {
    append_json(made.body, *q.target, record.fields);
  }
  made.variant = variant_of(*q.target, record.fields, made.body);
  return made;
}

}  // namespace

outcome run(const schema&, const query& q, const state_view& state, std::uint64_t random) {
  if (const auto work = open_cursor(q)) {
    // Never pauses: this caller asked for the whole answer.
    static_cast<void>(work->go_on(state, [] { return false; }));
    return work->answer();
  }
  switch (q.what) {
    case query::kind::item:
      return run_item(q, state);
    default:
      return answer_random(*q.target, random_key(*q.target, state, random));
  }
}

}  // namespace lithair::models
