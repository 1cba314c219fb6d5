#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <caf/actor.hpp>

#include "models/query/stream.hpp"

namespace lithair::http {

/// A stream of changes that a connection carries: where its client stands, and its bytes. The body
/// is `text/event-stream` (the HTML standard, "Server-sent events").
struct event_stream {
  std::uint64_t token = 0;
  caf::actor feed;  ///< who is asked
  models::stream_request request;
  models::feed_position position;             ///< everything up to here was told
  std::optional<models::feed_position> said;  ///< the last id that the client has
  bool open = false;                          ///< its head was sent
  bool asked = false;                         ///< the feed owes an answer
  bool chunked = true;                        ///< else it ends with the connection
  std::uint64_t quiet_since_ms = 0;

  /// How it begins when there is no event yet: the client must know where to come back to.
  std::string preamble();
  /// A comment, with the id when it has moved on meanwhile.
  std::string heartbeat();

 private:
  std::string id_line();
};

/// When a client comes back after a cut, in milliseconds.
inline constexpr std::string_view retry_line = "retry: 1000\n\n";

/// Appends a piece of a body that may be chunked (RFC 9112 §7.1); nothing of an empty one.
void append_piece(std::string& out, std::string_view text, bool chunked);
/// What ends a chunked body.
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

}  // namespace lithair::http
