#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/derived/secondary_indexes.hpp"
#include "models/schema/projection.hpp"

/// The rows of projections in the state:
///
///     row     := 'p' projection group            ->  [items, [group value or nil, ...], [[values,
///     high, low], ...]] extreme := 'q' projection measure:1 group sortable  ->  [items, value]
///     group   := (0 | 1 sortable) for each field of group_by
///
/// with a triple for each measure: how many items have the field, and their sum in 128 bits.
/// Extremes hold each value that there is, so the smallest and the greatest are the first and the
/// last of them.
namespace lithair::models {

/// What the items of one group add up to.
struct projection_row {
  struct tally {
    std::uint64_t values = 0;
    wide_integer sum = 0;
  };

  std::uint64_t items = 0;
  std::vector<value> group;
  std::vector<tally> tallies;  ///< one for each measure
};

[[nodiscard]] bool read_row(const collection& c, const projection& p, std::string_view bytes,
                            projection_row& out);
std::string row_prefix(const projection& p);
std::string extreme_prefix(const projection& p, std::size_t at, std::string_view group);

/// Gathers what items add to and take from one projection, then tells the changes.
class projection_rows {
 public:
  projection_rows(const collection& c, const projection& p, const state_view& state)
      : c_(c), p_(p), state_(state) {}

  /// `sign`: 1 for an item that is there from now on, -1 for one that was.
  void count(const stored_fields& fields, int sign);
  void finish(change_set& out);

 private:
  struct extreme {
    std::int64_t delta = 0;
    value v;
  };

  projection_row& row_of(const std::string& group, const stored_fields& fields);

  const collection& c_;
  const projection& p_;
  const state_view& state_;
  std::map<std::string, projection_row> rows_;
  std::map<std::string, extreme> extremes_;
};

/// Adds what an item's change means for every projection of its collection.
void derive_projections(const transition& x, const schema& models, const state_view& state,
                        change_set& out);

}  // namespace lithair::models
