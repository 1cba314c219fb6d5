#include "actors/runtime/listen_check.hpp"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

#include "actors/host.hpp"

namespace lithair::actors {

namespace {

using address_list = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

address_list resolve(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0)
    found = nullptr;
  return {found, ::freeaddrinfo};
}

constexpr int backlog = 128;

// A descriptor, or less than 0 the errno of what failed.
int try_to_listen(const addrinfo& address) {
  const int fd = ::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -errno;
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (::bind(fd, address.ai_addr, address.ai_addrlen) == 0 && ::listen(fd, backlog) == 0) return fd;
  const int error = errno;
  ::close(fd);
  return -error;
}

std::string why_no_port(int error) {
  switch (error) {
    case EADDRINUSE:
      return " is in use by another process";
    case EADDRNOTAVAIL:
      return " is not an address of this machine";
    case EACCES:
      return " needs rights that this process does not have";
    default:
      return ": " + std::generic_category().message(error);
  }
}

}  // namespace

listening listen_at(const std::string& host, std::uint16_t port) {
  const auto address = resolve(host, port);
  const auto name = host_and_port(host, port);
  if (!address) return {-1, name + " is not an address"};
  const int fd = try_to_listen(*address);
  return fd >= 0 ? listening{fd, {}} : listening{-1, name + why_no_port(-fd)};
}

std::string why_not_listen(const std::string& host, std::uint16_t port) {
  const auto made = listen_at(host, port);
  if (made.fd >= 0) ::close(made.fd);
  return made.why;
}

}  // namespace lithair::actors
