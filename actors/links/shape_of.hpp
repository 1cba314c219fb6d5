#pragma once

#include <string>
#include <type_traits>
#include <vector>

#include <caf/actor.hpp>
#include <caf/type_id.hpp>

#include "actors/links/message_shape.hpp"

namespace lithair::actors {

namespace detail {

// Takes the place of CAF's serializer where a message is inspected, and only notes the fields.
struct shape_inspector {
  using result_type = void;
  std::vector<wire_field>& fields;

  template <class... Fields>
  void operator()(Fields&... each) {
    (add(each), ...);
  }
  template <class Number>
  requires std::is_integral_v<Number>
  void add(Number&) { fields.push_back(static_cast<wire_field>(sizeof(Number))); }
  void add(std::string&) { fields.push_back(wire_field::text); }
  void add(caf::actor&) { fields.push_back(wire_field::handle); }
};

}  // namespace detail

/// The shape of a message that is one struct with `inspect` and a type id. Its fields are integers,
/// strings and handles; what has others does not compile.
template <class Message>
message_shape shape_of() {
  message_shape result{std::string{"@<>+"} + caf::type_name<Message>::value, {}};
  detail::shape_inspector inspector{result.fields};
  Message one;
  inspect(inspector, one);
  return result;
}

}  // namespace lithair::actors
