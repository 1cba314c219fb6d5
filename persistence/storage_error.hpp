#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace lithair::persistence {

/// What a caller would do differently. Wrong use of an interface is a `std::logic_error` instead.
enum class storage_errc : std::uint8_t {
  full,     ///< no room; nothing was written, and the same write may be tried again later
  io,       ///< the disk failed; the store refuses every further write until it is opened anew
  stopped,  ///< refused because an earlier write failed; the disk's state is unknown
  damaged,  ///< bytes are not what was written: repair from a peer or a backup, never answer from
            ///< them
  locked,   ///< another process has the directory open
  foreign,  ///< it belongs to another node or cluster, or is not a data directory at all
  bad_format,  ///< written by a version that this one does not read
  access,      ///< the path is missing, is no directory, or may not be used by this user
};

/// The code as a word for logs and status pages.
std::string_view to_string(storage_errc code);

/// A failure of the disk or of what is on it. `what()` is one sentence for the operator.
class storage_error : public std::runtime_error {
 public:
  /// `sentence` names the path or the record, and says what is wrong there.
  storage_error(storage_errc code, const std::string& sentence);

  /// What the caller goes by.
  storage_errc code() const noexcept { return code_; }

 private:
  storage_errc code_;
};

/// Throws the error that stands for `error` (an errno value) met while `doing` ("writing /a/b").
[[noreturn]] void throw_errno(int error, std::string_view doing);

}  // namespace lithair::persistence
