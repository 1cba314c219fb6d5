#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "models/encoding/msgpack.hpp"
#include "models/schema/collection.hpp"
#include "models/schema/filter.hpp"
#include "models/schema/schema.hpp"

/// What access rules come to, as commands carry it; fields by their ids, so that it says the same
/// to every node that knows them:
///
///     filters := [filter, ...]
///     filter  := [flags, how, field id, [value, ...]]          with values
///              | [flags, how, field id, other's field id]      with another field
///              | [flags, how, [filters, ...]]                  one of several
///              | [flags, how, collection id, found, [[its field id, field id, side], ...],
///                 filters]                                     another item
///     found   := [field id, side] by reference | looked up field's id
///     side    := bool: of the item as it is to be
///     flags   := 1 negated | 2 of the item as it is to be | 4 another field | 8 that one, likewise
///     how     := the number of the comparison_word
///
/// in msgpack. It may only grow: whoever does not know something of it must not guess.
namespace lithair::models {

/// Adds them. The same filters give the same bytes. Of those by `~` there are none.
void write_filters(std::string& out, const collection& c, const filter_list& all);
/// None: it is no such list, or is about what is not known here.
std::optional<filter_list> read_filters(msgpack::reader& in, const schema& s, const collection& c);

}  // namespace lithair::models
