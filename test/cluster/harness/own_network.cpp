#include "test/cluster/harness/own_network.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace lithair::test {
namespace {

ifreq request_for(const std::string& interface) {
  ifreq made{};
  interface.copy(made.ifr_name, sizeof made.ifr_name - 1);
  return made;
}

/// Empty, or what did not work.
std::string make_addresses() {
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  auto up = request_for("lo");
  up.ifr_flags = IFF_UP | IFF_RUNNING;
  bool done = socket >= 0 && ::ioctl(socket, SIOCSIFFLAGS, &up) == 0;
  for (std::size_t i = 0; done && i < 9; ++i) {
    auto alias = request_for("lo:" + std::to_string(i + 1));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    ::inet_pton(AF_INET, own_network::address(i).c_str(), &address.sin_addr);
    std::memcpy(&alias.ifr_addr, &address, sizeof address);
    done = ::ioctl(socket, SIOCSIFADDR, &alias) == 0;
  }
  std::string why = done ? "" : std::string("no addresses in it: ") + std::strerror(errno);
  ::close(socket);
  return why;
}

}  // namespace

own_network::own_network() : before_(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)) {
  if (before_ < 0 || ::unshare(CLONE_NEWNET) != 0) {
    missing_ = std::string("no network of its own: ") + std::strerror(errno);
    return;
  }
  missing_ = make_addresses();
}

own_network::~own_network() {
  if (before_ < 0) return;
  (void)!::setns(before_, CLONE_NEWNET);
  ::close(before_);
}

}  // namespace lithair::test
