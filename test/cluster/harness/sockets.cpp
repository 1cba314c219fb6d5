#include "test/cluster/harness/sockets.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>

namespace lithair::test {

namespace {

class descriptor {
 public:
  explicit descriptor(long fd) : fd_(static_cast<int>(fd)) {}
  ~descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

descriptor open_process(pid_t pid) { return descriptor{::syscall(SYS_pidfd_open, pid, 0)}; }
descriptor copy_of(const descriptor& process, int fd) {
  return descriptor{::syscall(SYS_pidfd_getfd, process.get(), fd, 0)};
}

template <class Ask>
std::uint16_t port_of(int fd, Ask ask) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (ask(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return address.sin_family == AF_INET ? ntohs(address.sin_port) : std::uint16_t{0};
}

}  // namespace

bool can_cut_connections() {
  const auto self = open_process(::getpid());
  return self && copy_of(self, STDERR_FILENO);
}

std::size_t cut_connections(const process& of, const std::set<std::uint16_t>& ports) {
  const auto process = open_process(of.pid());
  std::size_t cut = 0;
  for (const auto& each :
       std::filesystem::directory_iterator("/proc/" + std::to_string(of.pid()) + "/fd")) {
    const auto socket = copy_of(process, std::stoi(each.path().filename()));
    // It may have closed it meanwhile.
    if (!socket && errno == EBADF) continue;
    if (!socket) throw std::system_error(errno, std::generic_category(), "pidfd_getfd");
    const auto there = port_of(socket.get(), ::getpeername);
    if (there == 0) continue;
    if (!ports.contains(there) && !ports.contains(port_of(socket.get(), ::getsockname))) continue;
    if (::shutdown(socket.get(), SHUT_RDWR) == 0) ++cut;
  }
  return cut;
}

}  // namespace lithair::test
