#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <caf/actor.hpp>
#include <caf/actor_clock.hpp>

#include "actors/messages/feed_messages.hpp"
#include "actors/runtime/hosted.hpp"
#include "actors/state/feed_cache.hpp"

namespace lithair::actors {

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
/// Takes follow, nudge and unfollow (sessions, change_follower); feed_begins, feed_grew, feed_stops
/// and feed_read (aggregate); feed_consults (its group); readiness (raft actor). Followers are
/// not watched: one that ends has to say `unfollow`, else its place stays taken.
class feed final : public hosted_actor {
 public:
  using handle_type = feed_handle;

  /// Whom it reads from.
  struct setup {
    taking<attend_feed, read_feed> aggregate;
    std::size_t max_followers = 4096;  ///< more are refused
  };

  feed(caf::actor_config& cfg, loop* home, setup s);

  const char* name() const override { return "feed"; }

 private:
  // Who follows, and its number for the subscription.
  using follower_id = std::pair<caf::actor_id, std::uint64_t>;
  // Where a follower stands; busy: it has its answer, and has not asked again.
  enum class phase : std::uint8_t { starting, checking, reading, parked, busy };

  struct follower {
    caf::actor asker;
    phase now = phase::busy;
    follow what;
    bool is_of_this_log = false;   // its position, although it is not applied here yet
    std::uint64_t checked_by = 0;  // the number of the check that began when it was there
  };

  caf::behavior make_behavior() override;
  void on_exit() override { drop_handles(setup_.aggregate, raft_); }
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
  void answer(follower& who, followed&& reply);
  void end(const follower_id& id, followed::result why, std::string reason);
  void drop(const follower_id& id);

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
  // What streams that tell the same got in this turn.
  std::map<std::tuple<std::string, std::uint64_t, std::uint32_t>, followed> made_;
};

}  // namespace lithair::actors
