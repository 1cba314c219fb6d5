#include "actors/runtime/listen_check.hpp"

#include <netdb.h>
#include <spdlog/fmt/fmt.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

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

// 0, or the errno of what failed.
int try_to_listen(const addrinfo& address) {
  const int probe = ::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return errno;
  // A port whose former connections linger is free; libuv and the middleman see it the same way.
  const int on = 1;
  ::setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  const bool free =
      ::bind(probe, address.ai_addr, address.ai_addrlen) == 0 && ::listen(probe, 1) == 0;
  const int error = free ? 0 : errno;
  ::close(probe);
  return error;
}

}  // namespace

std::string why_not_listen(const std::string& host, std::uint16_t port) {
  const auto address = resolve(host, port);
  const auto name = host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port)
                                                        : fmt::format("[{}]:{}", host, port);
  if (!address) return name + " is not an address";
  switch (const int error = try_to_listen(*address)) {
    case 0:
      return {};
    case EADDRINUSE:
      return name + " is in use by another process";
    case EADDRNOTAVAIL:
      return name + " is not an address of this machine";
    case EACCES:
      return name + " needs rights that this process does not have";
    default:
      return name + ": " + std::generic_category().message(error);
  }
}

}  // namespace lithair::actors
