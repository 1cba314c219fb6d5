#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace lithair::http {

/// A secret that clients show as `Authorization: Bearer ...` (RFC 6750). Only its digest is kept,
/// so that it is in no core dump, log or error. Immutable; any thread.
class bearer_token {
 public:
  /// Visible ASCII characters, and as many as can't be guessed.
  static constexpr std::size_t least_size = 16;      ///< fewer are refused
  static constexpr std::size_t largest_size = 4096;  ///< of the file

  /// From a file that only its owner may read; white space around the token does not count. An
  /// error is one line that names the file and never its content.
  static tl::expected<bearer_token, std::string> read(const std::string& path);
  /// Keeps the digest of it and not itself.
  explicit bearer_token(std::string_view secret);

  /// What `read` reads, for whoever has to show it; not to be kept.
  static tl::expected<std::string, std::string> secret_in(const std::string& path);
  /// SHA-256 of it: proves to others who have it that the token is known, without telling it.
  const std::string& digest() const { return digest_; }

  /// Takes the same time whatever is offered, but for its length, so that nothing can be learnt by
  /// timing.
  bool accepts(std::string_view offered) const;

 private:
  std::string digest_;  ///< SHA-256
};

/// What a file holds, and who may come to it.
struct small_file {
  std::string content;
  unsigned mode = 0;  ///< its permissions, as stat(2) has them

  /// A group may read it, as a service's or a pod's does, whose files are root's.
  bool is_open_to_others() const { return (mode & 027) != 0; }
  bool is_writable_for_others() const { return (mode & 022) != 0; }
};
/// One byte more than `most` where the file is longer. Blocks. An error is one line that names the
/// file.
tl::expected<small_file, std::string> read_small_file(const std::string& path, std::size_t most);
/// A file that only its owner and a group may read, for it holds secrets; one byte more than `most`
/// where it is longer. An error is one line that names the file and never its content.
tl::expected<std::string, std::string> read_private_file(const std::string& path, std::size_t most);

/// The token in an Authorization header; empty when it has another scheme or none. The scheme's
/// case does not matter (RFC 9110 §11.1). The view lies in the header.
std::string_view bearer_of(std::string_view authorization);

}  // namespace lithair::http
