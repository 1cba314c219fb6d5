#pragma once

#include <cstddef>

namespace lithair::models {

/// Bytes of rows behind which a page ends early, with `has_more` and a `next` that goes on; at
/// least one row is in it, however large. So an answer is bounded by this and one row, whatever
/// `take` is.
inline constexpr std::size_t max_page_bytes = std::size_t{4} << 20;

}  // namespace lithair::models
