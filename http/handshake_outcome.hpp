#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "actors/tls/tls_session.hpp"

namespace lithair::http {

/// How a connection under TLS began, or why it did not: what `tls_failure` says, with `none` for
/// those that are open, and what only the server knows.
enum class handshake_outcome : std::uint8_t {
  open,
  plain_http = actors::tls_failure_count,  ///< it spoke HTTP without TLS, and was told so
  late,                                    ///< it took longer than a head may
  cut_off,                                 ///< the client went away
  crowded_out,                             ///< too many were under way, and it was the oldest
};
inline constexpr std::size_t handshake_outcome_count = actors::tls_failure_count + 4;

/// Of a failed one.
constexpr handshake_outcome outcome_of(actors::tls_failure why) {
  return static_cast<handshake_outcome>(why);
}

/// For metrics.
inline std::string_view name_of(handshake_outcome which) {
  constexpr std::array<std::string_view, 4> own{"plain_http", "late", "cut_off", "crowded_out"};
  const auto at = static_cast<std::size_t>(which);
  if (which == handshake_outcome::open) return "open";
  return at < actors::tls_failure_count ? actors::name_of(static_cast<actors::tls_failure>(at))
                                        : own[at - actors::tls_failure_count];
}

}  // namespace lithair::http
