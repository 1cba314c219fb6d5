#pragma once

#include <boost/json/fwd.hpp>

#include <optional>
#include <string>
#include <string_view>

/// Small JSON documents as msgpack. Binary strings become base64 text, as bytes are in JSON.
namespace lithair::http {

/// None for bytes that are not one msgpack value, or one that JSON has no like of: too deep, a key
/// that is no text, or a key twice.
std::optional<boost::json::value> unpack(std::string_view bytes);

/// Numbers in the shortest form, members in their order.
std::string pack(const boost::json::value& json);

}  // namespace lithair::http
