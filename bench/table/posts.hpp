#pragma once

#include "bench/process_costs.hpp"
#include "bench/table/row.hpp"

namespace lithair::bench {

/// POSTs to all nodes of a system, and what they cost the nodes together.
struct posts {
  load_result load;
  process_costs costs;

  double cpu_us() const { return costs.cpu_us / static_cast<double>(load.answered); }
};

/// Measures them over so many connections; `next_number` is that of the next write, and goes on.
/// Throws std::runtime_error when a request failed.
posts measure_posts(const settings& how, measured_system& system, std::size_t connections,
                    std::uint64_t& next_number);

}  // namespace lithair::bench
