#include "test/cluster/harness/http_client.hpp"

#include <arpa/inet.h>
#include <llhttp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace lithair::test {
namespace {

using clock = std::chrono::steady_clock;

int connect_to(std::uint16_t port, const std::string& host = "127.0.0.1") {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) return fd;
  close(fd);
  return -1;
}

/// Waits until the socket is ready for `events`; false when time is up.
bool await(int fd, short events, clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock::now()).count();
  pollfd watch{fd, events, 0};
  return poll(&watch, 1, static_cast<int>(std::max<std::int64_t>(left, 0))) > 0;
}

bool send_bytes(int fd, std::string_view bytes, clock::time_point deadline) {
  while (!bytes.empty()) {
    if (!await(fd, POLLOUT, deadline)) return false;
    const auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

/// One answer as it is parsed.
struct reading {
  answer made;
  bool head = false;  ///< the request was HEAD: no body follows
  bool complete = false;
  bool value_began = true;
};

reading& of(llhttp_t* parser) { return *static_cast<reading*>(parser->data); }

int on_name(llhttp_t* parser, const char* at, std::size_t size) {
  auto& x = of(parser);
  if (x.value_began) x.made.fields.emplace_back();
  x.value_began = false;
  for (const char c : std::string_view(at, size)) {
    x.made.fields.back().first += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return 0;
}

int on_value(llhttp_t* parser, const char* at, std::size_t size) {
  auto& x = of(parser);
  x.value_began = true;
  x.made.fields.back().second.append(at, size);
  return 0;
}

llhttp_settings_t make_settings() {
  llhttp_settings_t made;
  llhttp_settings_init(&made);
  made.on_header_field = on_name;
  made.on_header_value = on_value;
  made.on_headers_complete = [](llhttp_t* parser) {
    of(parser).made.status = parser->status_code;
    return of(parser).head ? 1 : 0;
  };
  made.on_body = [](llhttp_t* parser, const char* at, std::size_t size) {
    of(parser).made.body.append(at, size);
    return 0;
  };
  made.on_message_complete = [](llhttp_t* parser) {
    of(parser).complete = true;
    return static_cast<int>(HPE_PAUSED);
  };
  return made;
}

}  // namespace

std::string answer::field(std::string_view name) const {
  const auto found = std::ranges::find(fields, name, &headers::value_type::first);
  return found == fields.end() ? std::string{} : found->second;
}

http_client::http_client(http_client&& other) noexcept
    : port_(other.port_),
      host_(other.host_),
      limit_(other.limit_),
      secure_(other.secure_),
      fd_(std::exchange(other.fd_, -1)),
      tls_(std::move(other.tls_)) {}

void http_client::disconnect() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
  tls_.reset();
}

bool http_client::connect() {
  if (fd_ >= 0) {
    // A kept connection that the server has closed, or on which it said something unasked, is no
    // use.
    if (!await(fd_, POLLIN, clock::now())) return true;
    disconnect();
  }
  fd_ = connect_to(port_, host_);
  if (fd_ >= 0 && secure_)
    tls_ = std::make_unique<actors::tls_session>(secure_, actors::tls_expectation{"127.0.0.1", {}});
  return fd_ >= 0;
}

bool http_client::send_all(std::string_view bytes, clock::time_point deadline) {
  if (!tls_) return send_bytes(fd_, bytes, deadline);
  while (tls_->state() == actors::tls_state::handshaking) {
    if (!send_bytes(fd_, tls_->take_output(), deadline)) return false;
    std::array<char, 16384> buffer{};
    const auto got = await(fd_, POLLIN, deadline) ? recv(fd_, buffer.data(), buffer.size(), 0) : 0;
    if (got <= 0) return false;
    std::vector<char> plain(buffer.size() + actors::tls_session::held_back);
    tls_->feed({buffer.data(), static_cast<std::size_t>(got)}, plain);
  }
  if (!tls_->is_open()) return false;
  tls_->encrypt(bytes);
  return send_bytes(fd_, tls_->take_output(), deadline);
}

std::string http_client::receive(clock::time_point deadline) {
  std::array<char, 16384> buffer{};
  std::vector<char> plain(tls_ ? buffer.size() + actors::tls_session::held_back : 0);
  while (await(fd_, POLLIN, deadline)) {
    const auto got = recv(fd_, buffer.data(), buffer.size(), 0);
    if (got <= 0) return {};
    const std::string_view came{buffer.data(), static_cast<std::size_t>(got)};
    if (!tls_) return std::string(came);
    // Tickets, and parts of records, say nothing.
    const auto size = tls_->feed(came, plain);
    if (size > 0) return {plain.data(), size};
    if (!tls_->is_open() || tls_->has_ended()) return {};
  }
  return {};
}

answer http_client::send(std::string_view method, std::string_view target, std::string_view body,
                         const headers& more) {
  std::string bytes;
  bytes.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n");
  for (const auto& [name, value] : more) bytes.append(name + ": " + value + "\r\n");
  if (!body.empty()) {
    bytes +=
        "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  }
  bytes.append("\r\n").append(body);
  return exchange(bytes, method == "HEAD");
}

answer http_client::exchange(std::string_view bytes, bool head) {
  if (!connect()) return {};
  static const auto settings = make_settings();
  const auto deadline = clock::now() + limit_;
  reading state;
  state.head = head;
  llhttp_t parser;
  llhttp_init(&parser, HTTP_RESPONSE, &settings);
  parser.data = &state;
  bool open = send_all(bytes, deadline);
  while (open && !state.complete) {
    const auto came = receive(deadline);
    open = !came.empty();
    if (!open) break;
    const auto error = llhttp_execute(&parser, came.data(), came.size());
    open = error == HPE_OK || error == HPE_PAUSED;
  }
  if (!state.complete || state.made.field("connection") == "close") disconnect();
  if (!state.complete) return {answer::outcome::lost, 0, {}, {}};
  state.made.what = answer::outcome::answered;
  return std::move(state.made);
}

std::string send_raw(std::uint16_t port, std::string_view bytes, std::chrono::milliseconds limit) {
  const int fd = connect_to(port);
  if (fd < 0) return {};
  std::string made;
  std::array<char, 16384> buffer{};
  send_bytes(fd, bytes, clock::now() + limit);
  while (await(fd, POLLIN, clock::now() + limit)) {
    const auto got = recv(fd, buffer.data(), buffer.size(), 0);
    if (got <= 0) break;
    made.append(buffer.data(), static_cast<std::size_t>(got));
  }
  close(fd);
  return made;
}

}  // namespace lithair::test
