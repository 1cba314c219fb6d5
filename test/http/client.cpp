#include "test/http/client.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>
#include <utility>
#include <vector>

#include "test/http/recorder.hpp"

namespace lithair::http::test {

client::client(std::uint16_t port, int receive_buffer,
               std::shared_ptr<const actors::tls_context> secure)
    : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
  if (secure)
    tls_ = std::make_unique<actors::tls_session>(std::move(secure),
                                                 actors::tls_expectation{"localhost", {}});
  if (auto* all = recorder::of_process()) description_ = all->description_at(port);
  if (receive_buffer > 0)
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  const timeval limit{60, 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("cannot connect");
}

client::~client() { ::close(fd_); }

void client::send(std::string_view bytes) {
  if (!tls_) return send_raw(bytes);
  if (!shake()) return;  // The server has closed; reading tells.
  tls_->encrypt(bytes);
  send_raw(tls_->take_output());
}

bool client::shake() {
  while (tls_->state() == actors::tls_state::handshaking) {
    send_raw(tls_->take_output());
    if (!receive()) break;
  }
  send_raw(tls_->take_output());
  return tls_->is_open();
}

void client::send_raw(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return;  // the server has closed; reading tells
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

void client::shut() {
  if (tls_ && shake()) {
    tls_->close();
    send_raw(tls_->take_output());
  }
  ::shutdown(fd_, SHUT_WR);
}

bool client::more() {
  if (!tls_) return receive();
  const auto before = buffer_.size();
  while (buffer_.size() == before) {
    if (tls_->has_ended() || tls_->state() == actors::tls_state::failed || !receive()) return false;
  }
  return true;
}

bool client::receive() {
  char bytes[16 * 1024];
  const auto n = ::recv(fd_, bytes, sizeof bytes, 0);
  if (n < 0 && errno == EAGAIN) throw std::runtime_error("the server did not answer in time");
  if (n <= 0) return false;
  const std::string_view came{bytes, static_cast<std::size_t>(n)};
  if (!tls_) {
    buffer_.append(came);
    return true;
  }
  std::vector<char> plain(came.size() + actors::tls_session::held_back);
  buffer_.append(plain.data(), tls_->feed(came, plain));
  return true;
}

std::optional<reply> client::read(bool head) {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos)
    if (!more()) return std::nullopt;
  reply result;
  result.status = std::stoi(buffer_.substr(9, 3));
  std::size_t line = buffer_.find("\r\n") + 2;
  while (line < end) {
    const auto line_end = buffer_.find("\r\n", line);
    const auto colon = buffer_.find(": ", line);
    auto name = buffer_.substr(line, colon - line);
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    if (!result.headers.emplace(name, buffer_.substr(colon + 2, line_end - colon - 2)).second)
      throw std::runtime_error("the answer repeats " + name);
    line = line_end + 2;
  }
  buffer_.erase(0, end + 4);
  const auto length = head || result.status < 200 ? std::string{} : result.header("content-length");
  const std::size_t size = length.empty() ? 0 : std::stoul(length);
  while (buffer_.size() < size)
    if (!more()) return std::nullopt;
  result.body = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return result;
}

std::string client::read_until(std::string_view text) {
  while (buffer_.find(text) == std::string::npos)
    if (!more()) return std::exchange(buffer_, {});
  const auto end = buffer_.find(text) + text.size();
  auto made = buffer_.substr(0, end);
  buffer_.erase(0, end);
  return made;
}

bool client::ended() { return buffer_.empty() && !more(); }

reply client::ask(std::string_view method, std::string_view target, std::string_view headers,
                  std::string_view body) {
  auto* recorded = recorder::of_process();
  if (recorded != nullptr && !description_) read_description();
  const auto asked = request_text(method, target, headers, body);
  send(asked);
  auto result = read(method == "HEAD");
  if (!result) throw std::runtime_error("the server closed instead of answering");
  if (recorded != nullptr && *description_ != 0) {
    // As they were sent, with what is added to them.
    const auto first = asked.find("\r\n") + 2;
    const auto end = asked.find("\r\n\r\n", first - 2);
    recorded->add(*description_, method, target, asked.substr(first, end + 2 - first), body,
                  *result);
  }
  return std::move(*result);
}

void client::read_description() {
  send(request_text("GET", "/openapi.json"));
  const auto answer = read();
  description_ =
      answer && answer->status == 200 ? recorder::of_process()->number_of(answer->body) : 0;
}

std::string request_text(std::string_view method, std::string_view target, std::string_view headers,
                         std::string_view body) {
  std::string result;
  result.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n");
  result.append(headers);
  if (!body.empty()) {
    if (headers.find("Content-Type") == std::string_view::npos)
      result += "Content-Type: application/json\r\n";
    result += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return result.append("\r\n").append(body);
}

}  // namespace lithair::http::test
