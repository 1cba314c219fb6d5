#pragma once

#include <string_view>

#include "http/response.hpp"

/// The answers to requests that are not begun: nothing was done. Where there is no room: 503 with
/// Retry-After.
namespace lithair::http {

/// Requests of all connections hold too much.
inline response too_much_received() {
  return problem_response(503, "too_many_bodies",
                          "The node holds too much of requests already; nothing was done.");
}

/// Answers of all connections hold too much.
inline response too_much_unsent() {
  return problem_response(503, "too_much_unsent",
                          "The node holds too many answers that nobody took; nothing was done.");
}

/// The connection has one of the last places.
inline response no_place() {
  return problem_response(503, "too_many_connections", "Too many connections are open.");
}

/// The certificate that the client showed when it connected would not be taken now.
inline constexpr std::string_view not_trusted_any_more_text =
    "The certificate of this connection is not taken any more; connect again with another one.";
inline response not_trusted_any_more() {
  return problem_response(403, "forbidden", not_trusted_any_more_text);
}

}  // namespace lithair::http
