#include "apps/lithair/supervisor.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace lithair::apps {

supervisor::supervisor(std::string socket) : socket_(std::move(socket)) {
  const bool named = socket_.starts_with('/') || socket_.starts_with('@');
  if (!named || socket_.size() >= sizeof(sockaddr_un::sun_path)) socket_.clear();
}

supervisor supervisor::of_process() {
  const char* named = std::getenv("NOTIFY_SOCKET");
  return supervisor{named == nullptr ? "" : named};
}

void supervisor::tell(std::string_view lines) const {
  if (!is_there()) return;
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path, socket_.data(), socket_.size());
  // A name that is no path begins with a zero, and ends where the address does.
  const bool is_path = to.sun_path[0] == '/';
  if (!is_path) to.sun_path[0] = '\0';
  const auto size = offsetof(sockaddr_un, sun_path) + socket_.size() + (is_path ? 1 : 0);
  const int from = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (from < 0) return;
  // Whether anybody hears it, nothing here depends on.
  [[maybe_unused]] const auto sent =
      sendto(from, lines.data(), lines.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
             reinterpret_cast<const sockaddr*>(&to), static_cast<socklen_t>(size));
  close(from);
}

}  // namespace lithair::apps
