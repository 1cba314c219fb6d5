#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <string_view>

#include "apps/lithairctl/http_client.hpp"

/// JSON that nodes answer.
namespace lithair::ctl {

/// Throws `failure` where the answer is no JSON: somebody else is there.
boost::json::value document_of(const reply& answer);
/// The same, that must be an object.
boost::json::object object_of(const reply& answer);

/// A member's text; what is no text as JSON, and empty where it is null or absent.
std::string text_in(const boost::json::object& from, std::string_view name);
/// 0 where there is no such number.
std::uint64_t number_in(const boost::json::object& from, std::string_view name);
bool flag_in(const boost::json::object& from, std::string_view name);
bool is_null_in(const boost::json::object& from, std::string_view name);
/// An object or array within; an empty one where it is absent.
const boost::json::object& object_in(const boost::json::object& from, std::string_view name);
const boost::json::array& array_in(const boost::json::object& from, std::string_view name);

/// A value as one cell: text without quotes, all else as JSON.
std::string cell_of(const boost::json::value& from);
/// Indented, for people who asked for JSON.
std::string pretty(const boost::json::value& from, std::size_t indent = 0);
/// For paths and queries (RFC 3986): all but unreserved characters are escaped.
std::string percent_encoded(std::string_view text);

}  // namespace lithair::ctl
