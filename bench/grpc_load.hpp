#pragma once

#include <chrono>
#include <cstdint>

namespace lithair::bench {

/// Puts of one key, by etcd's own protocol.
struct grpc_plan {
  std::uint16_t port = 0;
  std::size_t connections = 64;  ///< with one request under way each
  std::size_t payload = 200;     ///< bytes of the value
  std::chrono::milliseconds warm_up{1000};
  std::chrono::milliseconds measured{5000};
};

/// Whether Debian's `nghttp2-client` is installed, whose h2load sends them.
bool can_load_grpc();

/// Puts a second that etcd acknowledged; its revision is looked at before and after. Throws
/// std::runtime_error when one failed.
double run_grpc_puts(const grpc_plan& plan);

}  // namespace lithair::bench
