#include "models/value/value.hpp"

#include <array>

namespace lithair::models {

namespace {

struct comparison {
  const value& other;

  // Doubles give partial orderings; there is no NaN, so this one is total.
  std::weak_ordering operator()(double number) const {
    const double second = std::get<double>(other);
    return number < second   ? std::weak_ordering::less
           : number > second ? std::weak_ordering::greater
                             : std::weak_ordering::equivalent;
  }
  template <class T>
  std::weak_ordering operator()(const T& value) const {
    return value <=> std::get<T>(other);
  }
};

}  // namespace

std::string_view name_of(value_type type) {
  constexpr std::array<std::string_view, 12> names{"",       "bool",  "integer", "number",
                                                   "string", "uuid",  "money",   "timestamp",
                                                   "enum",   "bytes", "json",    "list"};
  return names[static_cast<std::size_t>(type)];
}

std::weak_ordering compare(const value& a, const value& b) {
  // Values of two types come up only where a schema changed; they have some order at least.
  return a.index() == b.index() ? std::visit(comparison{b}, a) : a.index() <=> b.index();
}

bool identical(const value& a, const value& b) {
  // All other types have one spelling for each value.
  if (const auto* amount = std::get_if<money>(&a)) {
    const auto* other = std::get_if<money>(&b);
    return other != nullptr && amount->identical(*other);
  }
  return a.index() == b.index() && compare(a, b) == 0;
}

}  // namespace lithair::models
