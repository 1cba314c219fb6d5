#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <caf/actor_clock.hpp>
#include <caf/typed_actor.hpp>

#include "actors/messages/client_messages.hpp"
#include "actors/messages/handles.hpp"
#include "actors/runtime/hosted.hpp"
#include "models/command/joint_command.hpp"

namespace lithair::actors {

class state_window;

/// What a dispatcher tells itself: go on with large writes. By way of the loop, so that others get
/// their turn before.
struct go_on_dispatching {};

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
///
/// What a write of many items needs beyond `slice` goes on in later turns, in turn with others.
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
    /// That large writes get of a turn
    std::chrono::microseconds slice{1000};
    /// Of large commands that are here at a time, until they are answered or passed on; more are
    /// refused (503)
    std::size_t most_bytes = 256 << 20;
  };

  /// Commands that take more bytes are large: they are worked on in slices.
  static constexpr std::size_t large_bytes = 64 << 10;

  dispatcher(caf::actor_config& cfg, loop* home, setup s)
      : hosted_actor(cfg, home), setup_(std::move(s)) {}

  const char* name() const override { return "dispatcher"; }

 private:
  // What is done with a write, or waited for, before anything else.
  enum class stage : std::uint8_t {
    placing,     // whom it concerns
    splitting,   // what of it is for the shared group
    deciding,    // by that one
    localizing,  // what of it is for the node's own group
    writing,     // by that one
    joining,     // both answers
    leaving      // it is answered
  };
  struct write {
    caf::strong_actor_ptr asker;
    std::uint64_t token = 0;
    std::size_t bytes = 0;
    std::string trace;  // as the request has it
    std::unique_ptr<models::joint_command> command;
    stage now = stage::placing;
    data_handle shared{};  // the raft actors of both groups
    data_handle own{};
    submitted answer{};  // the shared group's, once it has come; `command` has its result
  };

  caf::behavior make_behavior() override;
  void on_exit() override;
  void turn_begins() override { until_.reset(); }

  void begin(submit& request);
  // An answer of the shared group, or of the node's own.
  void go_on(submitted& said);
  // Does as much as the turn allows. Whether the write waits for a group, or has ended.
  void work_on(std::uint64_t number);
  bool advance(std::uint64_t number, write& at);
  bool place_write(std::uint64_t number, write& at);
  const place* place_of(const write& at, std::string& refused) const;
  void tell(write& at, submitted said);
  void go_on_working();
  void end(std::uint64_t number);
  void work_later();
  bool is_late();
  // Reads go to one group; what is local of an item that group looks up itself.
  void question(ask& question);

  setup setup_;
  std::map<std::uint64_t, write> writes_;  // by our own token
  std::uint64_t next_token_ = 1;
  std::size_t large_bytes_ = 0;                        // of all large ones
  std::deque<std::uint64_t> going_;                    // large ones that are worked on, in turn
  std::optional<caf::actor_clock::time_point> until_;  // when this turn's time for them is over
  bool goes_on_ = false;                               // a message to go on is under way
};

}  // namespace lithair::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::go_on_dispatching)
