#include "actors/runtime/dialer.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "actors/runtime/loop.hpp"

namespace lithair::actors {

namespace {

// Lives from `dial` until both of its handles are closed.
struct attempt {
  uv_getaddrinfo_t lookup{};
  uv_connect_t connecting{};
  uv_tcp_t socket{};
  uv_timer_t timer{};
  std::uint16_t port = 0;
  int open_handles = 2;
  bool looking_up = false;
  std::function<void(int, const std::string&)> done;

  // The first of connection, failure and timeout tells; what comes later finds `done` gone.
  void finish(int fd, const std::string& error) {
    if (!done) return;
    auto tell = std::move(done);
    done = nullptr;
    auto closed = [](uv_handle_t* h) {
      auto* self = static_cast<attempt*>(h->data);
      --self->open_handles;
      self->release();
    };
    uv_close(reinterpret_cast<uv_handle_t*>(&timer), closed);
    uv_close(reinterpret_cast<uv_handle_t*>(&socket), closed);
    // One that runs already can't be cancelled: it ends by itself, and is waited for.
    if (looking_up) uv_cancel(reinterpret_cast<uv_req_t*>(&lookup));
    tell(fd, error);
  }
  void release() {
    if (open_handles == 0 && !looking_up) delete this;
  }
};

// Both run on the loop, and may come after the timeout: then nobody is told any more.
void connected(uv_connect_t* request, int status) {
  auto* self = static_cast<attempt*>(request->data);
  if (!self->done) return;
  if (status != 0) return self->finish(-1, uv_strerror(status));
  uv_os_fd_t fd = -1;
  uv_fileno(reinterpret_cast<uv_handle_t*>(&self->socket), &fd);
  // A descriptor of the callee's own: libuv closes its handle's.
  int own = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (own < 0) return self->finish(-1, "no file descriptor is left");
  int on = 1;
  // Raft's messages are small, and each is waited for.
  ::setsockopt(own, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  self->finish(own, {});
}

void looked_up(uv_getaddrinfo_t* request, int status, addrinfo* found) {
  auto* self = static_cast<attempt*>(request->data);
  self->looking_up = false;
  if (!self->done) {
    self->release();
  } else if (status != 0 || found == nullptr) {
    // It may get one: whoever dials tries again.
    self->finish(-1, std::string("its name has no address now: ") +
                         uv_strerror(status != 0 ? status : UV_EAI_NONAME));
  } else {
    // Only so much of it is there: an address of IPv4 is shorter than the longest.
    sockaddr_storage address{};
    std::memcpy(&address, found->ai_addr, std::min<std::size_t>(found->ai_addrlen, sizeof address));
    if (found->ai_family == AF_INET6)
      reinterpret_cast<sockaddr_in6*>(&address)->sin6_port = htons(self->port);
    else
      reinterpret_cast<sockaddr_in*>(&address)->sin_port = htons(self->port);
    self->connecting.data = self;
    int error = uv_tcp_connect(&self->connecting, &self->socket,
                               reinterpret_cast<sockaddr*>(&address), connected);
    if (error != 0) self->finish(-1, uv_strerror(error));
  }
  uv_freeaddrinfo(found);
}

}  // namespace

void dial(loop& on, const std::string& host, std::uint16_t port, std::uint32_t timeout_ms,
          std::function<void(int, const std::string&)> done) {
  auto* self = new attempt;
  self->done = std::move(done);
  self->port = port;
  self->lookup.data = self->socket.data = self->timer.data = self;
  uv_tcp_init(on.uv(), &self->socket);
  uv_timer_init(on.uv(), &self->timer);
  uv_timer_start(
      &self->timer,
      [](uv_timer_t* t) { static_cast<attempt*>(t->data)->finish(-1, "no answer in time"); },
      timeout_ms, 0);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  self->looking_up = true;
  int error = uv_getaddrinfo(on.uv(), &self->lookup, looked_up, host.c_str(), nullptr, &hints);
  if (error != 0) {
    self->looking_up = false;
    self->finish(-1, uv_strerror(error));
  }
}

}  // namespace lithair::actors
