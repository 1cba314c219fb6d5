#include "actors/links/socket_stream.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <uv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "actors/runtime/loop.hpp"

namespace lithair::actors {

namespace {

constexpr std::size_t read_at_once = 64 << 10;
constexpr int reads_in_a_turn = 4;
constexpr std::size_t most_parts = 64;
// Unsent bytes in the system beyond what it keeps until they are acknowledged.
constexpr int unsent_in_system = 128 << 10;

// Free again when whoever was told has returned.
std::array<char, read_at_once>& read_buffer() {
  // Only of threads that read: what each has anyway, each would pay for.
  using bytes = std::array<char, read_at_once>;
  thread_local const auto buffer = std::make_unique_for_overwrite<bytes>();
  return *buffer;
}

}  // namespace

struct socket_stream::watched {
  uv_poll_t poll{};
  int fd = -1;
  bool begun = false;
  bool reads = true;
  bool blocked = false;  // waits until more can be written
  bool closed = false;
  listener whom;

  void watch() {
    const int events = (reads ? UV_READABLE : 0) | (blocked ? UV_WRITABLE : 0);
    if (closed || !begun) return;
    if (events == 0)
      uv_poll_stop(&poll);
    else
      uv_poll_start(&poll, events, [](uv_poll_t* h, int status, int what) {
        static_cast<watched*>(h->data)->happened(status, what);
      });
  }

  // Whoever is told may close it: then this is still here, and says no more.
  void happened(int status, int what) {
    if (status < 0) return end(why_broken());
    if ((what & UV_WRITABLE) != 0 && blocked) {
      blocked = false;
      watch();
      const auto tell = whom.writable;
      tell();
    }
    for (int i = 0; i < reads_in_a_turn && (what & UV_READABLE) != 0; ++i)
      if (closed || !reads || !read()) return;
  }

  // libuv's own word for it tells nothing.
  std::string why_broken() const {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    return error == 0 ? "it closed the connection" : std::strerror(error);
  }

  // False: there is no more for now.
  bool read() {
    auto& buffer = read_buffer();
    const auto got = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (got > 0) {
      const auto tell = whom.came;
      tell({buffer.data(), static_cast<std::size_t>(got)});
      return static_cast<std::size_t>(got) == buffer.size();
    }
    if (got == 0)
      end("it closed the connection");
    else if (errno != EAGAIN && errno != EINTR)
      end(std::strerror(errno));
    return false;
  }

  void end(const std::string& why) {
    if (std::exchange(reads, false)) watch();
    if (const auto tell = std::exchange(whom, {}).ended) tell(why);
  }
};

socket_stream::socket_stream(loop& home, int fd) : socket_(new watched) {
  socket_->fd = fd;
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent_in_system, sizeof unsent_in_system);
  uv_poll_init(home.uv(), &socket_->poll, fd);
  socket_->poll.data = socket_;
}

socket_stream::~socket_stream() {
  socket_->closed = true;
  socket_->whom = {};
  uv_poll_stop(&socket_->poll);
  // What came and was not read would make the system reset the connection, and take our last words
  // from the other end.
  ::shutdown(socket_->fd, SHUT_WR);
  for (int i = 0; i < reads_in_a_turn; ++i)
    if (::recv(socket_->fd, read_buffer().data(), read_at_once, MSG_DONTWAIT) <= 0) break;
  uv_close(reinterpret_cast<uv_handle_t*>(&socket_->poll), [](uv_handle_t* h) {
    auto* over = static_cast<watched*>(h->data);
    ::close(over->fd);
    delete over;
  });
}

void socket_stream::tell(listener whom) {
  socket_->whom = std::move(whom);
  socket_->begun = true;
  socket_->watch();
}

void socket_stream::listen(bool reads) {
  if (std::exchange(socket_->reads, reads) != reads) socket_->watch();
}

// What fails shows in reading, too, and is told there: nothing is told from within a call.
std::size_t socket_stream::write(std::span<const std::string_view> parts) {
  std::array<iovec, most_parts> vectors;
  std::size_t wanted = 0;
  const auto count = std::min(parts.size(), vectors.size());
  for (std::size_t i = 0; i < count; ++i) {
    vectors[i] = {const_cast<char*>(parts[i].data()), parts[i].size()};
    wanted += parts[i].size();
  }
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = count;
  const auto sent = ::sendmsg(socket_->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  const auto done = sent < 0 ? 0 : static_cast<std::size_t>(sent);
  if (done < wanted && !std::exchange(socket_->blocked, true)) socket_->watch();
  return done;
}

std::string socket_stream::address() const {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  std::array<char, INET6_ADDRSTRLEN> text{};
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (::getpeername(socket_->fd, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
      uv_ip_name(generic, text.data(), text.size()) != 0)
    return {};
  return text.data();
}

}  // namespace lithair::actors
