#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <caf/typed_actor.hpp>

#include "actors/messages/client_messages.hpp"
#include "actors/messages/handles.hpp"
#include "models/derived/feed.hpp"
#include "models/derived/timeline.hpp"
#include "models/query/stream.hpp"

/// The messages around the change feed, between those who follow it, the feed and the aggregate;
/// all stay in one process.
namespace lithair::actors {

using models::feed_pair;

// -- subscribers and the feed --------------------------------------------------------------------

/// From a session's stream or a `change_follower`: asks for what comes behind a position. The
/// answer is `followed`: at once when there is something, else as soon as there is. The first of a
/// token subscribes; each answer must be followed by another `follow` of the same token, or by
/// `unfollow`. So no subscriber has more than one answer on the way.
struct follow {
  std::uint64_t token = 0;                     ///< the sender's own number of the subscription
  std::optional<models::feed_position> after;  ///< none: from now on
  /// Answer even when there is nothing: how far the feed is, is news too
  bool at_once = false;
  /// What the text of a stream is to tell; none: the changes themselves, of all collections
  std::shared_ptr<const models::stream_query> stream;
};

/// Wants an answer to the `follow` under way now, even when there is nothing. Without one under way
/// it does nothing: the answer is on its way.
struct nudge {
  std::uint64_t token = 0;  ///< of the subscription
};

/// No answer is wanted any more; the subscription ends. One that is on its way may still arrive.
struct unfollow {
  std::uint64_t token = 0;  ///< of the subscription
};

/// The feed's answer to `follow`.
struct followed {
  enum class result : std::uint8_t {
    fine,  ///< go on with another `follow`
    /// What comes behind the position is not kept any more, or it is none of this log; the
    /// subscription has ended
    gone,
    /// 503: too many follow, or the node is stopping, left or damaged; the subscription has ended
    unavailable,
  };

  std::uint64_t token = 0;     ///< of the subscription
  result what = result::fine;  ///< the fields behind `reason` mean nothing unless it is fine
  /// A sentence for people when it is not fine; empty else
  std::string reason;
  /// Everything up to here was looked at; ask on from here
  models::feed_position through;
  /// Server-sent events, of a stream; none: nothing new, or it is no stream
  std::shared_ptr<const std::string> text;
  /// The id of the text's last event
  models::feed_position told;
  /// Without a stream: the pairs behind `after`, some of whose events may lie before it when that
  /// is a part of an index
  std::vector<feed_pair> changes;
};

// -- the feed and the aggregate ------------------------------------------------------------------

/// Whether the feed wants to be told of changes, since somebody follows; to the aggregate, which
/// answers with `feed_begins` or `feed_stops`. Switched off it answers nothing.
struct attend_feed {
  bool on = false;  ///< false: nobody follows any more, and gathering changes would be for nothing
};
/// From the aggregate: every change behind this index will be told with `feed_grew`. Comes again
/// when the state was replaced; what the feed keeps is then void.
struct feed_begins {
  std::uint64_t applied = 0;  ///< the index
  models::timeline numbers;   ///< which indexes are none of this log
};
/// To the feed, once its group begins: who knows how far the log goes, whatever this node has
/// applied.
struct feed_consults {
  taking<probe_ready> raft;  ///< none: a position ahead is taken for one of this log
};
/// The feed's own reminder: nobody could say how far the log goes, so it asks again.
struct check_again {};
/// From the aggregate: no change is told any more, since the members go on without this node.
/// Streams end. Also an answer to `attend_feed`.
struct feed_stops {
  std::string reason;  ///< a sentence
};
/// From the aggregate after each batch: what was applied, in order and without gaps.
struct feed_grew {
  std::uint64_t applied = 0;     ///< everything up to here is told
  std::vector<feed_pair> pairs;  ///< rising; empty: what was applied changed nothing
};
/// Asks the aggregate for pairs behind an index, out of the state, for a follower who is farther
/// back than the feed's memory; answered with `feed_read`.
struct read_feed {
  std::uint64_t token = 0;  ///< the feed's number of the read
  std::uint64_t after = 0;  ///< what follows this index is wanted; 0: from the beginning
  /// Bytes, roughly: the pair that reaches it is the last
  std::size_t limit = 0;
  /// For who takes a large pair bit by bit: `pieces` are wanted, of `limit` bytes together
  bool in_pieces = false;
  std::uint64_t begun = 0;  ///< a pair of which a part was had before; 0: none
  std::size_t offset = 0;   ///< where the rest of it begins
};
/// The aggregate's answer to `read_feed`.
struct feed_read {
  std::uint64_t token = 0;       ///< of the read
  std::vector<feed_pair> pairs;  ///< rising
  /// There is nothing else up to this index
  std::uint64_t through = 0;
  /// Nothing is kept up to this index, so who is farther back has missed something; 0: all is kept
  std::uint64_t dropped = 0;
  std::string failed;                           ///< not empty: nothing could be read, and why
  std::vector<models::feed_piece> pieces = {};  ///< if these were wanted, instead of pairs
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
