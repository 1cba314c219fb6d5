#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/schema/filter.hpp"
#include "models/schema/schema.hpp"
#include "models/state/record.hpp"

namespace lithair::models {

/// One field of the order.
struct sort_term {
  std::size_t position = 0;  ///< of the field in its collection
  bool descending = false;   ///< greatest first, absent values last
};

/// A list as it was asked for. Items come in order of `sort`, then of their keys, in the direction
/// of the last term.
struct list_query {
  std::uint64_t skip = 0;    ///< items passed over; at most 1,000,000,000, in a sorted list 100,000
  std::uint64_t take = 100;  ///< items on the page, 1 to 1000
  std::vector<sort_term> sort;  ///< empty: by key
  std::vector<filter> filters;  ///< all of them must hold
  std::vector<bool> wanted;     ///< per field: whether it is shown
  bool total = true;            ///< whether all matches are to be counted
  bool explain = false;         ///< whether the answer tells how the items were found
  std::string after;  ///< where the page begins: behind this sort position; empty: at the start
};

/// Whether the order is that of keys, rising or falling: then nothing has to be sorted. Terms
/// behind the key never decide, so only the first counts.
bool is_in_key_order(const collection& c, const std::vector<sort_term>& sort);

/// Whether bytes of positions fall along the list: in falling order of keys only.
bool is_descending(const collection& c, const std::vector<sort_term>& sort);

/// Appends where an item stands in the list, as bytes that memcmp orders. In key order that is its
/// key. Else each term's value, presence before it, then the sortable key; all of a descending term
/// is inverted.
void append_position(std::string& out, const collection& c, const std::vector<sort_term>& sort,
                     const stored_fields& fields, std::string_view key);

/// The text that `after` takes to go on behind a position, and back; none for text that no list of
/// this collection and order gave out. The text is base64url (RFC 4648 §5) of 4 bytes that stand
/// for collection and order, and the position. It holds no secret and is no promise: it names
/// values, so it stays good while items come and go.
std::string to_token(const collection& c, const std::vector<sort_term>& sort,
                     std::string_view position);
/// Only the head is checked; a position that no item has is as good as any.
std::optional<std::string> from_token(const collection& c, const std::vector<sort_term>& sort,
                                      std::string_view token);

}  // namespace lithair::models
