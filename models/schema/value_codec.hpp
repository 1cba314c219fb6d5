#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "models/encoding/json_document.hpp"
#include "models/problem/problem.hpp"
#include "models/schema/collection.hpp"

/// One value as msgpack, in records and commands, and as JSON, in requests and answers:
///
///     type       msgpack                 JSON
///     bool       bool                    true, false
///     integer    int                     number, exact
///     number     float 64                number, as few digits as give it back
///     string     str                     string
///     uuid       bin of 16 bytes         string
///     money      [units, scale]          string; a number is taken when it is exact
///     timestamp  int, microseconds       string, RFC 3339 in UTC
///     enum       str                     string
///     bytes      bin                     string, base64 with padding (RFC 4648 §4)
///     json       str, compact JSON       any but null
///     list<t>    array of t              array of t
namespace lithair::models {

/// Appends a present value.
void write_value(std::string& out, const value& x);

/// None for bytes that no value of the field gives.
std::optional<value> read_value(const field& f, std::string_view stored);

/// Orders a stored value against a present one without copying text.
std::weak_ordering compare_stored(const field& f, std::string_view stored, const value& x);

/// Appends the JSON of a stored value, straight from its bytes.
void append_json(std::string& out, const field& f, std::string_view stored);
/// Appends the JSON of a present value of a field, and of a value of any type but list.
void append_value_json(std::string& out, const field& f, const value& x);
void append_json(std::string& out, const value& x);

/// The value that the JSON at `position` stands for; `validate` is not looked at.
tl::expected<value, field_error> from_json(const field& f, const json_document& document,
                                           std::uint32_t position);

}  // namespace lithair::models
