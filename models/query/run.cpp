#include <algorithm>

#include "models/problem/problems.hpp"
#include "models/query/item_options.hpp"
#include "models/query/open_cursor.hpp"
#include "models/query/query.hpp"
#include "models/schema/value_codec.hpp"
#include "models/state/keys.hpp"
#include "models/state/record.hpp"
#include "models/state/variant.hpp"

namespace lithair::models {

namespace {

using direction = state_view::direction;

outcome answer(std::string body) {
  outcome made;
  made.status = 200;
  made.body = std::move(body);
  return made;
}

outcome nothing_found() {
  outcome made;
  made.status = 404;
  made.body = to_json(not_found());
  return made;
}

outcome run_item(const query& q, const state_view& state) {
  const auto bytes = state.get(record_key(*q.target, q.key));
  stored_record record;
  // Damaged bytes are shown as nothing rather than as half an item.
  if (!bytes || !read_record(*bytes, record)) {
    return nothing_found();
  }
  outcome made = answer({});
  made.version = record.version;
  if (q.item) {
    append_json(made.body, *q.target, record.fields, q.item->wanted);
  } else {
    append_json(made.body, *q.target, record.fields);
  }
  made.variant = variant_of(*q.target, record.fields, made.body);
  return made;
}

std::optional<std::string> first_key(const state_view& state, const key_range& range,
                                     direction order) {
  // The first pair is enough.
  std::optional<std::string> found;
  state.scan(range.lower, range.upper, order, [&](std::string_view pair_key, std::string_view) {
    found = key_in_record_key(pair_key);
    return false;
  });
  return found;
}

/// Up to 8 bytes of the key behind its first `skip` bytes, as a number.
std::uint64_t number_in(std::string_view key, std::size_t skip) {
  // Short keys count as if zeroes followed.
  std::string bytes(key.substr(std::min(skip, key.size())));
  bytes.resize(8, '\0');
  return read_big_endian(bytes);
}

/// A key at or after a random point between the smallest and the greatest: one seek, however many
/// items there are. Keys behind a gap are likelier than others.
std::optional<std::string> random_key(const collection& c, const state_view& state,
                                      std::uint64_t random) {
  key_range range = all_records(c);
  const auto low = first_key(state, range, direction::ascending);
  const auto high = first_key(state, range, direction::descending);
  if (!low || !high) {
    return std::nullopt;
  }
  // Where all keys begin alike, the point must differ behind that.
  const auto differ = std::ranges::mismatch(*low, *high).in1 - low->begin();
  const auto common = static_cast<std::size_t>(differ);
  const std::uint64_t from = number_in(*low, common);
  // The span may be all 64 bits, where one more would be 0.
  const std::uint64_t span = number_in(*high, common) - from;
  std::string point = high->substr(0, common);
  append_big_endian(point, span + 1 == 0 ? random : from + random % (span + 1));
  range.lower = record_key(c, point);
  const auto found = first_key(state, range, direction::ascending);
  // Behind the last key there is none: then the last one is taken.
  return found ? found : high;
}

outcome run_random(const query& q, const state_view& state, std::uint64_t random) {
  const auto key = random_key(*q.target, state, random);
  if (!key) {
    return nothing_found();
  }
  std::string body = "{\"id\":";
  append_json(body, from_key(q.target->key(), *key).value_or(value{}));
  return answer(body + "}");
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
      return run_random(q, state, random);
  }
}

}  // namespace lithair::models
