#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "models/encoding/json_document.hpp"
#include "models/encoding/msgpack.hpp"
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
///     bytes      bin                     string, base64 (RFC 4648 §4), written with padding
///     json       str, compact JSON       any but null
///     list<t>    array of t              array of t
/// Each value has one stored form, in the shortest msgpack there is, so equal values of one
/// spelling are equal bytes and digests over records agree on all nodes.
namespace lithair::models {

/// Appends a present value. An absent one becomes nil, which commands use for "removed"; records
/// never have it.
void write_value(std::string& out, const value& v);

/// None for bytes that no value of the field gives. `stored` is exactly one value: bytes behind it
/// make it none. Neither rules nor, of an enum, names are looked at: the schema may have changed
/// since.
std::optional<value> read_value(const field& f, std::string_view stored);

/// Orders a stored value against a present one without copying text. Bytes that are no value of the
/// field count as absent.
std::weak_ordering compare_stored(const field& f, std::string_view stored, const value& v);

/// Appends the JSON of a stored value, straight from its bytes. The JSON is not escaped for HTML.
/// Bytes that are no value become null, so that a record of a damaged kind is still JSON.
void append_json(std::string& out, const field& f, std::string_view stored);
/// The same of the next element of a list.
void append_element_json(std::string& out, const field& element, msgpack::reader& in);
/// Appends the JSON of a present value of a field, and of a value of any type but list.
void append_value_json(std::string& out, const field& f, const value& v);
/// The same without a field, which only lists need for their elements.
void append_json(std::string& out, const value& v);

/// The value that the JSON at `position` stands for; `validate` is not looked at. The error has the
/// field's name, of a list's element its place too ("tags[2]"), and the code "type". Duplicate keys
/// within a json value are refused by the parser already.
tl::expected<value, field_error> from_json(const field& f, const json_document& document,
                                           std::uint32_t position);

}  // namespace lithair::models
