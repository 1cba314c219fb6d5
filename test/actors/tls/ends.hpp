#pragma once

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "actors/tls/tls_session.hpp"
#include "test/cluster/harness/certificates.hpp"

namespace lithair::actors {

// For the test library to print.
inline std::ostream& operator<<(std::ostream& out, tls_state x) {
  return out << static_cast<int>(x);
}
inline std::ostream& operator<<(std::ostream& out, tls_failure x) { return out << name_of(x); }

}  // namespace lithair::actors

/// Two ends of TLS connections in memory.
namespace lithair::test {

/// Of a context that is right, or the test fails.
inline std::shared_ptr<const actors::tls_context> context_of(const actors::tls_material& of,
                                                             const actors::tls_usage& how = {}) {
  auto made = actors::tls_context::make(of, how);
  BOOST_REQUIRE_MESSAGE(made, (made ? "" : made.error().text));
  return *made;
}

inline actors::tls_material material_of(const identity& own, const std::string& authorities = {}) {
  actors::tls_material result{{"cert.pem", own.certificate}, {"key.pem", own.key}, {}};
  if (!authorities.empty()) result.authorities = {"ca.pem", authorities};
  return result;
}

inline std::shared_ptr<const actors::tls_context> client_of(const authority& whom,
                                                            actors::tls_usage how = {}) {
  how.role = actors::tls_role::client;
  return context_of({{}, {}, {{"ca.pem", whom.certificate()}}}, how);
}

/// One end, and what it has heard.
struct tls_end {
  explicit tls_end(std::shared_ptr<const actors::tls_context> with,
                   actors::tls_expectation what = {})
      : session(std::move(with), std::move(what)) {}

  void take(std::string_view bytes) {
    std::vector<char> plain(bytes.size() + actors::tls_session::held_back);
    const auto size = session.feed(bytes, plain);
    heard.append(plain.data(), size);
  }

  actors::tls_session session;
  std::string heard;
};

/// Carries what waits at one end to the other, in pieces of so many bytes. Whether there was
/// anything.
inline bool carry(tls_end& from, tls_end& to, std::size_t piece = std::string::npos) {
  const auto bytes = from.session.take_output();
  for (std::size_t at = 0; at < bytes.size(); at += std::min(piece, bytes.size() - at))
    to.take(std::string_view(bytes).substr(at, piece));
  return !bytes.empty();
}

/// Until neither has anything to say.
inline void talk(tls_end& a, tls_end& b, std::size_t piece = std::string::npos) {
  for (bool more = true; more;) {
    more = carry(a, b, piece);
    more = carry(b, a, piece) || more;
  }
}

}  // namespace lithair::test
