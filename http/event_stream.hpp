#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <caf/typed_actor.hpp>

#include "actors/messages/handles.hpp"
#include "models/query/stream.hpp"

namespace lithair::http {

/// A stream of changes that a connection carries: where its client stands, and its bytes. The body
/// is `text/event-stream` (the HTML standard, "Server-sent events"). Of one session, on its loop's
/// thread. Asked, it waits for the feed; not asked, it waits for its bytes to leave or for a
/// heartbeat.
struct event_stream {
  std::uint64_t token = 0;                    ///< of the slot that it answers; the feed names it
  actors::feed_handle feed;                   ///< who is asked
  models::stream_request request;             ///< what it tells and from where
  models::feed_position position;             ///< everything up to here was told
  std::optional<models::feed_position> said;  ///< the last id that the client has
  bool open = false;                          ///< its head was sent
  bool asked = false;                         ///< the feed owes an answer
  bool chunked = true;                        ///< else it ends with the connection
  std::uint64_t quiet_since_ms = 0;           ///< of the loop's clock; since then nothing was sent

  /// How it begins when there is no event yet: the client must know where to come back to. The
  /// greeting, and an `id:` field without data, which sets the last id and dispatches no event.
  std::string preamble();
  /// A comment, with the id when it has moved on meanwhile. A line that begins with a colon is
  /// ignored by clients; it keeps proxies from closing a quiet connection.
  std::string heartbeat();
  /// How it ends: a comment that says why, for people, and the id behind which to go on. `why` is
  /// one line. Not an event, for which no program would wait.
  std::string farewell(std::string_view why);

 private:
  /// Empty when the client has the position already.
  std::string id_line();
};

/// The first bytes of a stream: a comment, so that whatever lies between sees at once that
/// something comes; and the `retry:` field, when a client comes back after a cut, in milliseconds.
inline constexpr std::string_view greeting = ": heartbeat\nretry: 1000\n\n";

/// Appends a piece of a body that may be chunked (RFC 9112 §7.1); nothing of an empty one. Its size
/// in hexadecimal, CR LF, itself, CR LF: an empty one would end the body.
void append_piece(std::string& out, std::string_view text, bool chunked);
/// What ends a chunked body.
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

}  // namespace lithair::http
