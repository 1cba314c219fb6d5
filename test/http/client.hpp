#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "actors/tls/tls_session.hpp"
#include "test/http/reply.hpp"
#include "test/http/secure.hpp"

namespace lithair::http::test {

/// A blocking HTTP connection that says exactly what it is told to. Reading gives up after 60 s,
/// so that a server which never answers fails the test instead of hanging it.
class client {
 public:
  /// `receive_buffer`: bytes the system may hold for us, 0: its default. `secure`: as whom it
  /// speaks HTTPS, from its first words on; none: HTTP.
  explicit client(std::uint16_t port, int receive_buffer = 0,
                  std::shared_ptr<const actors::tls_context> secure = usual_client());
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
  /// Shakes hands, if that is not done; whether they are. Of HTTPS only.
  bool shake();
  /// What it knows of the other side. Of HTTPS only.
  const actors::tls_session& secure() const { return *tls_; }
  /// Sends bytes as they are.
  void send_raw(std::string_view bytes);

  /// Sends a whole request and reads its answer.
  reply ask(std::string_view method, std::string_view target, std::string_view headers = {},
            std::string_view body = {});

 private:
  bool more();
  bool receive();  ///< whatever comes next, opened; false: nothing comes any more
  /// Learns what the server says of itself, once.
  void read_description();

  int fd_;
  std::unique_ptr<actors::tls_session> tls_;
  std::optional<std::uint64_t> description_;  // 0: it told nothing
  std::string buffer_;
};

/// The bytes of a request, with Host and, when there is a body, its length and JSON's type.
std::string request_text(std::string_view method, std::string_view target,
                         std::string_view headers = {}, std::string_view body = {});

}  // namespace lithair::http::test
