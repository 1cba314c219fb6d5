#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "models/declaration/declared.hpp"

/// The C++ face of declared projections, beside the declaration of the model that they follow:
///
///     static constexpr auto projections = lithair::projections(
///         lithair::project("sales").group_by("customer").where("paid", "true")
///             .count("orders").sum("revenue", "amount"));
///
/// It says the same as [projections.sales] in a model file, and is judged by the same builder when
/// `schema_of` runs at start.
namespace lithair::models {

class projection_declaration {
 public:
  constexpr explicit projection_declaration(std::string_view name) : name_(name) {}

  /// Rows stand for the values of this field; at most two of them. Without any there is one row.
  constexpr projection_declaration group_by(std::string_view field) const {
    return added(&projection_declaration::groups_, {field, {}, {}});
  }
  /// Counts only items that pass; `filter` as in the query of a list: "true", ">=10".
  constexpr projection_declaration where(std::string_view field, std::string_view filter) const {
    return added(&projection_declaration::filters_, {field, filter, {}});
  }
  constexpr projection_declaration count(std::string_view name) const {
    return added(&projection_declaration::measures_, {name, "count", {}});
  }
  constexpr projection_declaration sum(std::string_view name, std::string_view field) const {
    return added(&projection_declaration::measures_, {name, "sum", field});
  }
  constexpr projection_declaration avg(std::string_view name, std::string_view field) const {
    return added(&projection_declaration::measures_, {name, "avg", field});
  }
  constexpr projection_declaration min(std::string_view name, std::string_view field) const {
    return added(&projection_declaration::measures_, {name, "min", field});
  }
  constexpr projection_declaration max(std::string_view name, std::string_view field) const {
    return added(&projection_declaration::measures_, {name, "max", field});
  }

  declared_projection to_declared(std::string_view collection) const;

 private:
  struct word {
    std::string_view name;
    std::string_view text;
    std::string_view field;
  };
  struct words {
    std::array<word, 32> all{};
    std::size_t count = 0;
  };

  /// Too many of something do not compile.
  constexpr projection_declaration added(words projection_declaration::*to, word x) const {
    auto made = *this;
    auto& list = made.*to;
    list.all.at(list.count++) = x;
    return made;
  }

  std::string_view name_;
  words groups_;
  words filters_;
  words measures_;
};

}  // namespace lithair::models

namespace lithair {

/// Begins the declaration of a projection.
constexpr models::projection_declaration project(std::string_view name) {
  return models::projection_declaration(name);
}

/// The projections of a model, for its static member `projections`.
template <class... Declarations>
constexpr auto projections(Declarations... all) {
  return std::array<models::projection_declaration, sizeof...(Declarations)>{all...};
}

}  // namespace lithair
