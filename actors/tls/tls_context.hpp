#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <tl/expected.hpp>

#include "actors/tls/certificate.hpp"
#include "actors/tls/tls_material.hpp"

struct ssl_ctx_st;

namespace lithair::actors {

/// What all TLS connections of one kind share: who one is and whom one trusts. TLS 1.3, and 1.2 if
/// that is wanted, with ephemeral keys and authenticated encryption only; no compression,
/// renegotiation or early data. Immutable; any thread. Making one takes milliseconds: not on a
/// loop.
class tls_context {
 public:
  /// Refused is: what can't be read, a key that is not the certificate's or that is too weak, a
  /// client that would trust nobody. A server must have a certificate, a client may have one.
  static tl::expected<std::shared_ptr<const tls_context>, tls_problem> make(
      const tls_material& of, const tls_usage& how = {});
  ~tls_context();
  tls_context(const tls_context&) = delete;
  tls_context& operator=(const tls_context&) = delete;

  tls_role role() const { return usage_.role; }
  /// The own certificate; none: a client that has none.
  const std::optional<certificate>& own() const { return own_; }
  /// Whether the other side must show a certificate: a client's always must.
  bool asks_certificate() const { return asks_certificate_; }
  /// What others may stumble over at this moment (seconds since 1970): a certificate that has
  /// ended, does not begin yet or ends within 14 days, intermediate ones that are missing or out of
  /// order. One sentence; empty: nothing.
  std::string concern(std::int64_t now) const;

  /// How connections are made. For `tls_session`.
  ssl_ctx_st* native() const { return native_; }
  const tls_usage& usage() const { return usage_; }

  /// Days before the end at which `concern` begins to tell of it.
  static constexpr std::int64_t warned_before_days = 14;

 private:
  explicit tls_context(const tls_usage& how);  ///< throws std::runtime_error

  tls_usage usage_;
  ssl_ctx_st* native_ = nullptr;
  std::optional<certificate> own_;
  bool asks_certificate_ = false;
  std::string name_;      // of the own certificate's text
  std::string disorder_;  // of the chain; empty: none
};

}  // namespace lithair::actors
