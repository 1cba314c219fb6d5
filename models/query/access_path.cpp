#include "models/query/access_path.hpp"

#include <algorithm>
#include <optional>

namespace lithair::models {

namespace {

/// The longest text whose index entry is not cut.
/// The same number as in keys.cpp.
constexpr std::size_t whole_text = 64;

bool is_cut(const value& v) {
  const auto* text = std::get_if<std::string>(&v);
  const auto* data = std::get_if<blob>(&v);
  return (text != nullptr && text->size() > whole_text) ||
         (data != nullptr && data->data.size() > whole_text);
}

/// Absent values have no entry anywhere; one among them would come first.
bool names_values(const filter& condition) {
  return condition.is_plain() &&
         (condition.how == comparison_word::equal ||
          (condition.how == comparison_word::any_of &&
           (condition.values.empty() || !absent(condition.values.front()))));
}

bool bounds_values(const filter& condition) {
  using enum comparison_word;
  return condition.is_plain() && (condition.how == less || condition.how == at_most ||
                                  condition.how == greater || condition.how == at_least);
}

/// The pairs of exactly one key.
/// The key with a NUL behind it is the next key there can be.
key_range only(std::string key) {
  std::string upper = key + '\0';
  return {std::move(key), std::move(upper)};
}

class chooser {
 public:
  chooser(const collection& c, const std::vector<filter>& filters,
          const std::vector<sort_term>& sort)
      : c_(c), filters_(filters), sort_(sort) {}

  access_path choose() const {
    // Values name few pairs, bounds many: values are looked for first.
    for (const auto rank : {by_key_values, by_unique_values, by_index_values}) {
      for (const auto& x : filters_) {
        if (names_values(x) && serves(x.position, rank)) {
          return from_values(x, rank);
        }
      }
    }
    // Keys need no second look-up, so their bounds come before an index's order.
    if (has_bounds(c_.key_at)) {
      return from_key_bounds();
    }
    if (sort_.size() == 1 && index_orders(c_.fields[sort_.front().position])) {
      return from_index_bounds(sort_.front().position);
    }
    for (const auto& x : filters_) {
      if (c_.fields[x.position].indexed && has_bounds(x.position)) {
        return from_index_bounds(x.position);
      }
    }
    // `exact` without filters: each record is an item that counts.
    return {access_path::path::records, c_.key_at, {all_records(c_)}, filters_.empty(), true};
  }

 private:
  enum means : std::uint8_t { by_key_values, by_unique_values, by_index_values };

  bool serves(std::size_t position, means how) const {
    const field& f = c_.fields[position];
    return how == by_key_values ? f.primary_key : how == by_unique_values ? f.unique : f.indexed;
  }

  access_path from_values(const filter& condition, means how) const {
    const field& f = c_.fields[condition.position];
    access_path made;
    made.position = condition.position;
    // Records are found by key, all others by the index's pairs.
    made.via = how == by_key_values      ? access_path::path::records
               : how == by_unique_values ? access_path::path::unique
                                         : access_path::path::index;
    // The values rise, and so do their ranges.
    for (const auto& v : condition.values) {
      made.ranges.push_back(how == by_key_values      ? only(record_key(c_, to_key(v)))
                            : how == by_unique_values ? only(unique_key(c_, f, v))
                                                      : entries_of(c_, f, v));
    }
    // Another filter would need the record.
    made.exact = filters_.size() == 1;
    // Entries of one value lie in the order of keys; of several values they do not.
    made.by_key = how == by_key_values || made.ranges.size() == 1;
    // Cut values sort by their digests, so their pairs may not rise with the values.
    if (how == by_unique_values) {
      std::ranges::sort(made.ranges, {}, &key_range::lower);
    }
    return made;
  }

  bool has_bounds(std::size_t position) const {
    return std::ranges::any_of(filters_, [position](const filter& each) {
      // Where text is cut its order is lost, so its entry is no bound.
      return each.position == position && bounds_values(each) && !is_cut(each.values.front());
    });
  }

  access_path from_key_bounds() const {
    return from_bounds(access_path::path::records, c_.key_at, all_records(c_),
                       [this](const value& v) { return only(record_key(c_, to_key(v))); });
  }

  access_path from_index_bounds(std::size_t position) const {
    const field& f = c_.fields[position];
    return from_bounds(access_path::path::index, position, all_entries(c_, f),
                       [this, &f](const value& v) { return entries_of(c_, f, v); });
  }

  /// Narrows `whole` by every bound of the field; `of` gives the range of one value.
  template <class RangeOf>
  access_path from_bounds(access_path::path via, std::size_t position, key_range whole,
                          RangeOf of) const {
    using enum comparison_word;
    std::size_t used = 0;
    for (const auto& x : filters_) {
      // A cut bound must be judged by the record.
      if (x.position != position || !bounds_values(x) || is_cut(x.values.front())) {
        continue;
      }
      // Each bound narrows; contradictions leave an empty range.
      ++used;
      auto [lower, upper] = of(x.values.front());
      if (x.how == greater || x.how == at_least) {
        whole.lower = std::max(whole.lower, x.how == greater ? std::move(upper) : std::move(lower));
      } else {
        whole.upper = std::min(whole.upper, x.how == less ? std::move(lower) : std::move(upper));
      }
    }
    // `exact` when all filters are in the range.
    return {via,
            position,
            {std::move(whole)},
            used == filters_.size(),
            via == access_path::path::records};
  }

  const collection& c_;
  const std::vector<filter>& filters_;
  const std::vector<sort_term>& sort_;
};

}  // namespace

bool index_orders(const field& f) {
  // Entries of absent values are missing, so the index is not all of the items.
  if (!f.indexed || (f.optional && absent(f.default_value))) {
    return false;
  }
  const auto short_name = [](const std::string& name) { return name.size() <= whole_text; };
  switch (f.type) {
    case value_type::string:
      // A character has at most four bytes.
      return f.rules.max_length && *f.rules.max_length <= whole_text / 4;
    case value_type::bytes:
      return f.rules.max_length && *f.rules.max_length <= whole_text;
    case value_type::enumeration:
      return std::ranges::all_of(f.names, short_name);
    default:
      return true;
  }
}

access_path choose_access_path(const collection& c, const std::vector<filter>& filters,
                               const std::vector<sort_term>& sort) {
  return chooser(c, filters, sort).choose();
}

bool visit_item(const collection& c, const access_path& from, const state_view& state,
                std::string_view pair_key, std::string_view bytes, const item_visitor& visit) {
  // The record itself was read.
  if (from.via == access_path::path::records) {
    return visit(key_in_record_key(pair_key), bytes);
  }
  // An entry may point to an item that is gone only while a node repairs its state.
  const auto record = state.get(record_key(c, bytes));
  return !record || visit(bytes, *record);
}

}  // namespace lithair::models
