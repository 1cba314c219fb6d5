#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "models/command/command.hpp"
#include "models/problem/outcome.hpp"
#include "models/state/state_view.hpp"

namespace lithair::models {

/// Fills in the body of the answer to a command that was accepted as of `index`, from what it
/// wrote. A single operation is answered with its item, and with the version and variant of that; a
/// bulk with the array of items, a transaction with `{"index":…,"results":[…]}`. `written` has one
/// part for each operation, in the same order; hidden fields are left out.
void tell_written(const schema& s, const command& what, std::uint64_t index,
                  std::span<const written_part> written, outcome& out);

}  // namespace lithair::models
