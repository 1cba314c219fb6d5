#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <caf/actor.hpp>

#include "actors/messages/storage_messages.hpp"
#include "actors/meters.hpp"
#include "actors/runtime/hosted.hpp"

namespace lithair::persistence {
class log_store;
struct group_write;
}  // namespace lithair::persistence

namespace lithair::actors {

/// The only writer of a node's log, for all its groups. It blocks on the disk, so it is detached.
/// Whatever arrived while one commit ran becomes the next transaction, with one sync for all (group
/// commit); never by a timer.
///
///     write_log ──▶ waiting ──one transaction──▶ written, once a group
///                      ▲              │ no room: disk_full, again in 250 ms
///                      └──────────────┤
///                                     └ failed: disk_failed, to this and all that follows
///
/// Takes write_log and cut_log, and answers written and log_cut, in order; after one failure it
/// answers disk_failed to everything, for what the disk holds is unknown until it is read again at
/// the next start. Without room it says disk_full, keeps what waits and tries again, and says
/// disk_full without a reason when that worked. What waits is bounded by the core's windows: it
/// acknowledges nothing meanwhile, and so is sent nothing more.
class log_writer final : public detached_actor {
 public:
  using handle_type = log_writer_handle;

  /// `store` must outlive the actor, and be written by nobody else; `meters` and `settler` may be
  /// none.
  log_writer(caf::actor_config& cfg, persistence::log_store* store,
             std::shared_ptr<log_meters> meters = nullptr, log_settler_handle settler = {});
  ~log_writer() override;

  const char* name() const override { return "log_writer"; }

 private:
  struct batch;

  caf::behavior make_behavior() override;
  void turn_ended() override;
  void on_exit() override {
    writers_.clear();
    drop_handles(settler_);
  }
  // A turn: cuts, then one transaction of all that waits.
  void write_waiting();
  void cut_waiting();
  void cut(const cut_log& order);
  void forget_entries(protocol::group_id group);
  // Has the store settled beside the writing, when that is worth it.
  void settle();
  // Without room.
  void try_later();
  void keep(batch& all, const std::string& why);
  void tell_room();
  void tell_failure(const caf::strong_actor_ptr& writer);

  // Its write transactions belong to this actor's thread.
  persistence::log_store* store_;
  std::shared_ptr<log_meters> meters_;
  log_settler_handle settler_;
  bool settling_ = false;  // it was told, and has not answered
  std::unique_ptr<batch> waiting_;
  std::deque<std::pair<caf::strong_actor_ptr, cut_log>> cuts_;  // that wait for room, and who asked
  std::set<protocol::group_id> without_room_;                   // who know that there is none
  std::map<protocol::group_id, caf::strong_actor_ptr> writers_;  // each group's raft actor
  bool retrying_ = false;                                        // a wake-up is under way
  std::string failure_;
};

}  // namespace lithair::actors
