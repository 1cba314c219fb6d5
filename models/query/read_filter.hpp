#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "models/schema/collection.hpp"
#include "models/schema/filter.hpp"

/// Filters as text: in the query of a list, a count or a stream, and in `where` of a projection.
///
///     filter  := mark value | "in(" [ value { "," value } ] ")"
///     mark    := "" | "!" | ">" | ">=" | "<" | "<=" | "~"
///     value   := "null" | quoted | plain
///     quoted  := '"' { any character but '"', or one behind a '\' } '"'
///     plain   := what does not begin with '"'; within in() without ","
///
/// A quoted value is the text between its quotes, whatever that looks like; in it `\"` stands for a
/// quote and `\\` for a backslash, which before anything else stands for itself. `null`, without
/// quotes, asks for the field to be absent, behind "!" to be there, and in in() either. `~` takes
/// text, so there it is a word. Blanks around a quoted value within in() mean nothing.
namespace lithair::models {

/// The filter that the text makes of the field at `position`, or why there is none: a sentence that
/// says what the field takes. in() takes at most 1000 values of 64 KiB, of which there may be none,
/// and `~` at most 256 bytes.
tl::expected<filter, std::string> read_filter(const collection& c, std::size_t position,
                                              std::string_view text);

/// What a filter of the field may look like: "v, !v, in(v,w), null or !null", for descriptions.
std::string filter_forms(const field& f);

}  // namespace lithair::models
