#include "test/apps/small_server.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <stdexcept>
#include <utility>
#include <vector>

namespace lithair::test {

caller_line::caller_line(int socket, std::shared_ptr<const actors::tls_context> secure)
    : socket_(socket) {
  if (secure) tls_ = std::make_unique<actors::tls_session>(std::move(secure));
}

caller_line::~caller_line() { close(socket_); }

bool caller_line::flush() {
  const auto bytes = tls_->take_output();
  return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(bytes.size());
}

bool caller_line::hear(std::string& into) {
  std::array<char, 16384> came{};
  const auto got = recv(socket_, came.data(), came.size(), 0);
  if (got <= 0) return false;
  if (!tls_) {
    into.append(came.data(), static_cast<std::size_t>(got));
    return true;
  }
  std::vector<char> plain(came.size() + actors::tls_session::held_back);
  into.append(plain.data(), tls_->feed({came.data(), static_cast<std::size_t>(got)}, plain));
  return flush() && tls_->state() != actors::tls_state::failed;
}

bool caller_line::shakes_hands() {
  // A request may come with the end of the handshake.
  while (tls_ && !tls_->is_open())
    if (!hear(heard_)) return false;
  return true;
}

std::string caller_line::request() {
  auto came = std::exchange(heard_, {});
  std::size_t head = 0;
  while ((head = came.find("\r\n\r\n")) == std::string::npos)
    if (!hear(came)) return {};
  constexpr std::string_view length = "Content-Length: ";
  const auto told = came.find(length);
  const auto body =
      told < head ? std::strtoul(came.c_str() + told + length.size(), nullptr, 10) : 0;
  while (came.size() < head + 4 + body)
    if (!hear(came)) return {};
  return came;
}

bool caller_line::say(std::string_view text) {
  if (tls_) {
    tls_->encrypt(text);
    return flush();
  }
  while (!text.empty()) {
    const auto sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void caller_line::end() {
  if (tls_) {
    tls_->close();
    flush();
  }
  shutdown(socket_, SHUT_WR);
}

void caller_line::await_end() {
  std::string ignored;
  while (hear(ignored)) {
  }
}

small_server::small_server(story told, std::shared_ptr<const actors::tls_context> secure)
    : listening_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* where = reinterpret_cast<sockaddr*>(&address);
  if (bind(listening_, where, size) != 0 || listen(listening_, 1) != 0 ||
      getsockname(listening_, where, &size) != 0)
    throw std::runtime_error("a server of tests can't listen");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this, told = std::move(told), secure = std::move(secure)] {
    caller_line line{accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC), secure};
    // Whatever is wrong shows at the client.
    if (line.shakes_hands()) told(line);
  });
}

small_server::~small_server() {
  thread_.join();
  close(listening_);
}

}  // namespace lithair::test
