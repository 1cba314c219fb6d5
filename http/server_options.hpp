#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "http/bearer_token.hpp"
#include "http/rate_limiter.hpp"

namespace lithair::actors {
class published;
class tls_credentials;
}  // namespace lithair::actors

namespace lithair::http {

class access_office;
class certificate_office;
class identity_office;

/// Limits of the HTTP side; every one answers with its own status, none grows memory without bound.
struct server_options {
  std::size_t max_body = 1 << 20;           ///< bytes of a request body; more: 413
  std::size_t max_bulk_body = 16 << 20;     ///< the same for _bulk and _txn
  std::size_t max_target = 8 << 10;         ///< bytes of the request line's target; more: 414
  std::size_t max_header_bytes = 32 << 10;  ///< of all headers together; more: 431
  std::size_t max_headers = 100;            ///< more: 431
  std::size_t max_pipelined = 64;  ///< requests of one connection under way; then it is not read
  std::size_t max_connections = 10000;  ///< further ones may only ask how the node is, or get 503
  std::size_t max_per_address = 0;      ///< of one address; likewise. 0: seven eighths of them
  /// Bytes of all requests that arrive or wait for their outcome; more: 503
  std::size_t max_bodies = std::size_t{256} << 20;
  /// Bytes of all answers that are made or wait for their readers; more: 503
  std::size_t max_unsent = std::size_t{256} << 20;
  /// From the first byte of a request, or the beginning of the connection, to its headers' end: 408
  std::uint32_t header_timeout_ms = 10'000;
  std::uint32_t body_timeout_ms = 30'000;    ///< within which a body must go on (`pace`); 408
  std::uint32_t idle_timeout_ms = 75'000;    ///< between requests; closed silently
  std::uint32_t write_timeout_ms = 30'000;   ///< within which answers must be taken; closed
  std::uint32_t reserve_timeout_ms = 1000;   ///< for a request that needs a place of the reserve
  std::uint32_t spared_ms = 1000;            ///< of silence; then it may be closed to make room
  std::uint32_t heartbeat_ms = 5'000;        ///< of silence on a stream; then a comment is sent
  std::uint32_t answer_timeout_ms = 60'000;  ///< for the node to answer a request; 504
  /// Of those who may speak Raft over HTTP, and ask and change anything below /cluster and /_admin;
  /// none: the former nobody may, the latter clients on this machine
  std::optional<bearer_token> cluster_token;
  /// As whom it speaks HTTPS, and nothing else on its port; none: it speaks HTTP
  std::shared_ptr<actors::tls_credentials> tls = {};
  /// Who certifies nodes that join with a token; none: nobody does
  std::shared_ptr<certificate_office> certificates = {};
  /// Who may ask for what; none: whoever reaches the node may, but for what is the operator's
  std::shared_ptr<access_office> access = {};
  /// Who judges JSON Web Tokens; none: none counts
  std::shared_ptr<identity_office> identities = {};
  rate each_client = {};              ///< of requests, by token or else by address; more: 429
  bool metrics_for_all = false;       ///< /metrics without an access token
  std::size_t max_handshakes = 1024;  ///< under way at one time; the oldest gives way to a new one
  /// Whether members may be added, or moved to, off this machine although links are plain
  bool insecure = false;
  /// As whom the node speaks with other nodes (`node_config::peer_tls`), to be told of; none: links
  /// are plain, and members stay on this machine
  std::shared_ptr<actors::tls_credentials> peer_tls = {};
  /// Names by which clients may ask this node, besides its own, its addresses and `localhost`; see
  /// `host_names` for patterns. Others: 421
  std::vector<std::string> allowed_hosts = {};
  /// Origins of other sites' pages that may use the API, as `shared_origins` takes them
  std::vector<std::string> shared_with = {};
  /// The program's own projections, at /api/projections/{name}; `lithair::publish` makes them.
  std::vector<std::shared_ptr<const actors::published>> published = {};
  /// Where the chance in ids of items comes from, asked on any loop. None: the system's generator.
  std::function<void(std::span<std::uint8_t>)> random = {};
  /// Lines of the program's log that nobody took, for /metrics; any thread. None: it isn't known.
  std::function<std::uint64_t()> log_lines_dropped = {};
};

}  // namespace lithair::http
