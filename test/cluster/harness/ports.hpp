#pragma once

#include <cstdint>

namespace lithair::test {

/// Ten neighbouring ports for HTTP on loopback and, 1000 above each, its peer port. While the
/// object lives no other process that asks in this way gets the same ones, so that tests can run
/// side by side. They lie below the range from which the kernel takes ports for outgoing
/// connections.
class port_block {
 public:
  port_block();
  ~port_block();
  port_block(const port_block&) = delete;
  port_block& operator=(const port_block&) = delete;

  /// `i` from 0 to 9.
  std::uint16_t http(std::size_t i) const { return static_cast<std::uint16_t>(first_ + i); }
  std::uint16_t peer(std::size_t i) const { return static_cast<std::uint16_t>(first_ + 1000 + i); }

 private:
  std::uint16_t first_ = 0;
  int claim_ = -1;
};

/// Whether nobody listens on 127.0.0.1:port now.
bool is_free(std::uint16_t port);

}  // namespace lithair::test
