#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/derived/secondary_indexes.hpp"
#include "models/schema/projection.hpp"

/// The rows of projections in the state:
///
///     row         := 'p' projection group                     ->  [items, [of-group], [tally]]
///     extreme     := 'q' projection measure:1 group sortable  ->  [items, value]
///     projection  := its id:4
///     measure     := its place among the measures
///     group       := (00 | 01 sortable) for each field of group_by; 00: absent
///     of-group    := value | nil, for each field of group_by
///     tally       := [values, high, low], for each measure
///
/// `sortable` is that of models/state/keys.hpp; what stands behind the arrow is msgpack. The row
/// tells its group's values, since cut text can't be read back from a key. A tally is how many
/// items have the field, and their sum in 128 bits, high * 2^64 + low, of which high is signed; of
/// money in billionths. Of a count all three are 0, of min and max high and low.
///
/// Extremes hold each value that there is, with the number of items that have it, so the smallest
/// and the greatest are the first and the last of them. Texts that are cut and begin alike
/// stand in the order of their digests.
namespace lithair::models {

/// What the items of one group add up to.
struct projection_row {
  struct tally {
    std::uint64_t values = 0;  ///< how many items have the field
    wide_integer sum = 0;      ///< in 128 bits; money in billionths
  };

  std::uint64_t items = 0;     ///< that pass the filters; the row is gone at 0
  std::vector<value> group;    ///< absent where the items lack the field
  std::vector<tally> tallies;  ///< one for each measure
};

/// False for bytes that are no row of this projection.
[[nodiscard]] bool read_row(const collection& c, const projection& p, std::string_view bytes,
                            projection_row& out);
/// Behind it follows the group.
std::string row_prefix(const projection& p);
/// `at`: of the measure. Behind it follow the values, in their order.
std::string extreme_prefix(const projection& p, std::size_t at, std::string_view group);

/// Gathers what items add to and take from one projection, then tells the changes. For one change,
/// or for many records while a projection is built. All must outlive it.
class projection_rows {
 public:
  projection_rows(const collection& c, const projection& p, const state_view& state)
      : c_(c), p_(p), state_(state) {}

  /// `sign`: 1 for an item that is there from now on, -1 for one that was. Items that do not pass
  /// the filters count for nothing.
  void count(const stored_fields& fields, int sign);
  /// Adds the new rows and extremes to the changes, in the order of their keys. Once.
  void finish(change_set& out);

 private:
  /// How often a value came more than it went.
  struct extreme {
    std::int64_t delta = 0;
    value v;
  };

  /// The row as it is while counting: from the state at first.
  projection_row& row_of(const std::string& group, const stored_fields& fields);

  const collection& c_;
  const projection& p_;
  const state_view& state_;
  std::map<std::string, projection_row> rows_;
  std::map<std::string, extreme> extremes_;
};

/// Adds what an item's change means for every projection of its collection.
void derive_projections(const transition& change, const schema& models, const state_view& state,
                        change_set& out);

}  // namespace lithair::models
