#pragma once

#include "http/response.hpp"

/// The answers to requests for which there is no room: 503 with Retry-After, and nothing was done.
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

}  // namespace lithair::http
