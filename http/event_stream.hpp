#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <caf/typed_actor.hpp>

#include "actors/messages/handles.hpp"
#include "http/identity.hpp"
#include "http/outbox.hpp"
#include "models/query/stream.hpp"

namespace lithair::http {

/// A stream of changes that a connection carries: where its client stands, and its bytes. The body
/// is `text/event-stream` (the HTML standard, "Server-sent events"). Of one session, on its loop's
/// thread. Asked, it waits at the lane's hub; not asked, it waits for its bytes to leave.
struct event_stream {
  std::uint64_t token = 0;                    ///< of the slot that it answers
  actors::feed_handle feed;                   ///< who is asked
  models::stream_request request;             ///< what it tells and from where
  std::string shown;                          ///< digest of the access token; see `may_follow`
  std::shared_ptr<const identity> named;      ///< whom a JSON Web Token names, if that was shown
  bool for_all = false;                       ///< rules let anybody follow it
  models::feed_position position;             ///< everything up to here was told
  std::optional<models::feed_position> said;  ///< the last id that the client has
  bool open = false;                          ///< its head was sent
  bool asked = false;                         ///< it waits for an answer of the feed
  bool chunked = true;                        ///< else it ends with the connection
  std::uint64_t quiet_since_ms = 0;           ///< of the loop's clock; since then nothing was sent
  std::uint64_t nudged_at_ms = 0;             ///< when the feed was last asked for a sign of life

  /// When a comment is to be asked for, after so many milliseconds of silence.
  std::uint64_t comment_due_ms(std::uint64_t silence) const {
    return std::max(quiet_since_ms, nudged_at_ms) + silence;
  }
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

/// Adds to a body that may be chunked (RFC 9112 §7.1) a piece of a begin of its own and a text that
/// many share; nothing of an empty one. The size of both in hexadecimal, CR LF, they themselves, CR
/// LF: an empty one would end the body. `shared` may be null. How many bytes of the body it has.
std::size_t add_piece(outbox& out, std::string_view begin,
                      const std::shared_ptr<const std::string>& shared, bool chunked);
/// What ends a chunked body.
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

}  // namespace lithair::http
