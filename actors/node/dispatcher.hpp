#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include <caf/typed_actor.hpp>

#include "actors/messages/client_messages.hpp"
#include "actors/messages/handles.hpp"
#include "actors/runtime/hosted.hpp"

namespace lithair::actors {

class state_window;

/// Who is asked where several groups serve the models of a node: it gives each write and each
/// question to the group that keeps the model. What concerns one group only is passed on as if the
/// asker had sent it there, and is answered by that group. A write of an item that has replicated
/// and local fields goes to the shared group first, which decides; then the node's own group puts
/// down the local fields; then the client is told of both.
///
///     submit ──▶ shared group ──refused──────────────────────────▶ submitted (as it says)
///                     │ done
///                     ▼
///                own group ──done──▶ submitted (both parts in one answer)
///                     └──not done──▶ submitted: unknown, for the shared part stays written
class dispatcher final : public hosted_actor {
 public:
  using handle_type = data_handle;

  /// Whom of a group to ask.
  struct group_actors {
    data_handle raft;
    taking<actors::ask> aggregate;  ///< for local reads
  };
  /// Where the fields of a model live.
  struct place {
    group_actors replicated;  ///< none: the model is local
    group_actors local;       ///< none: no model of the node has local fields
  };
  /// What there is to choose from.
  struct setup {
    const models::schema* schema = nullptr;  ///< all of it; outlives the actor
    std::map<std::uint32_t, place> places;   ///< by the collection's id
    /// Of local data, on the same loop; none: there is none
    std::shared_ptr<const state_window> window = nullptr;
  };

  dispatcher(caf::actor_config& cfg, loop* home, setup s)
      : hosted_actor(cfg, home), setup_(std::move(s)) {}

  const char* name() const override { return "dispatcher"; }

 private:
  // A write that concerns two groups.
  struct joint_write {
    caf::strong_actor_ptr asker;
    std::uint64_t token = 0;
    std::string command;
    data_handle local;     // the raft actor of the node's own group
    submitted replicated;  // its answer, once it has come
    bool decided = false;
  };

  caf::behavior make_behavior() override;
  void on_exit() override;

  // Writes: to one group, or (joint) to two of them.
  void begin(submit& request);
  void begin_joint(submit& request, const place& at);
  void go_on(submitted& answer);
  void join(joint_write& write, const models::outcome& written) const;
  void answer(joint_write& write, submitted said);
  // Reads go to one group; what is local of an item that group looks up itself.
  void question(ask& question);
  // Where the models of a command live; none, or `refused` set: it can't be carried out.
  const place* place_of(const std::string& command, std::string& refused) const;

  setup setup_;
  std::map<std::uint64_t, joint_write> writes_;  // by our own token
  std::uint64_t next_token_ = 1;
};

}  // namespace lithair::actors
