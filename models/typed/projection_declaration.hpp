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
///
/// The functions give a changed copy, so declarations are constexpr and can be chained. Names and
/// filters are views: string literals, or text that lives as long as the declaration.
namespace lithair::models {

/// One declared table: which collection it follows is where it stands (`model<T>::projections`),
/// the rest is said here. The rows are at GET /api/projections/<name>.
class projection_declaration {
 public:
  /// `name` is unique among all projections: letters, digits, _ and -, at most 64.
  constexpr explicit projection_declaration(std::string_view name) : name_(name) {}

  /// Rows stand for the values of this field; at most two of them, in this order. Without any there
  /// is one row for all items. An absent value makes a group of its own, shown as null. Not for
  /// json, list and bytes fields, nor for hidden ones.
  constexpr projection_declaration group_by(std::string_view field) const {
    return added(&projection_declaration::groups_, {field, {}, {}});
  }
  /// Counts only items that pass; `filter` as in the query of a list: "true", ">=10", "in(a,b)".
  /// Several must all hold; at most 32. It is part of what the projection is: another filter counts
  /// anew from the items that are there.
  constexpr projection_declaration where(std::string_view field, std::string_view filter) const {
    return added(&projection_declaration::filters_, {field, filter, {}});
  }
  /// `name` is the member that shows the number of items of the row; it differs from the group's
  /// fields. There are 1 to 32 measures.
  constexpr projection_declaration count(std::string_view name) const {
    return added(&projection_declaration::measures_, {name, "count", {}});
  }
  /// The exact sum of an integer or money field, in 128 bits; null when no item has the field. Sums
  /// of `number` fields are refused, for they depend on their order.
  constexpr projection_declaration sum(std::string_view name, std::string_view field) const {
    return added(&projection_declaration::measures_, {name, "sum", field});
  }
  /// That sum divided by the number of items that have the field. Of money to the nearest
  /// billionth, halves away from zero; of integers a number.
  constexpr projection_declaration avg(std::string_view name, std::string_view field) const {
    return added(&projection_declaration::measures_, {name, "avg", field});
  }
  /// The least value of the field, null when there is none. For every type but json, list and
  /// bytes. Texts longer than 64 bytes that begin alike are ordered by digest, not by what follows.
  constexpr projection_declaration min(std::string_view name, std::string_view field) const {
    return added(&projection_declaration::measures_, {name, "min", field});
  }
  /// The greatest likewise.
  constexpr projection_declaration max(std::string_view name, std::string_view field) const {
    return added(&projection_declaration::measures_, {name, "max", field});
  }

  /// The same in the words of a model file, for the builder. `collection` is the name of the model.
  declared_projection to_declared(std::string_view collection) const;

 private:
  /// One thing said.
  struct word {
    std::string_view name;   ///< of the group's or filter's field, or of the measure
    std::string_view text;   ///< the filter, or the measure's function
    std::string_view field;  ///< that the measure is of; count has none
  };
  /// A list of fixed room, so that declarations need no allocation and stay constexpr.
  struct words {
    std::array<word, 32> all{};  ///< no list is longer; the builder limits groups to 2
    std::size_t count = 0;       ///< of those in use
  };

  /// Too many of something do not compile.
  constexpr projection_declaration added(words projection_declaration::*to, word which) const {
    auto made = *this;
    // `at` below checks the bound: beyond it no constant expression comes about.
    auto& list = made.*to;
    list.all.at(list.count++) = which;
    return made;
  }

  std::string_view name_;  ///< of the projection itself
  words groups_;           ///< what `group_by` said
  words filters_;          ///< what `where` said
  words measures_;         ///< measures in the order in which rows show them
};

}  // namespace lithair::models

namespace lithair {

/// Begins the declaration of a projection. Continue with `group_by`, `where` and measures; see
/// models/typed/projection_declaration.hpp.
constexpr models::projection_declaration project(std::string_view name) {
  return models::projection_declaration(name);
}

/// The projections of a model, for its static member `projections`. All of one model; each is
/// maintained with every change of an item, so each costs every write.
template <class... Declarations>
constexpr auto projections(Declarations... all) {
  return std::array<models::projection_declaration, sizeof...(Declarations)>{all...};
}

}  // namespace lithair
