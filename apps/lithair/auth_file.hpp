#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "apps/lithair/access_book.hpp"

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
/// `serves`: whether there is a collection of this name. Blocks. An error is one line that names
/// the file and the place in it, and never a secret.
tl::expected<std::vector<booked_access>, std::string> read_auth_file(
    const std::string& path, const std::function<bool(std::string_view)>& serves);

}  // namespace lithair::apps
