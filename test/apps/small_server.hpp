#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "actors/tls/tls_session.hpp"

namespace lithair::test {

/// The connection of a server of tests with the one client that comes. Blocks.
class caller_line {
 public:
  caller_line(int socket, std::shared_ptr<const actors::tls_context> secure);
  ~caller_line();
  caller_line(const caller_line&) = delete;
  caller_line& operator=(const caller_line&) = delete;

  /// Whether the handshake succeeds; true without TLS.
  bool shakes_hands();
  /// All of a request: its head and a body as long as it says. Empty: none came.
  std::string request();
  /// Whether all of it could be sent.
  bool say(std::string_view text);
  /// Says that nothing more comes.
  void end();
  /// Until the client has ended the connection.
  void await_end();

 private:
  bool flush();
  bool hear(std::string& into);

  int socket_;
  std::unique_ptr<actors::tls_session> tls_;
  std::string heard_;  // that nobody asked for yet
};

/// Listens on a free port of 127.0.0.1 for one client, on a thread of its own.
class small_server {
 public:
  using story = std::function<void(caller_line&)>;

  /// `told`: what it does for the client. `secure`: by HTTPS.
  explicit small_server(story told, std::shared_ptr<const actors::tls_context> secure = {});
  /// Waits until it is done; a client must have come.
  ~small_server();
  small_server(const small_server&) = delete;
  small_server& operator=(const small_server&) = delete;

  std::uint16_t port() const { return port_; }

 private:
  int listening_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace lithair::test
