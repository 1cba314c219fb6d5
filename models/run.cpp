#include <algorithm>
#include <queue>

#include "models/json_text.hpp"
#include "models/key_text.hpp"
#include "models/keys.hpp"
#include "models/list_query.hpp"
#include "models/problems.hpp"
#include "models/service.hpp"
#include "models/value_codec.hpp"

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

std::uint64_t items_in(const collection& c, const state_view& state) {
  const auto stored = state.get(counter_key(c));
  return stored ? read_big_endian(*stored) : 0;
}

outcome run_item(const query& q, const state_view& state) {
  const auto bytes = state.get(record_key(*q.target, q.key));
  stored_record record;
  if (!bytes || !read_record(*bytes, record)) {
    return nothing_found();
  }
  outcome made = answer({});
  made.version = record.version;
  append_json(made.body, *q.target, record.fields);
  return made;
}

/// The rows of one page while they are found.
struct page {
  std::string rows;
  std::uint64_t shown = 0;
  std::uint64_t total = 0;
  bool more = false;
  std::string last;  ///< position of the last row

  void add(const collection& c, const list_query& list, const stored_fields& fields,
           std::string position) {
    rows += shown++ == 0 ? "" : ",";
    append_json(rows, c, fields, list.wanted);
    last = std::move(position);
  }
};

std::string to_json(const collection& c, const list_query& list, const page& x) {
  std::string out = "{\"data\":[" + x.rows + "],";
  if (list.total) {
    out += "\"total\":" + std::to_string(x.total) + ',';
  }
  out += "\"skip\":" + std::to_string(list.skip) + ",\"take\":" + std::to_string(list.take);
  out += x.more ? ",\"has_more\":true,\"next\":" : ",\"has_more\":false,\"next\":";
  if (x.more) {
    append_json_string(out, to_token(c, list.sort, x.last));
  } else {
    out += "null";
  }
  out += '}';
  return out;
}

/// Visits the stored items that pass the filters.
template <class Visit>
void scan_matches(const collection& c, const std::vector<filter>& filters, const state_view& state,
                  const key_range& range, direction order, Visit visit) {
  stored_record record;
  state.scan(range.lower, range.upper, order,
             [&](std::string_view pair_key, std::string_view bytes) {
               if (!read_record(bytes, record) || !matches(c, filters, record.fields)) {
                 return true;
               }
               return visit(key_in_record_key(pair_key), record.fields);
             });
}

std::uint64_t count_matches(const collection& c, const std::vector<filter>& filters,
                            const state_view& state) {
  if (filters.empty()) {
    return items_in(c, state);
  }
  std::uint64_t count = 0;
  scan_matches(c, filters, state, all_records(c), direction::ascending,
               [&count](std::string_view, const stored_fields&) {
                 ++count;
                 return true;
               });
  return count;
}

/// Items in key order: one scan from where the page begins, which stops when the page is full
/// unless matches are still to be counted.
page list_by_key(const collection& c, const list_query& list, const state_view& state) {
  const bool descending = !list.sort.empty() && list.sort.front().descending;
  const bool counts = list.total && !list.filters.empty();
  key_range range = all_records(c);
  if (!list.after.empty() && !counts) {
    descending ? range.upper = record_key(c, list.after)
               : range.lower = record_key(c, list.after) + '\0';
  }
  const auto is_before = [&](std::string_view key) {
    return !list.after.empty() && (descending ? key >= list.after : key <= list.after);
  };
  page made;
  std::uint64_t behind = 0;
  scan_matches(c, list.filters, state, range,
               descending ? direction::descending : direction::ascending,
               [&](std::string_view key, const stored_fields& fields) {
                 ++made.total;
                 if (is_before(key) || ++behind <= list.skip) {
                   return true;
                 }
                 made.more = made.shown == list.take;
                 if (!made.more) {
                   made.add(c, list, fields, std::string(key));
                 }
                 return !made.more || counts;
               });
  made.more = made.shown == list.take && behind > list.skip + list.take;
  if (list.total && !counts) {
    made.total = items_in(c, state);
  }
  return made;
}

/// Where an item stands; its key is the end of it.
struct ranked {
  std::string position;
  std::size_t key_size = 0;

  std::string_view key() const {
    return std::string_view(position).substr(position.size() - key_size);
  }
  bool operator<(const ranked& other) const { return position < other.position; }
};

/// The first `limit` matches in order, found in one scan that remembers no more than that many.
std::vector<ranked> first_in_order(const collection& c, const list_query& list,
                                   const state_view& state, std::size_t limit,
                                   std::uint64_t& total) {
  std::priority_queue<ranked> best;
  std::string position;
  scan_matches(c, list.filters, state, all_records(c), direction::ascending,
               [&](std::string_view key, const stored_fields& fields) {
                 ++total;
                 position.clear();
                 append_position(position, c, list.sort, fields, key);
                 if ((!list.after.empty() && position <= list.after) ||
                     (best.size() == limit && position >= best.top().position)) {
                   return true;
                 }
                 best.push({position, key.size()});
                 if (best.size() > limit) {
                   best.pop();
                 }
                 return true;
               });
  std::vector<ranked> made(best.size());
  for (auto at = made.rbegin(); at != made.rend(); ++at) {
    *at = best.top();
    best.pop();
  }
  return made;
}

page list_sorted(const collection& c, const list_query& list, const state_view& state) {
  page made;
  auto found = first_in_order(c, list, state, list.skip + list.take + 1, made.total);
  stored_record record;
  for (std::size_t i = list.skip; i < found.size(); ++i) {
    if (made.shown == list.take) {
      made.more = true;
      break;
    }
    const auto bytes = state.get(record_key(c, found[i].key()));
    if (bytes && read_record(*bytes, record)) {
      made.add(c, list, record.fields, std::move(found[i].position));
    }
  }
  return made;
}

outcome run_list(const query& q, const state_view& state) {
  const auto& list = *q.list;
  const collection& c = *q.target;
  const page made =
      is_in_key_order(c, list.sort) ? list_by_key(c, list, state) : list_sorted(c, list, state);
  return answer(to_json(c, list, made));
}

std::optional<std::string> first_key(const state_view& state, const key_range& range,
                                     direction order) {
  std::optional<std::string> found;
  state.scan(range.lower, range.upper, order, [&](std::string_view pair_key, std::string_view) {
    found = key_in_record_key(pair_key);
    return false;
  });
  return found;
}

/// Up to 8 bytes of the key behind its first `skip` bytes, as a number.
std::uint64_t number_in(std::string_view key, std::size_t skip) {
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
  const auto differ = std::ranges::mismatch(*low, *high).in1 - low->begin();
  const auto common = static_cast<std::size_t>(differ);
  const std::uint64_t from = number_in(*low, common);
  const std::uint64_t span = number_in(*high, common) - from;
  std::string point = high->substr(0, common);
  append_big_endian(point, span + 1 == 0 ? random : from + random % (span + 1));
  range.lower = record_key(c, point);
  const auto found = first_key(state, range, direction::ascending);
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
  switch (q.what) {
    case query::kind::item:
      return run_item(q, state);
    case query::kind::list:
      return run_list(q, state);
    case query::kind::count:
      return answer(
          "{\"count\":" + std::to_string(count_matches(*q.target, q.list->filters, state)) + "}");
    case query::kind::random_id:
      break;
  }
  return run_random(q, state, random);
}

}  // namespace lithair::models
