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
///
///     enum class state { draft, paid };
///     BOOST_DESCRIBE_ENUM(state, draft, paid)
///
///     struct order {
///       lithair::uuid id;
///       lithair::money total;
///       state at = state::draft;
///       std::optional<std::string> note;
///     };
///
///     template <>
///     struct lithair::model<order> : lithair::attributes {
///       static constexpr auto declaration = declare(
///           "orders", field<&order::id>("id", primary_key, replicate),
///           field<&order::total>("total", replicate),
///           field<&order::at>("at", indexed, replicate),
///           field<&order::note>("note", replicate));
///     };
///
/// Where a mistake shows:
///
///     while compiling   a member of another type, no key or two, two fields of one name, an
///                       attribute that is there twice or is not for the field's type
///     in `schema_of`    names and paths, references, defaults, bounds and patterns, what fields
///                       without `replicate` may be, two models of one name
///     in a request      values that break `validation`: 422 with the field's name
///
/// Declarations are values of literal types: they hold views of string literals and pointers to
/// members, own nothing and may be read from any thread. The struct itself stays as it is, needs no
/// base class and may have members that are not declared.
namespace lithair::models {

/// Looks through `std::optional`: `type` is what is inside, `optional` whether it was there. A
/// member that is one makes its field optional.
template <class T>
struct unwrap_optional {
  using type = T;
  static constexpr bool optional = false;
};
/// Of an optional.
template <class T>
struct unwrap_optional<std::optional<T>> {
  using type = T;
  static constexpr bool optional = true;
};

/// The field type that stands for a member's type.
///
///     member                 field        JSON
///     bool                   bool         true, false
///     std::int64_t           integer      number
///     double                 number       number, finite
///     std::string            string       string, UTF-8
///     lithair::uuid          uuid         string of 36 characters
///     lithair::money         money        string, exact decimal
///     lithair::timestamp     timestamp    string, RFC 3339
///     lithair::blob          bytes        string, base64
///     lithair::json_text     json         anything but null
///     a described enum       enum         string, its name
///     std::vector<T>         list<t>      array, not of bytes or json
///     std::optional<T>       t, optional  left out when absent
///
/// Any other type does not compile. Integers have 64 bits only, so that no conversion can lose any.
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

/// Looks through `std::vector` likewise: its element's type, and whether it was one.
template <class T>
struct unwrap_list {
  using type = T;
  static constexpr bool list = false;
};
/// Of a list.
template <class T>
struct unwrap_list<std::vector<T>> {
  using type = T;
  static constexpr bool list = true;
};

/// Takes a pointer to member apart into the struct and the member's type. Nothing else has a
/// definition, so `field<...>` of something else does not compile.
template <class T>
struct member_of;
/// Of `&order::id`: `order`, and the type of `id`.
template <class Model, class T>
struct member_of<T Model::*> {
  using model = Model;
  using type = T;
};

/// One field as declared: which member, under which name, with which attributes. The member and the
/// attributes' types are in the type, so that `check_field` can judge them while compiling; the
/// name and the attributes' values are members.
template <auto Member, class... Attributes>
struct field_declaration {
  /// The struct that the member belongs to.
  using model = typename member_of<decltype(Member)>::model;
  using member_type = typename member_of<decltype(Member)>::type;  ///< as it is in the struct
  using plain_type = typename unwrap_optional<member_type>::type;  ///< without `std::optional`
  using element_type = typename unwrap_list<plain_type>::type;     ///< of a list, else `plain_type`
  /// Of the elements, or the field.
  static constexpr value_type element = type_of_member<element_type>();
  /// What the field is declared as.
  static constexpr value_type type = unwrap_list<plain_type>::list ? value_type::list : element;
  /// The field is optional by its type.
  static constexpr bool optional_member = unwrap_optional<member_type>::optional;
  static constexpr auto member = Member;  ///< the pointer, for reading and writing structs

  /// Whether it has the attribute, whatever that says.
  template <word Word>
  static constexpr bool has = ((Attributes::which == Word) || ...);
  /// How often it has the attribute; more than once is an error.
  template <word Word>
  static constexpr std::size_t count = (std::size_t{Attributes::which == Word} + ... + 0);
  static constexpr bool is_key = has<word::primary_key>;  ///< by `primary_key`

