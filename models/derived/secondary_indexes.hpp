#pragma once

#include <vector>

#include "models/problem/problem.hpp"
#include "models/state/record.hpp"
#include "models/state/state_view.hpp"

/// What follows from an item's change besides the item itself: unique values, index entries,
/// counters.
namespace lithair::models {

/// One item before and after a change; null where it is not there.
struct transition {
  const collection& c;
  std::string_view key;
  const stored_fields* before = nullptr;
  const stored_fields* after = nullptr;
};

/// Adds the fields whose new value another item has.
void check_unique(const transition& x, const state_view& state, std::vector<field_error>& errors);

/// Adds the references whose target is not there. An item may refer to itself.
void check_references(const transition& x, const schema& models, const state_view& state,
                      std::vector<field_error>& errors);

/// Adds the changes of the unique values and the index entries.
void derive_entries(const transition& x, change_set& out);

/// Adds the change of the collection's number of items.
void derive_counter(const transition& x, const state_view& state, change_set& out);

}  // namespace lithair::models
