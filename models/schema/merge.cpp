#include "models/schema/merge.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "models/encoding/json_merge.hpp"
#include "models/encoding/msgpack.hpp"
#include "models/schema/value_codec.hpp"

namespace lithair::models {

namespace {

/// None where the sum does not fit 64 bits: a counter must not turn negative by itself.
std::optional<value> sum(std::int64_t a, std::int64_t b) {
  std::int64_t made = 0;
  return __builtin_add_overflow(a, b, &made) ? std::nullopt : std::optional<value>(made);
}

/// Infinity has no JSON.
std::optional<value> sum(double a, double b) {
  const double made = a + b;
  return std::isfinite(made) ? std::optional<value>(made) : std::nullopt;
}

/// With the finer of both scales, so that adding is exact.
std::optional<value> sum(const money& a, const money& b) {
  const std::uint8_t scale = std::max(a.scale, b.scale);
  wide_integer units = in_nanos(a) + in_nanos(b);
  for (int i = scale; i < money::max_scale; ++i) {
    // Nothing is lost: the amounts have no digits behind the finer scale.
    units /= 10;
  }
  // 18 digits, as the parser of money has it.
  constexpr wide_integer limit = 999'999'999'999'999'999;
  if (units > limit || units < -limit) {
    return std::nullopt;
  }
  return value{money{static_cast<std::int64_t>(units), scale}};
}

/// Both are of the field's type, so of the same.
std::optional<value> sum(const value& a, const value& b) {
  if (const auto* integer = std::get_if<std::int64_t>(&a)) {
    return sum(*integer, std::get<std::int64_t>(b));
  }
  if (const auto* number = std::get_if<double>(&a)) {
    return sum(*number, std::get<double>(b));
  }
  return sum(std::get<money>(a), std::get<money>(b));
}

/// As they are stored: equal values of one spelling are equal bytes.
std::vector<std::string_view> elements_of(std::string_view array) {
  msgpack::reader in(array);
  std::vector<std::string_view> made(in.read_array());
  for (auto& element : made) {
    element = in.read_any();
  }
  return made;
}

/// The elements of both, those of the field first. `once`: what the field has is not put behind
/// again; what it has twice stays, so a union done again changes nothing.
std::string join(std::string_view now, std::string_view patch, bool once) {
  auto elements = elements_of(now);
  std::set<std::string_view> there(elements.begin(), elements.end());
  for (const auto element : elements_of(patch)) {
    if (!once || there.insert(element).second) {
      elements.push_back(element);
    }
  }
  std::string made;
  msgpack::write_array(made, elements.size());
  for (const auto element : elements) {
    made += element;
  }
  return made;
}

std::string merge_json_stored(std::string_view now, std::string_view patch) {
  std::string made;
  const auto text = now.empty() ? std::string_view{} : msgpack::reader(now).read_string();
  msgpack::write_string(made, merge_json(text, msgpack::reader(patch).read_string()));
  return made;
}

}  // namespace

bool can_merge(value_type type, merge_rule rule) {
  const bool amount =
      type == value_type::integer || type == value_type::number || type == value_type::money;
  switch (rule) {
    case merge_rule::last_write:
      return true;
    case merge_rule::add:
      return amount;
    // The greater and the smaller need an order that is no matter of taste.
    case merge_rule::max:
    case merge_rule::min:
      return amount || type == value_type::timestamp;
    case merge_rule::union_:
    case merge_rule::append:
      break;
  }
  return type == value_type::list;
}

std::optional<std::string> merge_stored(const field& f, std::string_view now,
                                        std::string_view patch) {
  // RFC 7396, whatever the rule: only last_write is declared for it.
  if (f.type == value_type::json) {
    return merge_json_stored(now, patch);
  }
  if (f.merge == merge_rule::last_write) {
    return std::string(patch);
  }
  if (f.type == value_type::list) {
    std::string empty;
    msgpack::write_array(empty, 0);
    return join(now.empty() ? empty : now, patch, f.merge == merge_rule::union_);
  }
  const auto stored_value = now.empty() ? std::nullopt : read_value(f, now);
  const auto patch_value = read_value(f, patch);
  // Nothing there, or bytes of another type: the patch alone counts.
  if (!stored_value || !patch_value) {
    return std::string(patch);
  }
  if (f.merge == merge_rule::add) {
    const auto made = sum(*stored_value, *patch_value);
    std::string stored;
    write_value(stored, made.value_or(value{}));
    return made ? std::optional(std::move(stored)) : std::nullopt;
  }
  // Equal values keep the stored spelling, so 0.10 and 0.1 do not take turns.
  const bool patch_wins = f.merge == merge_rule::max ? compare(*patch_value, *stored_value) > 0
                                                     : compare(*patch_value, *stored_value) < 0;
  return std::string(patch_wins ? patch : now);
}

}  // namespace lithair::models
