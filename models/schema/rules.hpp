#pragma once

#include <vector>

#include "models/problem/problem.hpp"
#include "models/schema/collection.hpp"

namespace lithair::models {

/// Adds what the field's `validate` attributes have against a present value. Messages never repeat
/// the value.
void check_rules(const field& x, const value& v, std::vector<field_error>& errors);

/// Adds what forbids the value as a primary key: empty or long text, and words that stand for
/// something else in a path.
void check_key(const field& x, const value& v, std::vector<field_error>& errors);

/// The longest text key, in bytes with NUL counted twice, so that every stored key fits the store's
/// bound on keys.
inline constexpr std::size_t max_key_bytes = 200;

}  // namespace lithair::models
