#include "test/cluster/harness/event_source.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace lithair::test {

namespace {

constexpr std::chrono::milliseconds answer_limit{30'000};

}  // namespace

// In HTTP/1.0, so that the body comes without chunks.
event_source::event_source(std::uint16_t port, std::string target, std::string last_id,
                           const std::string& token)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), last_id_(std::move(last_id)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return;
  std::string request = "GET " + target + " HTTP/1.0\r\nHost: 127.0.0.1\r\n";
  if (!last_id_.empty()) request += "Last-Event-ID: " + last_id_ + "\r\n";
  if (!token.empty()) request += "Authorization: Bearer " + token + "\r\n";
  request += "\r\n";
  if (::send(fd_, request.data(), request.size(), MSG_NOSIGNAL) < 0) return;
  while (bytes_.find("\r\n\r\n") == std::string::npos)
    if (!more(answer_limit)) return;
  const auto end = bytes_.find("\r\n\r\n") + 4;
  head_ = bytes_.substr(0, end);
  bytes_.erase(0, end);
  status_ = std::atoi(head_.substr(9, 3).c_str());
  if (status_ == 200) return;
  while (more(answer_limit)) {
  }
  head_ += bytes_;
}

void event_source::disconnect() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

bool event_source::more(std::chrono::milliseconds limit) {
  pollfd watch{fd_, POLLIN, 0};
  if (fd_ < 0 || ::poll(&watch, 1, static_cast<int>(limit.count())) <= 0) return false;
  std::array<char, 65536> buffer{};
  const auto got = ::recv(fd_, buffer.data(), buffer.size(), 0);
  if (got > 0) bytes_.append(buffer.data(), static_cast<std::size_t>(got));
  return got > 0;
}

/// A whole event out of what was read; blocks without data move the id only.
std::optional<stream_event> event_source::take() {
  for (auto end = bytes_.find("\n\n"); end != std::string::npos; end = bytes_.find("\n\n")) {
    const auto block = bytes_.substr(0, end + 1);
    bytes_.erase(0, end + 2);
    stream_event made;
    for (std::size_t at = 0; at < block.size();) {
      const auto line_end = block.find('\n', at);
      const auto line = std::string_view(block).substr(at, line_end - at);
      at = line_end + 1;
      if (line.starts_with("id: ")) last_id_ = line.substr(4);
      if (line.starts_with("event: ")) made.type = line.substr(7);
      if (line.starts_with("data: ")) made.data = line.substr(6);
    }
    made.id = last_id_;
    if (!made.data.empty()) return made;
  }
  return std::nullopt;
}

std::optional<stream_event> event_source::next(std::chrono::milliseconds limit) {
  while (true) {
    if (auto made = take()) return made;
    if (!more(limit)) return std::nullopt;
  }
}

}  // namespace lithair::test
