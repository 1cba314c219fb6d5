#include "http/listener.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <future>
#include <memory>
#include <stdexcept>
#include <string_view>

#include "actors/host.hpp"
#include "actors/runtime/loop.hpp"

namespace lithair::http {

namespace {

// Connections taken before other work of the loop gets its turn.
constexpr int max_burst = 64;
constexpr int backlog = 1024;
// How long nothing is accepted when the system has nothing left to accept with.
constexpr std::uint64_t pause_ms = 100;

constexpr std::string_view refusal =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nContent-Length: "
    "150\r\n"
    "Retry-After: 1\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
    R"({"type":"about:blank","title":"Service Unavailable","status":503,)"
    R"("detail":"Too many connections are open.","error":"too_many_connections","errors":[]})";

// A fatal internal_error (RFC 8446 §6.2). There is no better word for it, and a handshake for the
// answer's sake would cost what is short.
constexpr std::string_view sealed_refusal{"\x15\x03\x03\x00\x02\x02\x50", 7};

[[noreturn]] void fail(const std::string& what, const std::string& why) {
  throw std::runtime_error("cannot listen on " + what + ": " + why);
}

struct addresses {
  addrinfo* list = nullptr;
  ~addresses() {
    if (list != nullptr) freeaddrinfo(list);
  }
};

std::uint16_t port_of(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  const auto network = address.ss_family == AF_INET6
                           ? reinterpret_cast<sockaddr_in6*>(&address)->sin6_port
                           : reinterpret_cast<sockaddr_in*>(&address)->sin_port;
  return ntohs(network);
}

}  // namespace

void listener::start(const std::string& host, std::uint16_t port) {
  bind_to(host, port);
  // Given up for a moment when descriptors run out; without it, clients would wait for an answer.
  spare_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  home_.call([this] {
    uv_poll_init(home_.uv(), &poll_, fd_);
    uv_timer_init(home_.uv(), &timer_);
    poll_.data = timer_.data = this;
    open_handles_ = 2;
    watch();
  });
}

void listener::bind_to(const std::string& host, std::uint16_t port) {
  const auto name = actors::host_and_port(host, port);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addresses found;
  const int error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found.list);
  if (error != 0) fail(name, gai_strerror(error));
  // Blocking sockets would stop the loop.
  fd_ = ::socket(found.list->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) fail(name, std::strerror(errno));
  // Only so that a port in TIME_WAIT can be taken again; one in use stays an error.
  const int yes = 1;
  setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (::bind(fd_, found.list->ai_addr, found.list->ai_addrlen) != 0 ||
      ::listen(fd_, backlog) != 0) {
    const std::string why = std::strerror(errno);
    ::close(fd_);
    fd_ = -1;
    fail(name, why);
  }
  port_ = port_of(fd_);
}

void listener::stop() {
  if (fd_ < 0) return;
  // The loop closes the handles; this thread waits until it has.
  auto closed = std::make_shared<std::promise<void>>();
  on_closed_ = [closed] { closed->set_value(); };
  home_.call([this] {
    // Whoever has connected already is let in: what it sends would be lost.
    accept_waiting();
    const auto on_closed = [](uv_handle_t* h) {
      auto* self = static_cast<listener*>(h->data);
      if (--self->open_handles_ == 0) self->on_closed_();
    };
    uv_close(reinterpret_cast<uv_handle_t*>(&poll_), on_closed);
    uv_close(reinterpret_cast<uv_handle_t*>(&timer_), on_closed);
  });
  closed->get_future().wait();
  // Only when no callback can come any more.
  ::close(fd_);
  if (spare_ >= 0) ::close(spare_);
  fd_ = spare_ = -1;
}

void listener::watch() {
  uv_poll_start(&poll_, UV_READABLE,
                [](uv_poll_t* h, int, int) { static_cast<listener*>(h->data)->accept_waiting(); });
}

void listener::accept_waiting() {
  for (int i = 0; i < max_burst; ++i)
    if (!accept_one()) return;
}

// False when there is nothing more to accept now.
bool listener::accept_one() {
  const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0) {
    // Too many connections: told so, instead of let wait.
    if (!hand_on_(fd)) refuse(fd);
    return true;
  }
  switch (errno) {
    case EAGAIN:
      return false;
    case EMFILE:
    case ENFILE:
      return refuse_one_with_spare();
    case ENOBUFS:
    case ENOMEM:
      pause();
      return false;
    default:
      return true;  // the connection went away, or was interrupted: try the next
  }
}

// What the client already sent is read first, or closing would take our answer away from it.
void listener::refuse(int fd) {
  char scratch[4096];
  while (::recv(fd, scratch, sizeof scratch, MSG_DONTWAIT) > 0) {
  }
  const auto said = secure_ ? sealed_refusal : refusal;
  [[maybe_unused]] const auto sent =
      ::send(fd, said.data(), said.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  // The end of our side, so that the client sees a whole answer.
  ::shutdown(fd, SHUT_WR);
  ::close(fd);
}

bool listener::refuse_one_with_spare() {
  if (spare_ >= 0) ::close(spare_);
  spare_ = -1;
  const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  // With the descriptor that was given up.
  if (fd >= 0) refuse(fd);
  spare_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (spare_ >= 0 && fd >= 0) return true;
  // Nothing to accept with: the loop must not turn in circles.
  pause();
  return false;
}

void listener::pause() {
  // The kernel keeps what arrives in its backlog meanwhile.
  uv_poll_stop(&poll_);
  const auto resume = [](uv_timer_t* h) { static_cast<listener*>(h->data)->watch(); };
  uv_timer_start(&timer_, resume, pause_ms, 0);
}

}  // namespace lithair::http
