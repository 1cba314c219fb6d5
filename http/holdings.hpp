#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "actors/tls/tls_credentials.hpp"

namespace lithair::http {

/// What a server's connections hold at one moment, and the most that they may, for /status and
/// /metrics.
struct holdings {
  std::size_t connections = 0;      ///< open, of all kinds
  std::size_t reserved = 0;         ///< of them, those that may only ask how the node is
  std::size_t max_connections = 0;  ///< as flags and file descriptors allow
  std::size_t max_per_address = 0;
  std::size_t max_reserved = 0;
  std::uint64_t bodies = 0;  ///< bytes of requests that arrive or wait for their outcome
  std::uint64_t max_bodies = 0;
  std::uint64_t unsent = 0;  ///< bytes of answers that are made or wait for their readers
  std::uint64_t max_unsent = 0;
  std::optional<actors::tls_credentials::state> tls = {};       ///< of a server that speaks HTTPS
  std::optional<actors::tls_credentials::state> peer_tls = {};  ///< of links under TLS
  std::optional<std::uint64_t> programs = {};  ///< connected; none: none are let in
};

}  // namespace lithair::http
