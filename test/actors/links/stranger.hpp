#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "test/actors/links/two_ends.hpp"

namespace lithair::test {

/// A socket of a stranger, connected to a node's peer port.
class stranger {
 public:
  explicit stranger(std::uint16_t port, const std::string& host = "127.0.0.1")
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    ::inet_pton(AF_INET, host.c_str(), &address.sin_addr);
    const timeval limit{30, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    BOOST_REQUIRE(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  ~stranger() { ::close(fd_); }
  stranger(const stranger&) = delete;
  stranger& operator=(const stranger&) = delete;

  void say(std::string_view bytes) { (void)!::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  /// What it is told next; empty: the node has closed. Fails when that takes too long.
  std::string told_next() {
    if (!after_meeting_.empty()) return std::exchange(after_meeting_, {});
    char buffer[16 * 1024];
    const auto got = ::recv(fd_, buffer, sizeof buffer, 0);
    if (got < 0 && errno == EAGAIN) BOOST_FAIL("the node says nothing");
    return {buffer, static_cast<std::size_t>(got < 0 ? 0 : got)};
  }
  /// Everything that it is told until the node closes; fails when that takes too long.
  std::string told() {
    auto all = std::exchange(after_meeting_, {});
    char buffer[4096];
    for (;;) {
      const auto got = ::recv(fd_, buffer, sizeof buffer, 0);
      if (got < 0 && errno == EAGAIN) BOOST_FAIL("the node does not close");
      if (got <= 0) return all;
      all.append(buffer, static_cast<std::size_t>(got));
    }
  }
  /// Meets the node as `ours` would, and how that ends.
  std::string meet(const link_hello& ours) {
    const handshake::judge judge{{}, two_ends::unproven};
    handshake mine{handshake::side::dialling, ours, judge};
    char buffer[4096];
    while (mine.now() == handshake::state::going) {
      say(mine.take_output());
      const auto got = ::recv(fd_, buffer, sizeof buffer, 0);
      if (got <= 0) return "nothing more is said";
      std::string_view bytes{buffer, static_cast<std::size_t>(got)};
      mine.feed(bytes);
      after_meeting_ = bytes;
    }
    return two_ends::end(mine);
  }

 private:
  int fd_;
  std::string after_meeting_;  // what came with the last words of the handshake
};

}  // namespace lithair::test
