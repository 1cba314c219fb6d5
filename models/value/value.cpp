#include "models/value/value.hpp"

#include <array>

namespace lithair::models {

namespace {

struct comparison {
  const value& other;

  // Doubles give partial orderings; there is no NaN, so this one is total.
  std::weak_ordering operator()(double number) const {
    const double y = std::get<double>(other);
    return number < y   ? std::weak_ordering::less
           : number > y ? std::weak_ordering::greater
                        : std::weak_ordering::equivalent;
  }
  template <class T>
  std::weak_ordering operator()(const T& x) const {
    return x <=> std::get<T>(other);
  }
};

}  // namespace

std::string_view name_of(value_type type) {
  constexpr std::array<std::string_view, 12> names{"",       "bool",  "integer", "number",
                                                   "string", "uuid",  "money",   "timestamp",
                                                   "enum",   "bytes", "json",    "list"};
  return names[static_cast<std::size_t>(type)];
}

std::weak_ordering compare(const value& v, const value& y) {
  // Values of two types come up only where a schema changed; they have some order at least.
  return v.index() == y.index() ? std::visit(comparison{y}, v) : v.index() <=> y.index();
}

bool identical(const value& v, const value& y) {
  // All other types have one spelling for each value.
  if (const auto* a = std::get_if<money>(&v)) {
    const auto* b = std::get_if<money>(&y);
    return b != nullptr && a->identical(*b);
  }
  return v.index() == y.index() && compare(v, y) == 0;
}

}  // namespace lithair::models
