#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/describe/enum.hpp>
#include <boost/describe/enumerators.hpp>
#include <boost/mp11/algorithm.hpp>

#include "models/declaration/declared.hpp"
#include "models/declaration/schema_builder.hpp"
#include "models/typed/attributes.hpp"
#include "models/typed/projection_declaration.hpp"

/// The C++ face of a declaration. What can be judged while compiling is; the rest is judged by the
/// same builder as model files, when `schema_of` runs at start.
namespace lithair::models {

template <class T>
struct unwrap_optional {
  using type = T;
  static constexpr bool optional = false;
};
template <class T>
struct unwrap_optional<std::optional<T>> {
  using type = T;
  static constexpr bool optional = true;
};

/// The field type that stands for a member's type.
template <class T>
consteval value_type type_of_member() {
  if constexpr (std::is_same_v<T, bool>) {
    return value_type::boolean;
  } else if constexpr (std::is_same_v<T, std::int64_t>) {
    return value_type::integer;
  } else if constexpr (std::is_same_v<T, double>) {
    return value_type::number;
  } else if constexpr (std::is_same_v<T, std::string>) {
    return value_type::string;
  } else if constexpr (std::is_same_v<T, uuid>) {
    return value_type::uuid;
  } else if constexpr (std::is_same_v<T, money>) {
    return value_type::money;
  } else if constexpr (std::is_same_v<T, timestamp>) {
    return value_type::timestamp;
  } else if constexpr (std::is_same_v<T, blob>) {
    return value_type::bytes;
  } else if constexpr (std::is_same_v<T, json_text>) {
    return value_type::json;
  } else {
    static_assert(std::is_enum_v<T>,
                  "a field is bool, std::int64_t, double, std::string, lithair::uuid, "
                  "lithair::money, lithair::timestamp, lithair::blob, lithair::json_text or an "
                  "enum, or std::optional or std::vector of one of them");
    return value_type::enumeration;
  }
}

template <class T>
struct unwrap_list {
  using type = T;
  static constexpr bool list = false;
};
template <class T>
struct unwrap_list<std::vector<T>> {
  using type = T;
  static constexpr bool list = true;
};

template <class T>
struct member_of;
template <class Model, class T>
struct member_of<T Model::*> {
  using model = Model;
  using type = T;
};

/// One field as declared: which member, under which name, with which attributes.
template <auto Member, class... Attributes>
struct field_declaration {
  using model = typename member_of<decltype(Member)>::model;
  using member_type = typename member_of<decltype(Member)>::type;
  using plain_type = typename unwrap_optional<member_type>::type;
  using element_type = typename unwrap_list<plain_type>::type;
  static constexpr value_type element = type_of_member<element_type>();
  static constexpr value_type type = unwrap_list<plain_type>::list ? value_type::list : element;
  static constexpr bool optional_member = unwrap_optional<member_type>::optional;
  static constexpr auto member = Member;

  template <word Word>
  static constexpr bool has = ((Attributes::which == Word) || ...);
  template <word Word>
  static constexpr std::size_t count = (std::size_t{Attributes::which == Word} + ... + 0);
  static constexpr bool is_key = has<word::primary_key>;

  std::string_view name;
  std::tuple<Attributes...> attributes;
};

template <class... Fields>
struct model_declaration {
  std::string_view name;
  std::string_view path;  ///< empty: /api/<name>
  std::tuple<Fields...> fields;
};

/// The wrong combinations that the types alone show.
template <class Field>
consteval void check_field() {
  constexpr auto type = Field::type;
  constexpr bool ordered = type == value_type::integer || type == value_type::number ||
                           type == value_type::money || type == value_type::timestamp;
  static_assert(ordered || !(Field::template has<word::min> || Field::template has<word::max>),
                "min and max are for integer, number, money and timestamp fields");
  constexpr bool sized =
      type == value_type::string || type == value_type::bytes || type == value_type::list;
  static_assert(
      sized || !(Field::template has<word::min_length> || Field::template has<word::max_length>),
      "min_length and max_length are for string, bytes and list fields");
  static_assert(type != value_type::list ||
                    (Field::element != value_type::bytes && Field::element != value_type::json),
                "a list holds plain values, not bytes or json");
  static_assert(type == value_type::string ||
                    !(Field::template has<word::pattern> || Field::template has<word::format>),
                "pattern and format are for string fields");
  static_assert(!Field::is_key || (type != value_type::boolean && type != value_type::number &&
                                   type != value_type::money && type != value_type::bytes &&
                                   type != value_type::json && type != value_type::list),
                "primary_key is for integer, string, uuid, timestamp and enum fields");
  static_assert(!Field::is_key || !(Field::optional_member || Field::template has<word::optional> ||
                                    Field::template has<word::default_value>),
                "a primary_key field is neither optional nor has a default");
}

template <class Field>
consteval bool attributes_differ() {
  return []<std::size_t... I>(std::index_sequence<I...>) {
    return ((Field::template count<static_cast<word>(I)> <= 1) && ...);
  }
  (std::make_index_sequence<word_names.size()>{});
}

/// Declares the member as a field. `lithair::field<&order::id>("id", primary_key, ...)`.
template <auto Member, class... Attributes>
constexpr auto field_of(std::string_view name, Attributes... attributes) {
  using made = field_declaration<Member, Attributes...>;
  static_assert(attributes_differ<made>(), "a field has an attribute twice");
  check_field<made>();
  return made{name, {attributes...}};
}

constexpr bool all_differ(const auto& names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (names[i] == names[j]) {
        return false;
      }
    }
  }
  return true;
}

