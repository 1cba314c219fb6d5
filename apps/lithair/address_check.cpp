#include "apps/lithair/address_check.hpp"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

namespace lithair::apps {
namespace {

using address_list = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

address_list resolve(const endpoint& where) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (getaddrinfo(where.host.c_str(), std::to_string(where.port).c_str(), &hints, &found) != 0) {
    found = nullptr;
  }
  return {found, freeaddrinfo};
}

/// 0, or the errno of what failed.
int try_to_bind(const addrinfo& address) {
  const int fd = socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  // A port whose former connections linger is free; libuv and the middleman see it the same way.
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  const bool fine = bind(fd, address.ai_addr, address.ai_addrlen) == 0 && listen(fd, 1) == 0;
  const int error = fine ? 0 : errno;
  close(fd);
  return error;
}

}  // namespace

std::string why_not_listen(const endpoint& where) {
  const auto address = resolve(where);
  const auto name = to_string(where);
  if (!address) return name + " is not an address";
  switch (const int error = try_to_bind(*address)) {
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

}  // namespace lithair::apps
