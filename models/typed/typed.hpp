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
namespace lithair::models {

template <class T>
value to_value(const T& x) {
  if constexpr (unwrap_optional<T>::optional) {
    return x ? to_value(*x) : value{};
  } else if constexpr (std::is_enum_v<T>) {
    return value{std::string(boost::describe::enum_to_string(x, ""))};
  } else if constexpr (unwrap_list<T>::list) {
    packed_list made;
    msgpack::write_array(made.array, x.size());
    for (const auto& element : x) {
      write_value(made.array, to_value<typename T::value_type>(element));
    }
    return made;
  } else {
    return value{x};
  }
}

/// False when the value is of another type or, of an enum, has a name that the enum has not.
template <class T>
[[nodiscard]] bool from_value(const field& f, const value& x, T& out) {
  if constexpr (unwrap_optional<T>::optional) {
    out.reset();
    return absent(x) || from_value(f, x, out.emplace());
  } else if constexpr (std::is_enum_v<T>) {
    const auto* name = std::get_if<std::string>(&x);
    return name != nullptr && boost::describe::enum_from_string(name->c_str(), out);
  } else if constexpr (unwrap_list<T>::list) {
    const auto* list = std::get_if<packed_list>(&x);
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
    return in.finished();
  } else {
    const auto* held = std::get_if<T>(&x);
    if (held != nullptr) {
      out = *held;
    }
    return held != nullptr;
  }
}

/// Calls `visit(name, pointer to member)` for each declared field of the model.
template <class T, class Visit>
void for_each_field(Visit visit) {
  std::apply([&visit](const auto&... f) { (visit(f.name, f.member), ...); },
             model<T>::declaration.fields);
}

/// The item as the JSON of a request, hidden fields included, absent optional ones left out; `c` is
/// the model's collection.
template <class T>
std::string to_json(const collection& c, const T& x) {
  std::string out = "{";
  for_each_field<T>([&](std::string_view name, auto member) {
    const value v = to_value(x.*member);
    const field* f = c.find(name);
    if (f != nullptr && !absent(v)) {
      out += out.size() == 1 ? "" : ",";
      append_json_key(out, name);
      append_value_json(out, *f, v);
    }
  });
  return out + '}';
}

/// The struct of a stored item; none when the collection is not that of the model.
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
