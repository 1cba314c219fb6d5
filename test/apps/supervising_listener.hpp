#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <string>

namespace lithair::test {

/// Who listens at NOTIFY_SOCKET, as systemd does.
class supervising_listener {
 public:
  /// A path or, behind an @, a name.
  explicit supervising_listener(const std::string& name)
      : socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    if (name.size() >= sizeof at.sun_path) throw std::runtime_error(name + " is too long");
    std::memcpy(at.sun_path, name.data(), name.size());
    const bool is_path = name.front() == '/';
    if (!is_path) at.sun_path[0] = '\0';
    const auto size = offsetof(sockaddr_un, sun_path) + name.size() + (is_path ? 1 : 0);
    if (bind(socket_, reinterpret_cast<sockaddr*>(&at), static_cast<socklen_t>(size)) != 0)
      throw std::runtime_error("a supervisor of tests can't listen");
  }
  ~supervising_listener() { close(socket_); }
  supervising_listener(const supervising_listener&) = delete;
  supervising_listener& operator=(const supervising_listener&) = delete;

  /// What is told next; empty: nothing within half a minute.
  std::string next() {
    std::array<char, 256> text{};
    pollfd watch{socket_, POLLIN, 0};
    if (poll(&watch, 1, 30'000) != 1) return {};
    const auto got = recv(socket_, text.data(), text.size(), 0);
    return got < 0 ? std::string{} : std::string{text.data(), static_cast<std::size_t>(got)};
  }

 private:
  int socket_;
};

}  // namespace lithair::test
