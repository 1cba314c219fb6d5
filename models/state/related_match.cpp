#include "models/state/related_match.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/schema/collection.hpp"
#include "models/state/filter_match.hpp"
#include "models/state/keys.hpp"
#include "models/state/record.hpp"

namespace lithair::models {

namespace {

/// Looks for one item among those that a key, a unique value or an index names.
class search {
 public:
  search(const related_items& wanted, const std::function<value(const field_side&)>& value_at,
         const state_view& state)
      : c_(*wanted.target), wanted_(wanted), state_(state) {
    for (const auto& each : wanted.ties) {
      tied_.push_back(equal_to(each.position, value_at(each.with)));
    }
    if (wanted.reference) {
      key_ = value_at(*wanted.reference);
    }
  }

  bool run() {
    if (wanted_.reference) {
      return !absent(key_) && passes(to_key(key_));
    }
    // What is absent is equal to nothing.
    if (std::ranges::any_of(tied_, [](const filter& x) { return absent(x.values.front()); })) {
      return false;
    }
    for (const filter_list* named :
         {static_cast<const filter_list*>(&tied_), &wanted_.conditions}) {
      for (const auto& each : *named) {
        if (each.position == wanted_.looked_up && each.is_plain() && !each.values.empty()) {
          return std::ranges::any_of(each.values, [this](const value& v) { return find(v); });
        }
      }
    }
    return false;
  }

 private:
  static filter equal_to(std::size_t position, value v) {
    filter made;
    made.position = position;
    made.values.push_back(std::move(v));
    return made;
  }

  bool find(const value& v) {
    const field& f = c_.fields[wanted_.looked_up];
    if (f.primary_key) {
      return passes(to_key(v));
    }
    if (f.unique) {
      const auto key = state_.get(unique_key(c_, f, v));
      return key && passes(*key);
    }
    const auto range = entries_of(c_, f, v);
    std::vector<std::string> keys;
    state_.scan(range.lower, range.upper, state_view::direction::ascending,
                [&](std::string_view, std::string_view key) {
                  keys.emplace_back(key);
                  return ++examined_ < most_related;
                });
    return std::ranges::any_of(keys, [this](const auto& key) { return passes(key); });
  }

  bool passes(std::string_view key) const {
    const auto bytes = state_.get(record_key(c_, key));
    stored_record record;
    return bytes && read_record(*bytes, record) && matches(c_, tied_, record.fields, &state_) &&
           matches(c_, wanted_.conditions, record.fields, &state_);
  }

  const collection& c_;
  const related_items& wanted_;
  const state_view& state_;
  filter_list tied_;
  value key_;
  std::size_t examined_ = 0;
};

}  // namespace

bool is_there(const related_items& wanted, const std::function<value(const field_side&)>& value_at,
              const state_view& state) {
  return search(wanted, value_at, state).run();
}

}  // namespace lithair::models
