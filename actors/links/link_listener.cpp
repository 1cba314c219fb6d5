#include "actors/links/link_listener.hpp"

#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <cerrno>
#include <utility>

#include "actors/runtime/loop.hpp"
#include "actors/runtime/loop_timer.hpp"

namespace lithair::actors {

namespace {

// Connections taken before other work of the loop gets its turn.
constexpr int max_burst = 64;
// How long nothing is accepted when the system has nothing left to accept with.
constexpr std::uint64_t pause_ms = 100;

}  // namespace

struct link_listener::watched {
  uv_poll_t poll{};
  int fd = -1;
  bool closed = false;
  std::function<void(int)> accepted;
  loop_timer resume;

  explicit watched(loop& home) : resume(home, [this] { watch(); }) {}

  void watch() {
    uv_poll_start(&poll, UV_READABLE, [](uv_poll_t* h, int, int) {
      auto* self = static_cast<watched*>(h->data);
      for (int i = 0; i < max_burst && !self->closed; ++i)
        if (!self->accept_one()) return;
    });
  }

  // False: there is nothing more to accept now.
  bool accept_one() {
    const int taken = ::accept4(fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (taken >= 0) {
      accepted(taken);
      return true;
    }
    if (errno == EAGAIN) return false;
    const bool none_left =
        errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    if (none_left) pause();
    return !none_left;  // Else it went away: the next one.
  }

  // What comes meanwhile waits in the system.
  void pause() {
    uv_poll_stop(&poll);
    resume.start(pause_ms);
  }
};

link_listener::link_listener(loop& home, int fd, std::function<void(int)> accepted)
    : socket_(new watched{home}) {
  socket_->fd = fd;
  socket_->accepted = std::move(accepted);
  uv_poll_init(home.uv(), &socket_->poll, fd);
  socket_->poll.data = socket_;
  socket_->watch();
}

link_listener::~link_listener() {
  socket_->closed = true;
  socket_->resume.stop();
  uv_poll_stop(&socket_->poll);
  ::close(socket_->fd);
  uv_close(reinterpret_cast<uv_handle_t*>(&socket_->poll),
           [](uv_handle_t* h) { delete static_cast<watched*>(h->data); });
}

}  // namespace lithair::actors
