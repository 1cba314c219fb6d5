#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace lithair::models {

/// What is asked of one item or its history.
struct item_options {
  std::vector<bool> wanted;  ///< per field: whether it is shown
  /// One of the two is set at most.
  std::optional<std::uint64_t> as_of_index;  ///< the item as it was when this entry was applied
  /// RFC 3339 in the request; the item as it was at this time of the log
  std::optional<std::int64_t> as_of_time_us;
  std::uint64_t after = 0;    ///< history begins behind this version
  std::uint64_t take = 1000;  ///< events on a page, 1 to 1000
  bool verify = false;        ///< whether the answer says that the chain of events is whole
};

}  // namespace lithair::models
