#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "models/encoding/json_document.hpp"
#include "models/state/key_text.hpp"
#include "models/state/keys.hpp"
#include "models/typed/typed.hpp"

/// Between structs that declare a model and the JSON of requests and answers.
///
/// What C++ code asks for goes the same way as HTTP: as JSON through `prepare`, so every rule holds
/// on both. All of it is pure and may run on any thread.
///
///     struct ──to_json_of_new──▶ JSON of a POST  ──┐
///     struct ──to_json─────────▶ JSON of a PUT   ──┼──prepare──▶ command
///     patch  ──to_json─────────▶ JSON of a PATCH ──┘
///     JSON of an answer ──read_item──▶ struct
///
/// Keys go along as text, as in a path: `text_of_key`, or `text_of_item_key` of a whole item.
namespace lithair::models {

/// The member type of the field that is the key, found among all fields while compiling.
template <class Field, class... Rest>
struct key_among
    : std::conditional_t<Field::is_key, std::type_identity<typename Field::member_type>,
                         key_among<Rest...>> {};
/// The last one, taken when none before it is the key: `declare` made sure that some field is.
template <class Field>
struct key_among<Field> : std::type_identity<typename Field::member_type> {};

/// Never defined: only its type is asked for.
template <class... Fields>
key_among<Fields...> key_among_fields(const model_declaration<Fields...>&);

/// The type of a model's primary key. What `get` and `remove` of a typed collection take.
template <class T>
using key_type_of = typename decltype(key_among_fields(model<T>::declaration))::type;

/// The text of a key, as in a path. Not percent-encoded.
template <class T>
std::string text_of_key(const collection& c, const key_type_of<T>& key) {
  return key_text(c, to_key(to_value(key)));
}

/// The key of an item in stored form. As it stands in record keys; see models/state/keys.hpp. Empty
/// when the struct's key has another name than the collection's.
template <class T>
std::string key_of_item(const collection& c, const T& item) {
  std::string key;
  for_each_field<T>([&](std::string_view name, auto member) {
    if (name == c.key().name) {
      key = to_key(to_value(item.*member));
    }
  });
  return key;
}

/// The same as text, as in a path. Of the item's own key.
template <class T>
std::string text_of_item_key(const collection& c, const T& item) {
  return key_text(c, key_of_item(c, item));
}

/// The item as the JSON of a POST: a key that is the uuid of zeroes is left out, so that it is
/// given one. The node makes such a key, a version 7 UUID, when it prepares the command. A key of
/// any other type is always sent, also when it is 0 or empty.
template <class T>
std::string to_json_of_new(const collection& c, const T& item) {
  std::string out = "{";
  for_each_field<T>([&](std::string_view name, auto member) {
    const field* f = c.find(name);
    const value v = to_value(item.*member);
    // A key that was set to zeroes on purpose can't be told from one that was never set.
    const bool unset = f == &c.key() && identical(v, value{uuid{}});
    if (f != nullptr && !absent(v) && !unset) {
      out += out.size() == 1 ? "" : ",";
      append_json_key(out, name);
      append_value_json(out, *f, v);
    }
  });
  return out + '}';
}

/// The name of a declared field from the pointer to its member; a compile-time error when there is
/// none. Views the declaration's literal. `T` is the model's struct.
template <class T, auto Member>
constexpr std::string_view name_of_member() {
  constexpr auto found = std::apply(
      [](const auto&... f) {
        std::string_view name;
        const auto look = [&name](const auto& each) {
          // Members of other types can't be the same, and their pointers can't be compared.
          if constexpr (std::is_same_v<std::remove_cv_t<decltype(each.member)>,
                                       std::remove_cv_t<decltype(Member)>>) {
            name = each.member == Member ? each.name : name;
          }
        };
        (look(f), ...);
        return name;
      },
      model<T>::declaration.fields);
  static_assert(!found.empty(), "the member is no declared field of the model");
  return found;
}

/// Takes what the object has over into `out`; members that it lacks stay as they are. False when a
/// member is not of its field's type, so when the collection is not that of the model. For answers,
/// whose objects have exposed fields only. Members of the object that are no declared field are
/// passed over.
template <class T>
[[nodiscard]] bool read_item(const collection& c, const json_document& document,
                             std::uint32_t object, T& out) {
  bool good = document.at(object).what == json_document::kind::object;
  if (!good) {
    return false;
  }
  document.for_each_member(object, [&](std::string_view name, std::uint32_t at) {
    for_each_field<T>([&](std::string_view declared, auto member) {
      // By the struct's name and the collection's field: both must know it.
      const field* f = declared == name ? c.find(name) : nullptr;
      if (f != nullptr) {
        const auto v = from_json(*f, document, at);
        good = good && v && from_value(*f, *v, out.*member);
      }
    });
  });
  return good;
}

/// Empty, or why the collection can't be that of the model. For a check at start, when a typed
/// collection is opened on a node that serves another declaration. Of several wrong fields the last
/// is named.
template <class T>
std::string why_not_model_of(const collection& c) {
  std::string wrong;
  std::apply(
      [&](const auto&... values) {
        const auto look = [&](const auto& declared) {
          const field* f = c.find(declared.name);
          // More fields than the struct declares are fine; fewer or others are not.
          if (f == nullptr || f->type != std::decay_t<decltype(declared)>::type) {
            wrong =
                c.name + "." + std::string(declared.name) + " is not served, or is of another type";
          }
        };
        (look(values), ...);
      },
      model<T>::declaration.fields);
  return wrong;
}

/// Some of a model's fields with new values, for an update:
///
///     lithair::patch<order>().set<&order::state>(order_state::paid).clear<&order::note>()
///         ->  {"state":"paid","note":null}
///
/// Only what is named is sent, so changes of other fields by others stay. Whether a value replaces
/// or combines is up to the field's `merge`. It holds copies and may outlive what it was given.
template <class T>
class patch {
 public:
  /// The member must be a declared field of `T`, which is checked while compiling. On a temporary
  /// the call gives the temporary back, so that calls chain.
  template <auto Member>
  patch& set(const typename member_of<decltype(Member)>::type& which) & {
    changes_.emplace_back(name_of_member<T, Member>(), to_value(which));
    return *this;
  }
  /// The same on a temporary.
  template <auto Member>
  patch&& set(const typename member_of<decltype(Member)>::type& which) && {
    return std::move(set<Member>(which));
  }
  /// Leaves the field without a value, or with its default where it has one (JSON null, RFC 7396
  /// §2). A required field refuses that when the patch is sent.
  template <auto Member>
  patch& clear() & {
    changes_.emplace_back(name_of_member<T, Member>(), value{});
    return *this;
  }
  /// The same on a temporary.
  template <auto Member>
  patch&& clear() && {
    return std::move(clear<Member>());
  }

  /// The JSON of a PATCH (RFC 7396); of a field that was named twice the later value counts. Fields
  /// that the collection lacks are left out. Nothing named: `{}`, which changes nothing.
  std::string to_json(const collection& c) const {
    std::string out = "{";
    for (auto at = changes_.begin(); at != changes_.end(); ++at) {
      const bool again = std::any_of(at + 1, changes_.end(),
                                     [at](const auto& each) { return each.first == at->first; });
      // A key that is there twice would be refused as malformed.
      const field* f = c.find(at->first);
      if (again || f == nullptr) {
        continue;
      }
      out += out.size() == 1 ? "" : ",";
      append_json_key(out, at->first);
      if (absent(at->second)) {
        out += "null";
      } else {
        append_value_json(out, *f, at->second);
      }
    }
    return out + '}';
  }

 private:
  std::vector<std::pair<std::string_view, value>> changes_;  ///< in the order of the calls
};

}  // namespace lithair::models

namespace lithair {

/// For `update` of a typed collection; see models/typed/typed_json.hpp.
using models::patch;

}  // namespace lithair
