#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "models/declaration/rule_tokens.hpp"
#include "models/schema/access.hpp"
#include "models/schema/collection.hpp"

/// Access rules as text:
///
///     rule       := and { "or" and }
///     and        := term { "and" term }
///     term       := "not" term | "(" rule ")" | "true" | "false" | "@user" | "role(" NAME ")"
///                 | operand mark operand | operand [ "not" ] "in" ( operand | list )
///                 | REFERENCE "." FIELD mark operand
///                 | "exists(" MODEL "where" rule ")"
///     mark       := "=" | "!=" | "<" | "<=" | ">" | ">="
///     operand    := FIELD | "@old." FIELD | "@new." FIELD | "@user." NAME | literal
///     literal    := "'" text "'" | number | "true" | "false" | "null"
///     list       := "(" literal { "," literal } ")"
///
/// One of two operands is a field, or both; or one is `@user.NAME` and the other one text.
/// `@user.id` is a token's name or the `sub` of a JWT, any other NAME a claim. A field alone is
/// that of the item as it is; in a rule for `create`, as it is to be. `@old` and `@new` tell both
/// apart where an item changes. A quote within a text is written twice. A list field is equal to
/// what one of its elements is. What is absent is equal to nothing but `null`.
namespace lithair::models {

/// Reads the rule for `what` of a collection whose fields are known; it has at most 4 KiB and 100
/// terms.
///
/// `REFERENCE.FIELD` is a field of the item that a field with `references` names. Within `exists` a
/// field is that of an item of MODEL; on the right of one, `FIELD = FIELD`, that of the item which
/// the rule is about. One of the fields that are asked for is its key, unique or indexed.
/// `others`: all collections, whose fields are known.
tl::expected<rule, rule_error> read_rule(std::span<const collection> others, const collection& c,
                                         access_kind what, std::string_view text);

/// `@now`, or `@user.NAME`; none for anything else.
std::optional<stamp_rule> read_stamp(std::string_view text);

}  // namespace lithair::models
