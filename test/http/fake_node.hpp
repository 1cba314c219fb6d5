#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <caf/actor.hpp>

#include "actors/messages/messages.hpp"
#include "actors/runtime/hosted.hpp"
#include "models/state/memory_state.hpp"

namespace lithair::http::test {

/// How the fake node behaves, and what it has seen. Shared between the test and the actor.
class script {
 public:
  enum class mode { answer, hold, unavailable, unknown };

  void set(mode x);
  mode now() const;

  void saw_command();
  void saw_read(actors::consistency level);
  void saw_change(const actors::change_members& x);
  std::size_t commands() const;
  std::size_t reads(actors::consistency level) const;
  /// The last change of members in words; empty: none.
  std::string last_change() const;

  void saw_call(const actors::raft_call& x);
  /// The last Raft message in words, behind its cluster, group, sender and receiver; empty: none.
  std::string last_call() const;

  /// What a backup is to hold; empty: none can be made.
  void set_backup(std::string bytes);
  std::string backup() const;

  /// Keeps an answer back, while `hold`.
  void keep(std::function<void()> answer);
  /// Waits until so many answers are kept, and takes them; they must be called on the actor's loop.
  std::vector<std::function<void()>> take_kept(std::size_t count);

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  mode mode_ = mode::answer;
  std::size_t commands_ = 0;
  std::size_t reads_[3] = {};
  std::string change_;
  std::string call_;
  std::string backup_;
  std::vector<std::function<void()>> kept_;
};

/// Stands in for both the raft actor and the aggregate: one node whose commands are committed at
/// once.
class fake_node final : public actors::hosted_actor {
 public:
  fake_node(caf::actor_config& cfg, actors::loop* home, const models::schema* schema,
            std::shared_ptr<script> how);

 private:
  caf::behavior make_behavior() override;
  void reply_to(const caf::strong_actor_ptr& asker, std::function<void(const caf::actor&)> answer);
  actors::submitted carry_out(const actors::submit& x);
  actors::backup_taken archive(const actors::take_backup& x) const;
  static actors::raft_answered say(const actors::raft_call& x);
  actors::answered look_up(const actors::ask& x);

  const models::schema* schema_;
  std::shared_ptr<script> script_;
  models::memory_state state_;
  std::uint64_t index_ = 1;
};

}  // namespace lithair::http::test
