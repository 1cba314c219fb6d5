#pragma once

#include <cstdint>
#include <filesystem>

namespace lithair::persistence {

/// How much of a file is read: the time grows with it.
enum class check_depth : std::uint8_t {
  inner_pages,  ///< all but the leaves: some per mille of the file
  everything,   ///< every page that is in use
};

/// Walks the trees in an LMDB data file and checks what LMDB takes on trust: that the file is long
/// enough, each page is what its place says and used once, keys rise, and the counts are right.
/// What the disk can't read is damage. Values are not looked at; they carry checksums of their own.
/// Throws `storage_error`: damaged, or bad_format for the file of another LMDB version. A missing
/// or empty file is fine. Nobody may write meanwhile.
void check_data_file(const std::filesystem::path& path, check_depth depth);

}  // namespace lithair::persistence
