#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/messages/client_messages.hpp"
#include "models/derived/feed.hpp"
#include "models/derived/timeline.hpp"
#include "models/query/stream.hpp"

/// The messages around the change feed; all stay in one process.
namespace lithair::actors {

using models::feed_pair;

// -- subscribers and the feed --------------------------------------------------------------------

/// Asks for what comes behind a position. The answer is `followed`: at once when there is
/// something, else as soon as there is. The first of a token subscribes; each answer must be
/// followed by another `follow` of the same token, or by `unfollow`.
struct follow {
  std::uint64_t token = 0;
  std::optional<models::feed_position> after;  ///< none: from now on
  bool at_once = false;                        ///< answer even when there is nothing
  std::shared_ptr<const models::stream_query>
      stream;  ///< none: the changes themselves, of all collections
};

/// Wants an answer to the `follow` under way now, even when there is nothing.
struct nudge {
  std::uint64_t token = 0;
};

/// No answer is wanted any more; the subscription ends.
struct unfollow {
  std::uint64_t token = 0;
};

struct followed {
  enum class result : std::uint8_t {
    fine,
    gone,  ///< what comes behind the position is not kept any more, or it is none of this log; the
           ///< subscription has ended
    unavailable,  ///< 503: full, or stopping; it has ended
  };

  std::uint64_t token = 0;
  result what = result::fine;
  std::string reason;                       ///< when not fine
  models::feed_position through;            ///< ask on from here
  std::shared_ptr<const std::string> text;  ///< of a stream; none: nothing new
  models::feed_position told;               ///< the id of the text's last event
  std::vector<feed_pair> changes;  ///< without a stream: the pairs behind `after`, some of which
                                   ///< may lie before it when that is a part of an index
};

// -- the feed and the aggregate
// ------------------------------------------------------------------------

/// Whether the feed wants to be told of changes; answered with `feed_begins`.
struct attend_feed {
  bool on = false;
};
/// Every change behind this index will be told. Comes again when the state was replaced.
struct feed_begins {
  std::uint64_t applied = 0;
  models::timeline numbers;
};
/// Who knows how far the log goes, whatever this node has applied: takes probe_ready.
struct feed_consults {
  caf::actor raft;
};
/// The feed's own: nobody could say how far the log goes.
struct check_again {};
/// No change is told, and why: streams end. Also an answer to attend_feed.
struct feed_stops {
  std::string reason;
};
/// What was applied, in order and without gaps.
struct feed_grew {
  std::uint64_t applied = 0;
  std::vector<feed_pair> pairs;
};
/// Asks the aggregate for pairs behind an index out of the state; answered with `feed_read`.
struct read_feed {
  std::uint64_t token = 0;
  std::uint64_t after = 0;
  std::size_t limit = 0;  ///< bytes, roughly
};
struct feed_read {
  std::uint64_t token = 0;
  std::vector<feed_pair> pairs;
  std::uint64_t through = 0;  ///< there is nothing else up to here
  std::uint64_t dropped = 0;  ///< nothing is kept up to here
  std::string failed;
};

}  // namespace lithair::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::follow)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::nudge)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::unfollow)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::followed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::attend_feed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::feed_begins)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::feed_consults)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::check_again)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::feed_stops)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::feed_grew)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::read_feed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::feed_read)
