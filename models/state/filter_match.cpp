#include "models/state/filter_match.hpp"

#include <algorithm>
#include <string>

#include "models/encoding/msgpack.hpp"
#include "models/schema/value_codec.hpp"
#include "models/state/keys.hpp"

namespace lithair::models {

namespace {

/// Some microseconds' worth.
constexpr std::uint64_t steps_between_pauses = 2048;
/// To read an element and to look for it among a thousand values.
constexpr std::uint64_t steps_of_an_element = 32;

/// Decoded once, then by halves: the values rise. An absent one is the first.
bool is_one_of(const field& f, std::string_view stored, const std::vector<value>& values) {
  if (!f.is_text()) {
    const value v = read_value(f, stored).value_or(value{});
    const auto before = [](const value& a, const value& b) { return compare(a, b) < 0; };
    return std::ranges::binary_search(values, v, before);
  }
  const auto text = msgpack::reader(stored).read_string();
  const auto before = [](const value& v, std::string_view other) {
    return absent(v) || std::get<std::string>(v) < other;
  };
  const auto found = std::lower_bound(values.begin(), values.end(), text, before);
  return found != values.end() && std::get<std::string>(*found) == text;
}

/// Of what is compared once.
bool holds(const field& f, const filter& condition, std::string_view stored) {
  using enum comparison_word;
  const auto order = [&] { return compare_stored(f, stored, condition.values.front()); };
  switch (condition.how) {
    case equal:
      return order() == 0;
    case not_equal:
      return order() != 0;
    case less:
      return order() < 0;
    case at_most:
      return order() <= 0;
    case greater:
      return order() > 0;
    case at_least:
      return order() >= 0;
    case any_of:
      return is_one_of(f, stored, condition.values);
    case contains:
    case absent:
    case present:
    case any_condition:
    case related:
      break;
  }
  return condition.how == present;
}

bool passes_absent(const filter& condition) {
  using enum comparison_word;
  return condition.how == not_equal || condition.how == comparison_word::absent ||
         (condition.how == any_of && !condition.values.empty() &&
          models::absent(condition.values.front()));
}

using value_source = std::function<value(const field_side&)>;

/// Looks for one item among those that a key, a unique value or an index names.
class related_search {
 public:
  related_search(const related_items& wanted, const value_source& value_at, const state_view& state)
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

/// Whether such an item is there. What is absent is tied to nothing.
bool is_there(const related_items& wanted, const value_source& value_at, const state_view& state) {
  return related_search(wanted, value_at, state).run();
}

const stored_fields& side(const item_sides& of, bool of_new) {
  static const stored_fields nothing;
  const auto* found = of_new ? of.then : of.now;
  return found != nullptr ? *found : nothing;
}

/// Whether two fields compare so. What is absent is like nothing, and less or more than nothing.
bool compares(const collection& c, const filter& condition, const item_sides& of) {
  const field& left = c.fields[condition.position];
  const field& right = c.fields[condition.other->position];
  const value a = value_of(left, side(of, condition.of_new));
  const value b = value_of(right, side(of, condition.other->of_new));
  if (models::absent(a) || models::absent(b)) {
    return condition.how == comparison_word::not_equal && models::absent(a) != models::absent(b);
  }
  const auto order = compare(a, b);
  switch (condition.how) {
    case comparison_word::equal:
      return order == 0;
    case comparison_word::not_equal:
      return order != 0;
    case comparison_word::less:
      return order < 0;
    case comparison_word::at_most:
      return order <= 0;
    case comparison_word::greater:
      return order > 0;
    default:
      return order >= 0;
  }
}

bool holds(const collection& c, const filter& condition, const item_sides& of,
           const state_view* state) {
  if (condition.any) {
    return std::ranges::any_of(*condition.any,
                               [&](const auto& each) { return holds(c, each, of, state); });
  }
  if (condition.others) {
    const auto value_at = [&](const field_side& at) {
      return value_of(c.fields[at.position], side(of, at.of_new));
    };
    return state != nullptr && is_there(*condition.others, value_at, *state) != condition.negated;
  }
  if (condition.other) {
    return compares(c, condition, of) != condition.negated;
  }
  return matches(c, {&condition, 1}, side(of, condition.of_new), state);
}

}  // namespace

bool matches(const collection& c, std::span<const filter> filters, const stored_fields& fields,
             const state_view* state) {
  return matcher(c, filters)
      .go_on(
          fields, [] { return false; }, state)
      .value_or(false);
}

bool holds(const collection& c, std::span<const filter> what, const item_sides& of,
           const state_view* state) {
  return std::ranges::all_of(what, [&](const filter& each) { return holds(c, each, of, state); });
}

void matcher::begin() {
  at_ = 0;
  within_ = {};
}

std::optional<bool> matcher::go_on(const stored_fields& fields, const pause& now,
                                   const state_view* state) {
  state_ = state;
  while (at_ < filters_.size()) {
    const auto passes = judge(filters_[at_], fields, now);
    if (!passes) {
      return passes;
    }
    if (*passes == filters_[at_].negated) {
      return false;
    }
    ++at_;
    within_ = {};
    if (at_ < filters_.size() && is_to_pause(now)) {
      return std::nullopt;
    }
  }
  return true;
}

std::optional<bool> matcher::judge(const filter& condition, const stored_fields& fields,
                                   const pause& now) {
  if (condition.any) {
    return std::ranges::any_of(*condition.any,
                               [&](const auto& each) { return matches(c_, each, fields, state_); });
  }
  if (condition.others) {
    spend(steps_of_an_element);
    // Who asks for what can't be looked up is not told that it is missing.
    const auto value_at = [&](const field_side& at) {
      return value_of(c_.fields[at.position], fields);
    };
    return state_ == nullptr ? condition.negated : is_there(*condition.others, value_at, *state_);
  }
  if (condition.other) {
    spend(steps_of_an_element);
    return compares(c_, condition, {&fields, &fields});
  }
  const field& f = c_.fields[condition.position];
  std::string made;
  const auto stored = stored_value(f, fields, made);
  if (!stored) {
    return passes_absent(condition);
  }
  if (condition.how == comparison_word::contains) {
    return judge_text(condition, *stored, now);
  }
  const bool compares = condition.how != comparison_word::absent &&  //
                        condition.how != comparison_word::present;
  if (f.type == value_type::list && compares) {
    return judge_list(*f.element, condition, *stored, now);
  }
  spend(steps_of_an_element);
  return holds(f, condition, *stored);
}

std::optional<bool> matcher::judge_text(const filter& condition, std::string_view stored,
                                        const pause& now) {
  using enum text_search::finding;
  const auto text = msgpack::reader(stored).read_string();
  while (true) {
    const auto before = within_.text.steps;
    const auto how = condition.search->go_on(text, within_.text, steps_between_pauses);
    spend(within_.text.steps - before);
    if (how != unfinished) {
      return how == found;
    }
    if (is_to_pause(now)) {
      return std::nullopt;
    }
  }
}

std::optional<bool> matcher::judge_list(const field& element, const filter& condition,
                                        std::string_view stored, const pause& now) {
  msgpack::reader in(stored.substr(within_.read));
  if (within_.read == 0) {
    within_.left = in.read_array();
  }
  while (within_.left > 0 && in.good()) {
    const auto bytes = in.read_any();
    --within_.left;
    spend(steps_of_an_element + bytes.size());
    // A list is asked for an element.
    if (is_one_of(element, bytes, condition.values)) {
      return condition.how != comparison_word::not_equal;
    }
    within_.read = stored.size() - in.rest().size();
    if (within_.left > 0 && is_to_pause(now)) {
      return std::nullopt;
    }
  }
  // No element was equal.
  return condition.how == comparison_word::not_equal;
}

void matcher::spend(std::uint64_t steps) {
  steps_ += steps;
  unasked_ += steps;
}

bool matcher::is_to_pause(const pause& now) {
  if (unasked_ < steps_between_pauses) {
    return false;
  }
  unasked_ = 0;
  return now();
}

}  // namespace lithair::models
