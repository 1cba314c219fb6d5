#include "persistence/storage_error.hpp"

#include <cerrno>
#include <system_error>

namespace lithair::persistence {

namespace {

storage_errc classify(int error) {
  switch (error) {
    // There is no room: the same write may succeed later.
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return storage_errc::full;
    // The path is wrong, or not for this user: a person has to do something.
    case EACCES:
    case EPERM:
    case EROFS:
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case ELOOP:
    case ENAMETOOLONG:
      return storage_errc::access;
    // What is not known counts as the disk's failure.
    default:
      return storage_errc::io;
  }
}

}  // namespace

std::string_view to_string(storage_errc code) {
  switch (code) {
    case storage_errc::full:
      return "full";
    case storage_errc::io:
      return "io";
    case storage_errc::stopped:
      return "stopped";
    case storage_errc::damaged:
      return "damaged";
    case storage_errc::locked:
      return "locked";
    case storage_errc::foreign:
      return "foreign";
    case storage_errc::bad_format:
      return "bad_format";
    case storage_errc::access:
      return "access";
  }
  return "unknown";
}

storage_error::storage_error(storage_errc code, const std::string& sentence)
    : std::runtime_error(sentence), code_(code) {}

void throw_errno(int error, std::string_view doing) {
  throw storage_error(classify(error),
                      std::string(doing) + ": " + std::generic_category().message(error));
}

}  // namespace lithair::persistence
