#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace lithair::http {

/// A secret that clients show as `Authorization: Bearer ...` (RFC 6750). Only its digest is kept,
/// so that it is in no core dump, log or error.
class bearer_token {
 public:
  /// Visible ASCII characters, and as many as can't be guessed.
  static constexpr std::size_t least_size = 16;
  static constexpr std::size_t largest_size = 4096;

  /// From a file that only its owner may read; white space around the token does not count. An
  /// error is one line that names the file and never its content.
  static tl::expected<bearer_token, std::string> read(const std::string& path);
  explicit bearer_token(std::string_view secret);

  /// Takes the same time whatever is offered, but for its length.
  bool accepts(std::string_view offered) const;

 private:
  std::string digest_;
};

/// The token in an Authorization header; empty when it has another scheme or none.
std::string_view bearer_of(std::string_view authorization);

}  // namespace lithair::http
