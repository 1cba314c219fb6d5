#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "test/http/reply.hpp"

namespace lithair::http::test {

/// A blocking HTTP connection that says exactly what it is told to. Reading gives up after 60 s,
/// so that a server which never answers fails the test instead of hanging it.
class client {
 public:
  /// `receive_buffer`: bytes the system may hold for us, 0: its default.
  explicit client(std::uint16_t port, int receive_buffer = 0);
  ~client();
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  void send(std::string_view bytes);
  /// Says that nothing more comes, and still reads.
  void shut();
  /// The next answer; `head`: it answers HEAD, so no body follows. nullopt: the connection ended
  /// instead.
  std::optional<reply> read(bool head = false);
  /// Reads until `text` has come; gives all up to and with it. Less when the connection ends
  /// before.
  std::string read_until(std::string_view text);
  /// Whether the server closes without another byte.
  bool ended();
  /// Sends a whole request and reads its answer.
  reply ask(std::string_view method, std::string_view target, std::string_view headers = {},
            std::string_view body = {});

 private:
  bool more();
  /// Learns what the server says of itself, once.
  void read_description();

  int fd_;
  std::optional<std::uint64_t> description_;  // 0: it told nothing
  std::string buffer_;
};

/// The bytes of a request, with Host and, when there is a body, its length and JSON's type.
std::string request_text(std::string_view method, std::string_view target,
                         std::string_view headers = {}, std::string_view body = {});

}  // namespace lithair::http::test
