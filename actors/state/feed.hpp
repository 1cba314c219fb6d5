#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <caf/actor.hpp>
#include <caf/actor_clock.hpp>

#include "actors/messages/feed_messages.hpp"
#include "actors/runtime/hosted.hpp"
#include "actors/state/feed_cache.hpp"
#include "actors/state/stream_reader.hpp"

namespace lithair::actors {

/// The feed to itself: go on with streams. By way of its loop, so that others get their turn first.
struct go_on_streaming {};

/// Hands a group's changes to whoever follows them. A subscriber asks for what comes behind its
/// position, gets one batch, and asks again once it has passed that on: so each costs at most one
/// batch of memory, however slow it is, and one that is too slow for the feed is told that its
/// place is gone. So is one whose position is none of this log: it belongs to the time before a
/// restore, or a linearizable read shows that the log does not go so far. Where no such read comes
/// about for a while, this node may lag behind the others without knowing: then streams of clients
/// are told that it is unavailable, to go on elsewhere. That is looked at when one of them nudges.
///
/// Followers at the end of the log are served from what the aggregate tells as it applies; others
/// from the state. Without followers the aggregate is not asked for anything.
///
///     follow ──▶ starting ──▶ reading (from the state) ──▶ answered: busy until it asks again
///                   │  └────▶ checking (is it of this log?) ──▶ as before, or gone
///                   └───────▶ parked (nothing new) ──feed_grew──▶ answered
///
/// Streams are read and rendered apart (feed_streams.cpp), once for all that tell the same, and in
/// slices by way of the loop: so no write waits for what a stream's filters or a large change cost.
/// Of a large change a piece at a time is read.
///
/// Takes follow, nudge and unfollow (lanes of sessions, change_follower); feed_begins, feed_grew,
/// feed_stops and feed_read (aggregate); feed_consults (its group); readiness (raft actor). One
/// that follows and ends is forgotten, whether or not it said `unfollow`.
class feed final : public hosted_actor {
 public:
  using handle_type = feed_handle;

  /// Whom it reads from.
  struct setup {
    taking<attend_feed, read_feed> aggregate;
    /// With so many, no more that want the changes themselves; streams are counted where they are
    /// opened
    std::size_t max_followers = 4096;
    std::chrono::microseconds slice{250};  ///< that streams get of a turn
  };

  feed(caf::actor_config& cfg, loop* home, setup s);

  const char* name() const override { return "feed"; }

 private:
  // Who follows, and its number for the subscription.
  using follower_id = std::pair<caf::actor_id, std::uint64_t>;
  // Where a follower stands; busy: it has its answer, and has not asked again.
  enum class phase : std::uint8_t { starting, checking, reading, parked, busy };

  struct reading;

  struct follower {
    caf::actor asker;
    phase now = phase::busy;
    follow what;
    bool is_of_this_log = false;   // its position, although it is not applied here yet
    std::uint64_t checked_by = 0;  // the number of the check that began when it was there
    reading* at = nullptr;         // of a stream that is parked
  };

  // A stream that is read, for those who wait at its end.
  struct reading {
    stream_reader reader;
    std::vector<follower_id> waiting = {};
    bool queued = false;  // for its turn, in work_
    // What was read of the state: while it is open, which few are at a time.
    bool open = false;
    std::deque<models::feed_piece> held = {};
    std::uint64_t held_through = 0;
    std::size_t wanted_bytes = 0;  // that the next event may need; 0: it is not known to be large
  };

  caf::behavior make_behavior() override;
  void on_exit() override;
  // What followers say.
  void on_follow(follow& request);
  void on_nudge(const follower_id& id);
  // What the aggregate says.
  void on_read(feed_read& answer);
  void on_grown(feed_grew& news);
  void on_stop(const std::string& reason);
  void start_waiting();
  // How one of them is served: from memory, from the state, or not before it is known whether its
  // position is of this log.
  void serve(const follower_id& id, follower& who);
  void check(follower& who);
  void begin_check();
  void check_those_who_wait();
  void on_checked(const readiness& answer);
  void on_doubt(const std::string& reason);
  void end_if(bool (*wanted)(const follower&), const std::string& reason);
  void serve_from_cache(follower& who);
  void read_changes(const follower_id& id, follower& who);
  void answer(follower& who, followed&& reply);
  void end(const follower_id& id, followed::result why, std::string reason);
  void drop(const follower_id& id);
  static std::string gone_text();
  bool follows(caf::actor_id asker) const;
  void forget(caf::actor_id asker);

  // -- streams; see feed_streams.cpp
  void serve_stream(const follower_id& id, follower& who);
  reading& reading_for(const follow& what);
  void take_page(follower& who, const stream_page& page);
  void leave_stream(const follower_id& id, follower& who);
  void forget_streams();
  // What is to be done, bit by bit.
  void line_up(reading& one);
  void go_on_later();
  void go_on();
  bool work_on(reading& one, const models::pause& late);
  void finish(reading& one);
  // From the state, a few at a time.
  void ask_state(reading& one);
  void close(reading& one);
  void on_stream_read(reading& one, feed_read& said);
  void end_all(reading& one, followed::result why, const std::string& reason);
  // What is kept of them.
  void bound_pages();
  void sweep();
  static bool is_idle(const reading& one);

  setup setup_;
  taking<probe_ready> raft_;  // none: every position ahead is taken for one of this log
  feed_cache cache_;
  models::timeline numbers_;
  bool checking_ = false;  // the raft actor was asked how far the log goes
  std::uint64_t check_ = 0;
  caf::actor_clock::time_point check_began_;
  // As of when checks have come to nothing; none: the last one was answered.
  std::optional<caf::actor_clock::time_point> in_doubt_since_;
  bool attended_ = false;  // the cache is kept up
  bool asked_ = false;     // to be told of changes
  std::map<follower_id, follower> followers_;
  std::map<std::uint64_t, follower_id> reads_;  // under way, by their token
  std::uint64_t next_read_ = 1;

  std::map<std::string, std::list<reading>> readings_;  // by what the stream tells
  std::size_t reading_count_ = 0;
  std::deque<reading*> work_;                      // in turn
  std::map<std::uint64_t, reading*> state_reads_;  // under way, by their token
  std::size_t open_ = 0;
  std::deque<reading*> to_open_;  // in turn
  std::size_t kept_bytes_ = 0;    // of all pages
  bool goes_on_ = false;          // a message to go on is under way
};

}  // namespace lithair::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::go_on_streaming)
