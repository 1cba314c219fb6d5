#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "models/query/list_query.hpp"
#include "models/state/keys.hpp"
#include "models/state/state_view.hpp"

namespace lithair::models {

/// How the items of a list are found: which pairs of the state are read, and what is known of them.
/// For a given schema and query it is always the same. `explain=true` shows it to the client.
struct access_path {
  enum class path : std::uint8_t {
    records,  ///< the records themselves, all or those of some keys
    unique,   ///< the unique values that are asked for
    index,    ///< entries of a field's index
  };

  path via = path::records;
  std::size_t position = 0;       ///< of the field that decides
  std::vector<key_range> ranges;  ///< of pairs; rising, disjoint
  bool exact = false;   ///< every pair in the ranges stands for an item that passes all filters
  bool by_key = false;  ///< the pairs lie in the order of keys
};

/// The narrowest access for the filters; with none that helps, one that gives the order of `sort`.
/// Ranked: keys, unique values, index values, bounds of the key, the index that gives the order,
/// bounds of another index, all records. Bounds of text longer than 64 bytes serve no index, whose
/// entries are cut there.
access_path choose_access_path(const collection& c, const std::vector<filter>& filters,
                               const std::vector<sort_term>& sort);

/// Whether a field's index holds every item, each exactly where its value belongs in the order.
/// False for optional fields without a default, which have no entry when absent, and for text that
/// may be cut.
bool index_orders(const field& f);

/// Gives the item that a pair in the ranges stands for to `visit(key, record)`, and returns what
/// that returns; true when there is none. The views are valid during the call; false stops the
/// reading.
using item_visitor = std::function<bool(std::string_view key, std::string_view record)>;
/// An entry whose item is gone, which a state in one piece does not have, is passed over.
bool visit_item(const collection& c, const access_path& from, const state_view& state,
                std::string_view pair_key, std::string_view bytes, const item_visitor& visit);

}  // namespace lithair::models
