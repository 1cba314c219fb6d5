#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "http/access.hpp"

namespace lithair::apps {

/// The access tokens of a file (--auth), for those who keep secrets in files: TOML, readable by its
/// owner alone, at most 1 MiB.
///
///     [[tokens]]
///     name = "billing"
///     role = "write"                       # read, write or admin
///     collections = ["orders"]             # all unless it is said
///     sha256 = "…"                         # of the token, 64 hexadecimal digits; or
///     token = "…"                          # itself, 32 visible characters at least
///     expires = 2027-01-01T00:00:00Z       # never unless it is said
///
/// `now`: seconds since 1970; what has ended is left out. Blocks. An error is one line that names
/// the file and the place in it, and never a secret.
struct auth_file {
  std::vector<http::access_table::entry> tokens;
  std::int64_t next_end = 0;  ///< when the next of them ends; 0: none does
};
tl::expected<auth_file, std::string> read_auth_file(const std::string& path, std::int64_t now);

}  // namespace lithair::apps
