#pragma once

#include <lmdb.h>

#include <string>
#include <string_view>

#include "persistence/storage_error.hpp"

/// For the files that speak to LMDB only.
namespace lithair::persistence {

/// The map is too small for what a transaction wants to write; never leaves the environment.
struct map_full {};

/// Throws what LMDB's answer `rc` stands for, met while `doing`.
[[noreturn]] inline void throw_lmdb(int rc, std::string_view doing) {
  if (rc == MDB_MAP_FULL) throw map_full{};
  if (rc > 0) throw_errno(rc, doing);
  const auto sentence = std::string(doing) + ": " + mdb_strerror(rc);
  switch (rc) {
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
      throw storage_error(storage_errc::damaged, sentence);
    case MDB_VERSION_MISMATCH:
      throw storage_error(storage_errc::bad_format, sentence);
    default:
      // MDB_PANIC is among them: a meta page could not be written, which is no damage yet.
      throw storage_error(storage_errc::io, sentence);
  }
}

/// Throws unless LMDB answered that it went well.
inline void check_lmdb(int rc, std::string_view doing) {
  if (rc != MDB_SUCCESS) throw_lmdb(rc, doing);
}

}  // namespace lithair::persistence
