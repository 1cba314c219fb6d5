#include "actors/tls/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <stdexcept>
#include <string_view>

#include "actors/tls/ticket_keys.hpp"
#include "actors/tls/tls_context_maker.hpp"

namespace lithair::actors {

namespace {

constexpr std::int64_t seconds_of_day = 86'400;

const tls_context& context_of(SSL* of) {
  return *static_cast<const tls_context*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(of)));
}

// RFC 7301 §3.2: who offers protocols of which none is spoken here is refused; who offers none is
// judged once the handshake is done.
int choose_protocol(SSL* of, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned length, void*) {
  const std::string_view wanted = context_of(of).usage().protocol;
  for (unsigned at = 0; at < length; at += 1u + offered[at]) {
    const std::string_view each{reinterpret_cast<const char*>(offered) + at + 1, offered[at]};
    if (each != wanted) continue;
    *chosen = offered + at + 1;
    *size = offered[at];
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

int use_ticket_key(SSL* of, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                   EVP_MAC_CTX* mac, int sealing) {
  auto& keys = *context_of(of).usage().tickets;
  return sealing != 0 ? keys.seal(name, iv, cipher, mac) : keys.open(name, iv, cipher, mac);
}

void set_protocol(SSL_CTX* to, const tls_usage& how) {
  if (how.protocol.empty()) return;
  if (how.role == tls_role::server) {
    SSL_CTX_set_alpn_select_cb(to, choose_protocol, nullptr);
    return;
  }
  const auto list = static_cast<char>(how.protocol.size()) + how.protocol;
  SSL_CTX_set_alpn_protos(to, reinterpret_cast<const unsigned char*>(list.data()),
                          static_cast<unsigned>(list.size()));
}

// A client that shows its certificate does so on each connection: what was believed an hour ago
// may not be believed any more.
void set_resumption(SSL_CTX* to, const tls_usage& how, bool asks_certificate) {
  SSL_CTX_set_session_cache_mode(to, SSL_SESS_CACHE_OFF);
  if (how.role == tls_role::client) return;
  if (!how.tickets || asks_certificate) {
    SSL_CTX_set_options(to, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(to, 0);
    return;
  }
  SSL_CTX_set_num_tickets(to, 1);
  SSL_CTX_set_timeout(to, ticket_keys::renewed_after_s);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(to, use_ticket_key);
}

std::string on_day(std::int64_t seconds) { return utc_text(seconds).substr(0, 10); }

}  // namespace

tls_context::tls_context(const tls_usage& how) : usage_(how) {
  native_ = SSL_CTX_new(how.role == tls_role::server ? TLS_server_method() : TLS_client_method());
  const auto demand = [](bool done) {
    if (!done) throw std::runtime_error("OpenSSL can't do what TLS needs");
  };
  demand(native_ != nullptr);
  SSL_CTX_set_app_data(native_, this);
  const int oldest = how.takes_1_2 ? TLS1_2_VERSION : TLS1_3_VERSION;
  demand(SSL_CTX_set_min_proto_version(native_, oldest) == 1);
  // RFC 9325 §4.2: ephemeral keys and authenticated encryption; of TLS 1.3 all are.
  demand(SSL_CTX_set_cipher_list(native_, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1);
  demand(SSL_CTX_set1_groups_list(native_, "X25519:P-256:P-384") == 1);
  SSL_CTX_set_options(native_, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  // An idle connection keeps no buffers of 16 KiB.
  SSL_CTX_set_mode(native_, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_verify_depth(native_, 8);
}

tls_context::~tls_context() { SSL_CTX_free(native_); }

tl::expected<std::shared_ptr<const tls_context>, tls_problem> tls_context::make(
    const tls_material& of, const tls_usage& how) {
  using part = tls_problem::part;
  std::shared_ptr<tls_context> made{new tls_context{how}};
  tls_context_maker maker{made->native_};
  const bool is_server = how.role == tls_role::server;
  made->name_ = of.certificates.name;
  if (is_server || !of.certificates.pem.empty()) {
    if (auto wrong = maker.take_certificates(of.certificates); !wrong.empty())
      return tl::unexpected(tls_problem{part::certificate, std::move(wrong)});
    if (auto wrong = maker.take_key(of.key); !wrong.empty())
      return tl::unexpected(tls_problem{part::key, std::move(wrong)});
    made->own_ = certificate_of(maker.own());
    made->disorder_ = maker.disorder();
  }
  if (of.authorities) {
    if (auto wrong = maker.take_authorities(*of.authorities); !wrong.empty())
      return tl::unexpected(tls_problem{part::authorities, std::move(wrong)});
  } else if (!is_server) {
    return tl::unexpected(tls_problem{part::authorities, "a client must be told whom to trust"});
  }
  if (how.among_equals)
    if (auto wrong = maker.why_not_equal(); !wrong.empty())
      return tl::unexpected(tls_problem{part::certificate, made->name_ + ": " + wrong + ", so " +
                                                               how.others + " would refuse it"});
  made->asks_certificate_ = of.authorities.has_value();
  SSL_CTX_set_verify(
      made->native_,
      made->asks_certificate_ ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT : SSL_VERIFY_NONE,
      nullptr);
  set_protocol(made->native_, how);
  set_resumption(made->native_, how, made->asks_certificate_);
  // A ticket counts for the certificate under which it was given.
  if (is_server) maker.set_session_scope();
  return made;
}

std::string tls_context::concern(std::int64_t now) const {
  if (!own_) return {};
  const auto& own = *own_;
  if (now > own.not_after)
    return name_ + ": the certificate ended on " + on_day(own.not_after) + ", and " +
           usage_.others + " refuse it";
  if (now < own.not_before)
    return name_ + ": the certificate does not count before " + utc_text(own.not_before) +
           ", and " + usage_.others + " refuse it";
  const auto days = (own.not_after - now) / seconds_of_day;
  if (days < warned_before_days)
    return name_ + ": the certificate ends on " + on_day(own.not_after) + ", in " +
           (days == 0   ? "less than a day"
            : days == 1 ? "a day"
                        : std::to_string(days) + " days");
  return disorder_.empty() ? disorder_ : name_ + ": " + disorder_;
}

}  // namespace lithair::actors
