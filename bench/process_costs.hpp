#pragma once

#include <sys/types.h>

#include "bench/systems.hpp"

namespace lithair::bench {

/// What a process used since it began, and what it holds now, as the kernel counts it.
struct process_costs {
  double cpu_us = 0;              ///< of all its threads
  double voluntary_switches = 0;  ///< of all threads that live: how often one went to wait
  double disk_bytes = 0;          ///< handed to disks, by pages
  double resident_mib = 0;        ///< with the files that it maps
  double private_mib = 0;         ///< without them

  /// What was used since `before`; what is held is this one's.
  process_costs since(const process_costs& before) const;
  process_costs& operator+=(const process_costs& other);
};

/// Throws std::runtime_error when there is no such process.
process_costs costs_of(pid_t process);
/// Of all its processes together.
process_costs costs_of(measured_system& system);

}  // namespace lithair::bench
