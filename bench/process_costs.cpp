#include "bench/process_costs.hpp"

#include <time.h>

#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <string>

namespace lithair::bench {
namespace {

/// The number after `name` and a colon, in a file of lines as below /proc; 0: no line has it.
double number_in(const std::filesystem::path& file, const std::string& name) {
  std::istringstream lines(test::read_file(file));
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(name + ":")) return std::stod(line.substr(name.size() + 1));
  return 0;
}

}  // namespace

process_costs process_costs::since(const process_costs& before) const {
  auto made = *this;
  made.cpu_us -= before.cpu_us;
  made.voluntary_switches -= before.voluntary_switches;
  made.disk_bytes -= before.disk_bytes;
  return made;
}

process_costs& process_costs::operator+=(const process_costs& other) {
  cpu_us += other.cpu_us;
  voluntary_switches += other.voluntary_switches;
  disk_bytes += other.disk_bytes;
  resident_mib += other.resident_mib;
  private_mib += other.private_mib;
  return *this;
}

process_costs costs_of(pid_t process) {
  clockid_t cpu{};
  timespec used{};
  if (clock_getcpuclockid(process, &cpu) != 0 || clock_gettime(cpu, &used) != 0)
    throw std::runtime_error("a process that is measured has ended");
  process_costs made;
  made.cpu_us = static_cast<double>(used.tv_sec) * 1e6 + static_cast<double>(used.tv_nsec) / 1e3;
  const auto folder = std::filesystem::path("/proc") / std::to_string(process);
  for (const auto& thread : std::filesystem::directory_iterator(folder / "task"))
    made.voluntary_switches += number_in(thread.path() / "status", "voluntary_ctxt_switches");
  made.disk_bytes = number_in(folder / "io", "write_bytes");
  made.resident_mib = number_in(folder / "status", "VmRSS") / 1024;
  made.private_mib = number_in(folder / "status", "RssAnon") / 1024;
  return made;
}

process_costs costs_of(measured_system& system) {
  process_costs made;
  for (const auto* each : system.processes()) made += costs_of(each->pid());
  return made;
}

}  // namespace lithair::bench
