#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lithair::actors {

/// What CAF's binary serializer makes of one value: a number of so many bytes; a length and as many
/// bytes; an actor's id and node.
enum class wire_field : std::uint8_t { u8 = 1, u16 = 2, u32 = 4, u64 = 8, text, handle };

/// A message that may cross a link, as its bytes look. `shape_of` (shape_of.hpp) makes one of a
/// message's type.
struct message_shape {
  std::string types;  ///< how the message names what it consists of, such as "@<>+ns::hello"
  std::vector<wire_field> fields;
};

}  // namespace lithair::actors
