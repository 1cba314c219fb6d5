#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <caf/actor_clock.hpp>
#include <caf/typed_actor.hpp>

#include "actors/messages/client_messages.hpp"
#include "actors/messages/handles.hpp"
#include "actors/messages/published.hpp"
#include "actors/runtime/hosted.hpp"

namespace lithair::actors {

/// Answers reads of published projections (read_published, from sessions), each as consistent as it
/// asks for: it learns from the group how far a read must see, and waits until the projection has
/// come so far. It must live on the loop on which projections are folded, the last one: so it sees
/// whole entries of the log.
///
///     read_published ──▶ asking the group ──▶ waiting for the projection ──▶ answered
///                 └───── local, no min_index ────────▲
///
/// A read waits at most 5 s for the projection, half a second for one that is being built; 4,096
/// are under way at most. Spawned by the HTTP server, which ends it.
class publisher final : public hosted_actor {
 public:
  using handle_type = publisher_handle;

  /// Who knows how far a read must see; all outlive the actor.
  struct setup {
    taking<ask> raft;
    taking<ask> data;       ///< if there, is asked instead
    taking<ask> aggregate;  ///< of what is local, without `data`
  };

  publisher(caf::actor_config& cfg, loop* home, setup s)
      : hosted_actor(cfg, home), setup_(std::move(s)) {}

  const char* name() const override { return "publisher"; }

 private:
  using time_point = caf::actor_clock::time_point;

  struct pending {
    caf::strong_actor_ptr asker;
    read_published read;
    std::uint64_t index = 0;  // that it must see
    time_point deadline = {};
    time_point built_by = {};  // or it is refused
  };

  caf::behavior make_behavior() override;
  void on_exit() override;
  // From one stage to the next.
  void begin(const caf::strong_actor_ptr& asker, read_published& request);
  void go_on(answered& answer);
  static std::string not_there_yet(const pending& waiting);
  void settle(pending waiting);
  // How a read ends: shown, refused at once, or given up when its time is over.
  bool tell(const pending& waiting);
  bool give_up(const pending& waiting);
  void show(const pending& waiting);
  void refuse(const pending& waiting, disposition what, std::string reason);
  void look();

  setup setup_;
  std::map<std::uint64_t, pending> asking_;  // by our token: for an index
  std::vector<pending> waiting_;             // for the projection to get there
  std::uint64_t next_token_ = 1;
};

}  // namespace lithair::actors