/// Declares a collection. Two fields of one name do not compile.
template <class... Fields>
constexpr auto declare(std::string_view name, Fields... fields) {
  constexpr std::size_t keys = (std::size_t{Fields::is_key} + ... + 0);
  static_assert(keys != 0, "a model needs a field with primary_key");
  static_assert(keys <= 1, "a model has one primary_key only");
  if (!all_differ(std::array<std::string_view, sizeof...(Fields)>{fields.name...})) {
    throw "two fields of a model have the same name";
  }
  return model_declaration<Fields...>{name, {}, {fields...}};
}

inline literal to_literal(bool x) { return x; }
inline literal to_literal(std::int64_t x) { return x; }
inline literal to_literal(double x) { return x; }
inline literal to_literal(const char* x) { return std::string(x); }
template <std::size_t N>
literal to_literal(const std::array<const char*, N>& xs) {
  return std::vector<std::string>(xs.begin(), xs.end());
}

/// The names of a described enum, in declared order.
template <class E>
std::vector<std::string> names_of_enum() {
  static_assert(boost::describe::has_describe_enumerators<E>::value,
                "describe the enum with BOOST_DESCRIBE_ENUM(type, value, ...)");
  std::vector<std::string> names;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>(
      [&names](auto d) { names.emplace_back(d.name); });
  return names;
}

template <class Field>
declared_field to_declared_field(const Field& x) {
  declared_field made{std::string(x.name), {}, {}};
  std::string type(name_of(Field::element));
  if constexpr (Field::type == value_type::list) {
    type = "list<" + type + ">";
  }
  made.attributes.push_back({"type", std::move(type), {}});
  if constexpr (Field::element == value_type::enumeration) {
    made.attributes.push_back({"values", names_of_enum<typename Field::element_type>(), {}});
  }
  if constexpr (Field::optional_member && !Field::template has<word::optional>) {
    made.attributes.push_back({"optional", true, {}});
  }
  std::apply(
      [&made](const auto&... attribute) {
        (made.attributes.push_back({std::string(name_of(std::decay_t<decltype(attribute)>::which)),
                                    to_literal(attribute.what),
                                    {}}),
         ...);
      },
      x.attributes);
  return made;
}

template <class... Fields>
declared_collection to_declared(const model_declaration<Fields...>& x) {
  declared_collection made{std::string(x.name), std::string(x.path), {}, {}};
  std::apply([&made](const auto&... f) { (made.fields.push_back(to_declared_field(f)), ...); },
             x.fields);
  return made;
}

/// Adds what the model's static member `projections` declares, if there is one.
template <class Declared>
void add_projections(std::vector<declared_projection>& out) {
  if constexpr (requires { Declared::projections; }) {
    for (const projection_declaration& x : Declared::projections) {
      out.push_back(x.to_declared(Declared::declaration.name));
    }
  }
}

}  // namespace lithair::models

namespace lithair {

/// Specialise it for a struct of yours, with a static constexpr member `declaration` and, if you
/// like, `projections` (models/typed/projection_declaration.hpp).
template <class T>
struct model;

using models::declare;

template <auto Member, class... Attributes>
constexpr auto field(std::string_view name, Attributes... attributes) {
  return models::field_of<Member>(name, attributes...);
}

/// The schema of these models; errors are those that could not be seen while compiling.
template <class... Models>
models::declared<models::schema> schema_of() {
  std::vector<models::declared_projection> projected;
  (models::add_projections<model<Models>>(projected), ...);
  return models::build_schema({models::to_declared(model<Models>::declaration)...}, projected);
}

}  // namespace lithair
