#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/describe/enum_from_string.hpp>
#include <boost/describe/enum_to_string.hpp>

#include "models/encoding/json_text.hpp"
#include "models/encoding/msgpack.hpp"
#include "models/schema/value_codec.hpp"
#include "models/state/record.hpp"
#include "models/typed/declaration.hpp"

/// Between structs that declare a model and the items of its collection.
///
/// Everything here is pure and may run on any thread. Structs are matched with collections by the
/// names of fields, so a schema may have fields that the struct lacks.
///
///     member ──to_value──▶ value ──write_value──▶ record, command
///     member ◀─from_value── value ◀──read_value── record, command
namespace lithair::models {

/// A member as the value of its field: an empty optional is absent, an enum its name, a list its
/// elements packed. An enum value without a name, which only a cast can make, becomes the empty
/// text, and is refused as any wrong name is.
template <class T>
value to_value(const T& given) {
  if constexpr (unwrap_optional<T>::optional) {
    return given ? to_value(*given) : value{};
  } else if constexpr (std::is_enum_v<T>) {
    return value{std::string(boost::describe::enum_to_string(given, ""))};
  } else if constexpr (unwrap_list<T>::list) {
    packed_list made;
    msgpack::write_array(made.array, given.size());
    // Each element as a record has it, so the list's bytes can be stored as they are.
    for (const auto& element : given) {
      write_value(made.array, to_value<typename T::value_type>(element));
    }
    return made;
  } else {
    return value{given};
  }
}

/// Puts the value into a member. False when the value is of another type or, of an enum, has a name
/// that the enum has not; then `out` is unspecified. An absent value fits optional members only.
template <class T>
[[nodiscard]] bool from_value(const field& f, const value& given, T& out) {
  if constexpr (unwrap_optional<T>::optional) {
    // Emptied first: a struct that is used again must not keep the value of an earlier item.
    out.reset();
    return absent(given) || from_value(f, given, out.emplace());
  } else if constexpr (std::is_enum_v<T>) {
    const auto* name = std::get_if<std::string>(&given);
    return name != nullptr && boost::describe::enum_from_string(name->c_str(), out);
  } else if constexpr (unwrap_list<T>::list) {
    // Of a value that is no list, the reader has no bytes and fails at once.
    const auto* list = std::get_if<packed_list>(&given);
    msgpack::reader in(list != nullptr ? std::string_view(list->array) : std::string_view{});
    out.clear();
    for (std::size_t left = in.read_array(); left > 0; --left) {
      typename T::value_type element{};
      const auto v = read_value(*f.element, in.read_any());
      if (!v || !from_value(*f.element, *v, element)) {
        return false;
      }
      out.push_back(std::move(element));
    }
    // Also false for what follows the array, which no writer here makes.
    return in.finished();
  } else {
    // Every other member's type is one of the alternatives of `value`.
    const auto* held = std::get_if<T>(&given);
    if (held != nullptr) {
      out = *held;
    }
    return held != nullptr;
  }
}

/// Calls `visit(name, pointer to member)` for each declared field of the model. In declared order.
/// The members have different types, so `visit` is a generic lambda.
template <class T, class Visit>
void for_each_field(Visit visit) {
  std::apply([&visit](const auto&... f) { (visit(f.name, f.member), ...); },
             model<T>::declaration.fields);
}

/// The item as the JSON of a request, hidden fields included, absent optional ones left out; `c` is
/// the model's collection. Fields that the collection lacks are left out, so a node may serve a
/// newer or older model. For replacing an item; see `to_json_of_new` for creating one.
template <class T>
std::string to_json(const collection& c, const T& given) {
  std::string out = "{";
  for_each_field<T>([&](std::string_view name, auto member) {
    const value v = to_value(given.*member);
    const field* f = c.find(name);
    // An absent field is left out, not null: both mean the same, and this is shorter.
    if (f != nullptr && !absent(v)) {
      out += out.size() == 1 ? "" : ",";
      append_json_key(out, name);
      append_value_json(out, *f, v);
    }
  });
  return out + '}';
}

/// The struct of a stored item; none when the collection is not that of the model. A missing field
/// has its default. Fields that the struct lacks are passed over. `T` must be
/// default-constructible.
template <class T>
std::optional<T> from_fields(const collection& c, const stored_fields& fields) {
  T made{};
  bool good = true;
  for_each_field<T>([&](std::string_view name, auto member) {
    const field* f = c.find(name);
    good = good && f != nullptr && from_value(*f, value_of(*f, fields), made.*member);
  });
  return good ? std::optional<T>(std::move(made)) : std::nullopt;
}

}  // namespace lithair::models
