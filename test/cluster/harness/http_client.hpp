#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lithair::test {

using headers = std::vector<std::pair<std::string, std::string>>;

/// An HTTP answer, or why there is none.
struct answer {
  enum class outcome : std::uint8_t {
    answered,  ///< the rest of the struct holds
    refused,   ///< nobody listens there: the request was not received
    lost,      ///< the connection ended or time ran out: it may have been received
  };
  outcome what = outcome::refused;
  int status = 0;  ///< 0 unless answered
  headers fields;  ///< names in lower case
  std::string body;

  /// The header's value; empty when it is absent. `name` in lower case.
  std::string field(std::string_view name) const;
};

/// A blocking HTTP/1.1 client of one server on loopback. Keeps its connection while it can; used by
/// one thread at a time.
class http_client {
 public:
  explicit http_client(std::uint16_t port,
                       std::chrono::milliseconds limit = std::chrono::seconds{10})
      : port_(port), limit_(limit) {}
  ~http_client() { disconnect(); }
  http_client(http_client&& other) noexcept;
  http_client& operator=(http_client&&) = delete;

  /// Sends one request and waits for its answer. A body is sent as JSON.
  answer send(std::string_view method, std::string_view target, std::string_view body = {},
              const headers& more = {});
  answer get(std::string_view target, const headers& more = {}) {
    return send("GET", target, {}, more);
  }
  answer post(std::string_view target, std::string_view body, const headers& more = {}) {
    return send("POST", target, body, more);
  }

  void disconnect();

 private:
  bool connect();
  answer exchange(std::string_view bytes, bool head);

  std::uint16_t port_;
  std::chrono::milliseconds limit_;
  int fd_ = -1;
};

/// Sends `bytes` as they are on a connection of their own and returns everything that comes back
/// until the server closes, or until `limit` after it last said something.
std::string send_raw(std::uint16_t port, std::string_view bytes, std::chrono::milliseconds limit);

}  // namespace lithair::test
