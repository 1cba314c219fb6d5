#pragma once

#include <vector>

#include "models/problem/problem.hpp"
#include "models/state/record.hpp"
#include "models/state/state_view.hpp"

/// What follows from an item's change besides the item itself: unique values, index entries,
/// counters.
namespace lithair::models {

/// One item before and after a change; null where it is not there. A creation has no `before`, a
/// deletion no `after`. The views must live as long as it.
struct transition {
  const collection& c;   ///< a reference; must outlive it
  std::string_view key;  ///< in stored form
  const stored_fields* before = nullptr;
  const stored_fields* after = nullptr;
};

/// Adds the fields whose new value another item has. Errors have the code "unique". An item keeps
/// its own value.
void check_unique(const transition& change, const state_view& state,
                  std::vector<field_error>& errors);

/// Adds the references whose target is not there. An item may refer to itself. Errors have the code
/// "reference". Only changed references are looked at, so deleting what an item refers to is the
/// executor's concern.
void check_references(const transition& change, const schema& models, const state_view& state,
                      std::vector<field_error>& errors);

/// Adds the changes of the unique values and the index entries. Entries of a value that stays are
/// not touched.
void derive_entries(const transition& change, change_set& out);

/// Adds the change of the collection's number of items. Nothing for an update.
void derive_counter(const transition& change, const state_view& state, change_set& out);
/// How many items there are, by the pair that commands keep up to date.
std::uint64_t items_in(const collection& c, const state_view& state);

}  // namespace lithair::models
