#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/tls/tls_session.hpp"

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

/// A blocking HTTP/1.1 client of one server. Keeps its connection while it can; used by
/// one thread at a time.
class http_client {
 public:
  /// `secure`: as whom it speaks HTTPS; none: HTTP. `host`: a numeric address of IPv4.
  explicit http_client(std::uint16_t port,
                       std::chrono::milliseconds limit = std::chrono::seconds{10},
                       std::shared_ptr<const actors::tls_context> secure = {},
                       std::string host = "127.0.0.1")
      : port_(port), host_(std::move(host)), limit_(limit), secure_(std::move(secure)) {}
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
  /// Of the connection that is open; none: it is none, or speaks HTTP.
  const actors::tls_session* tls() const { return tls_.get(); }

 private:
  using clock = std::chrono::steady_clock;

  bool connect();
  bool send_all(std::string_view bytes, clock::time_point deadline);
  /// What comes next, opened; empty: nothing comes any more, or not in time.
  std::string receive(clock::time_point deadline);
  answer exchange(std::string_view bytes, bool head);

  std::uint16_t port_;
  std::string host_;
  std::chrono::milliseconds limit_;
  std::shared_ptr<const actors::tls_context> secure_;
  int fd_ = -1;
  std::unique_ptr<actors::tls_session> tls_;
};

/// Sends `bytes` as they are on a connection of their own and returns everything that comes back
/// until the server closes, or until `limit` after it last said something.
std::string send_raw(std::uint16_t port, std::string_view bytes, std::chrono::milliseconds limit);

}  // namespace lithair::test