  std::string_view name;                 ///< in JSON, in the model file and in errors
  std::tuple<Attributes...> attributes;  ///< in the order in which they were written
};

/// A collection as declared: its name and its fields, in the order in which answers show them.
template <class... Fields>
struct model_declaration {
  std::string_view name;  ///< as in paths: letters, digits, _ and -, at most 64
  std::string_view path;  ///< empty: /api/<name>
  std::tuple<Fields...> fields;
};

/// The wrong combinations that the types alone show. Judges one field; each failed check is a
/// compile error that says what to change. What depends on other fields or on values (names,
/// bounds, targets of references, patterns) is left to `schema_of`.
template <class Field>
consteval void check_field() {
  constexpr auto type = Field::type;
  constexpr bool ordered = type == value_type::integer || type == value_type::number ||
                           type == value_type::money || type == value_type::timestamp;
  // Bounds need an order that people agree on; text has none.
  static_assert(ordered || !(Field::template has<word::min> || Field::template has<word::max>),
                "min and max are for integer, number, money and timestamp fields");
  constexpr bool sized =
      type == value_type::string || type == value_type::bytes || type == value_type::list;
  // Characters of text, bytes, elements: see min_length.
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

/// Whether no attribute of the field is there twice, whatever the two say.
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

/// Whether no two names are alike; constexpr, so the square of their number costs nobody anything.
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

/// Declares a collection. Two fields of one name do not compile. Exactly one field must have
/// `primary_key`. The path is "/api/<name>". Names of models must differ, and none may be
/// "projections": that and everything about values is judged by `schema_of`.
template <class... Fields>
constexpr auto declare(std::string_view name, Fields... fields) {
  constexpr std::size_t keys = (std::size_t{Fields::is_key} + ... + 0);
  static_assert(keys != 0, "a model needs a field with primary_key");
  static_assert(keys <= 1, "a model has one primary_key only");
  if (!all_differ(std::array<std::string_view, sizeof...(Fields)>{fields.name...})) {
    // Never thrown: a throw that is reached makes the declaration no constant expression.
    throw "two fields of a model have the same name";
  }
  return model_declaration<Fields...>{name, {}, {fields...}};
}

/// A literal as the builder takes it, the same from both faces; the overloads stand for the four
/// types that `literal_of` leaves. Text is copied.
inline literal to_literal(bool flag) { return flag; }
inline literal to_literal(std::int64_t integer) { return integer; }
inline literal to_literal(double number) { return number; }
inline literal to_literal(const char* text) { return std::string(text); }
/// Several texts, of `one_of`.
template <std::size_t N>
literal to_literal(const std::array<const char*, N>& xs) {
  return std::vector<std::string>(xs.begin(), xs.end());
}

/// The names of a described enum, in declared order. The names are what JSON has and what is
/// stored, so their order may change but no name may go (see models/declaration/compatibility.hpp).
template <class E>
std::vector<std::string> names_of_enum() {
  static_assert(boost::describe::has_describe_enumerators<E>::value,
                "describe the enum with BOOST_DESCRIBE_ENUM(type, value, ...)");
  std::vector<std::string> names;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>(
      [&names](auto d) { names.emplace_back(d.name); });
  return names;
}

/// The field in the words that a model file would use. "type" and, of an enum, "values" come first;
/// an optional member adds "optional" unless the declaration has it. There is no place: C++
/// declarations have no file and line.
template <class Field>
declared_field to_declared_field(const Field& field) {
  declared_field made{std::string(field.name), {}, {}};
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
      field.attributes);
  return made;
}

/// The collection in the same words, fields in declared order.
template <class... Fields>
declared_collection to_declared(const model_declaration<Fields...>& model) {
  declared_collection made{std::string(model.name), std::string(model.path), {}, {}, {}};
  std::apply([&made](const auto&... f) { (made.fields.push_back(to_declared_field(f)), ...); },
             model.fields);
  return made;
}

/// The collection of a specialisation of `lithair::model`, with what its static member `access`
/// declares, if there is one.
template <class Declared>
declared_collection to_declared_model() {
  auto made = to_declared(Declared::declaration);
  if constexpr (requires { Declared::access; }) {
    const access_declaration& said = Declared::access;
    const auto add = [&made](const char* name, const char* rule) {
      if (rule != nullptr) {
        made.access.push_back({name, std::string(rule), {}});
      }
    };
    add("read", said.read);
    add("create", said.create);
    add("update", said.update);
    add("delete", said.remove);
    add("per", said.per);
    const auto count = [&made](const char* name, std::int64_t number) {
      if (number != 0) {
        made.access.push_back({name, number, {}});
      }
    };
    count("items", said.items);
    count("items_per", said.items_per);
    count("item_bytes", said.item_bytes);
    static_assert(Declared::access.read != nullptr || Declared::access.create != nullptr ||
                      Declared::access.update != nullptr || Declared::access.remove != nullptr,
                  "access has a rule at least");
  }
  return made;
}

/// Adds what the model's static member `projections` declares, if there is one. `Declared` is a
/// specialisation of `lithair::model`.
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
/// like, `projections` (models/typed/projection_declaration.hpp) and `access`, an
/// `access_declaration`.
///
/// There is no definition for other types: the use of a struct without a declaration does not
/// compile. The specialisation must be seen wherever the struct is used, best in the struct's
/// header.
template <class T>
struct model;

/// Inside the specialisation names are looked up in `lithair` first, so `declare` or `field`
/// needs no qualification there; the attributes come from the base.
using models::declare;

/// Declares one member: `field<&order::id>("id", primary_key, replicate)`. See
/// `field_of` in models/typed/declaration.hpp for the rules.
template <auto Member, class... Attributes>
constexpr auto field(std::string_view name, Attributes... attributes) {
  return models::field_of<Member>(name, attributes...);
}

/// The schema of these models; errors are those that could not be seen while compiling. Copies
/// everything it needs. Call it once at start; the schema is then shared by all threads and never
/// changes. All errors there are come at once, each naming its model and field.
///
///     const auto schema = lithair::schema_of<order, customer>();
///     if (!schema)
///       for (const auto& wrong : schema.error()) std::cerr << to_string(wrong) << '\n';
template <class... Models>
models::declared<models::schema> schema_of() {
  std::vector<models::declared_projection> projected;
  (models::add_projections<model<Models>>(projected), ...);
  return models::build_schema({models::to_declared_model<model<Models>>()...}, projected);
}

}  // namespace lithair
