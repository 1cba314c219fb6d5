#pragma once

#include <cstdint>
#include <fstream>
#include <map>
#include <optional>
#include <string>

#include "apps/lithairctl/record_source.hpp"

namespace lithair::ctl {

/// A batch that is imported, all of it, while one before it is not.
struct batch_ahead {
  std::string digest;  ///< of its text
  std::uint64_t imported = 0;

  bool operator==(const batch_ahead&) const = default;
};

/// How far an import is: what a file beside the imported one says, so that it goes on there.
struct import_position {
  std::string id;          ///< of the import
  std::string collection;  ///< that it goes to
  std::size_t batch_size = 0;
  file_place place;  ///< everything before it is imported or rejected
  std::uint64_t imported = 0;
  std::uint64_t rejected = 0;
  std::uint64_t rejected_bytes = 0;            ///< of the file of rejected records
  std::string before;                          ///< digest of the last bytes before `place`
  std::map<std::uint64_t, batch_ahead> ahead;  ///< by number; behind the place

  bool operator==(const import_position&) const = default;
};

/// None: there is no such file. Throws `failure` where it says nothing that can be read.
std::optional<import_position> read_position(const std::string& file);
/// Durably.
void write_position(const std::string& file, const import_position& x);
/// Of up to 4 KiB that end at `offset`.
std::string digest_before(std::ifstream& of, std::uint64_t offset);
std::string digest_of(std::string_view bytes);

}  // namespace lithair::ctl
