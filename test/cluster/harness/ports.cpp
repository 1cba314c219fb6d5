#include "test/cluster/harness/ports.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <random>
#include <stdexcept>
#include <string>

namespace lithair::test {
namespace {

constexpr std::uint16_t width = 10;

/// A name in the kernel's abstract namespace, which goes when the process does; -1: someone has it.
int claim(std::uint16_t first) {
  const auto name = "lithair-ports-" + std::to_string(first);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, name.data(), name.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0) return fd;
  close(fd);
  return -1;
}

bool all_free(std::uint16_t first) {
  for (std::uint16_t i = 0; i < width; ++i) {
    if (!is_free(static_cast<std::uint16_t>(first + i)) ||
        !is_free(static_cast<std::uint16_t>(first + 1000 + i))) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool is_free(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  const bool bound = bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  close(fd);
  return bound;
}

port_block::port_block() {
  std::random_device chance;
  for (int attempt = 0; attempt < 1000; ++attempt) {
    // Even thousands from 10000 to 30000 are for HTTP, the odd ones above them for peers.
    const auto thousand = 10000 + 2000 * (chance() % 11);
    first_ = static_cast<std::uint16_t>(thousand + width * (chance() % 100));
    claim_ = claim(first_);
    if (claim_ < 0) continue;
    if (all_free(first_)) return;
    close(claim_);
  }
  throw std::runtime_error("there are no free ports for a test");
}

port_block::~port_block() {
  if (claim_ >= 0) close(claim_);
}

}  // namespace lithair::test
