#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace lithair::ctl {

/// What is in a backup.
struct backup_contents {
  std::uint64_t cluster = 0;
  std::uint64_t index = 0;
  std::uint64_t term = 0;
  std::uint64_t bytes = 0;
  std::uint64_t checksum = 0;
  std::uint64_t pairs = 0;
  std::map<std::string, std::uint64_t> items;  ///< by the name of the collection
};

/// Reads all of it and checks every byte. Throws persistence::storage_error, or `failure` where it
/// does not tell its models.
backup_contents contents_of(const std::string& file);

}  // namespace lithair::ctl
