#pragma once

#include <optional>
#include <string>

#include <tl/expected.hpp>

#include "actors/tls/tls_context.hpp"

namespace lithair::actors {

/// Where the texts of a `tls_material` are kept.
struct tls_files {
  std::string certificate;                 ///< with those between it and its authority
  std::string key;                         ///< its owner's; a group may read it, others may not
  std::optional<std::string> authorities;  ///< none: no certificate is asked for
};

/// Reads them all, 1 MiB each at most. Blocks: not on a loop.
tl::expected<tls_material, tls_problem> read_tls_files(const tls_files& from);

}  // namespace lithair::actors
