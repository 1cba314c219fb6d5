#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "http/operations.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

/// What the routes of both offices have in common: certificates, and access tokens.
namespace lithair::http {

/// Why an office did not do it. `detail`: without a full stop.
response office_refusal(int status, std::string_view detail);
/// What is said is not what can be asked for: 422.
response bad_wish(std::string_view detail);
/// Of a member that nobody knows, or that is of another kind.
std::string unknown_member(std::string_view name);
/// The body's object, in the media type of the row; or why not.
std::optional<response> read_object(const request& r, document wanted, boost::json::object& into);
/// A whole number of 1 to `most`; none: it is no such number.
std::optional<std::int64_t> number_within(const boost::json::value& of, std::int64_t most);

}  // namespace lithair::http
