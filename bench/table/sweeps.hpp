#pragma once

#include <vector>

#include "bench/svg.hpp"
#include "bench/table/row.hpp"

namespace lithair::bench {

/// The curves beside the table: over connections, payload, nodes and records. Each point is
/// measured once. Throws std::runtime_error when one can't be.
std::vector<chart> run_sweeps(const settings& how);

}  // namespace lithair::bench
