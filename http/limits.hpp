#pragma once

#include <cstddef>

namespace lithair::http {

/// What one request may take, see `server_options`.
struct parser_limits {
  std::size_t max_target = 8 << 10;         ///< bytes; more: 414
  std::size_t max_header_bytes = 32 << 10;  ///< of all header lines; more: 431
  std::size_t max_headers = 100;            ///< lines; more: 431
  std::size_t max_body = 1 << 20;           ///< bytes; more: 413
};

}  // namespace lithair::http
