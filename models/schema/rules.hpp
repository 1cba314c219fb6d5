#pragma once

#include <vector>

#include "models/problem/problem.hpp"
#include "models/schema/collection.hpp"

namespace lithair::models {

/// Adds what the field's `validate` attributes have against a present value. Messages never repeat
/// the value. Pure, and the same on every node with the same schema: a PATCH that combines is
/// judged while it is applied. `v` is present and of the field's type.
void check_rules(const field& f, const value& v, std::vector<field_error>& errors);

/// Adds what forbids the value as a primary key: empty or long text, and words that stand for
/// something else in a path. Only text is judged; keys of the other types are always fine. Reserved
/// are the words that routes have in the place of a key ("count", "random-id", "stream", "_bulk")
/// and "." and "..", which clients remove from paths (RFC 3986 §5.2.4).
void check_key(const field& f, const value& v, std::vector<field_error>& errors);

/// The longest text key, in bytes with NUL counted twice, so that every stored key fits the store's
/// bound on keys. The longest key of a pair is that of a projection's extreme with two groups, 498
/// bytes; a record's has 5 bytes more than this.
inline constexpr std::size_t max_key_bytes = 200;

}  // namespace lithair::models
