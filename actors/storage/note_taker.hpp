#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <caf/actor.hpp>

#include "actors/messages/storage_messages.hpp"
#include "actors/runtime/hosted.hpp"

namespace lithair::actors {

/// Writes down what a node must remember of its peers and of its cluster, for those who live on
/// loops and must not wait for the disk. Detached; one a node. Of several texts that came while the
/// disk was busy only the last is written: each is the whole of what is to be remembered. What
/// can't be written is kept, and tried again with the next message.
///
/// Takes take_note; join_cluster and await_notes, which it answers with noted. Since it takes them
/// in order, whoever asks with await_notes hears of all that was handed over before.
class note_taker final : public detached_actor {
 public:
  using handle_type = note_taker_handle;

  /// Where it writes.
  struct setup {
    /// DIR/peers; replaced as a whole, so that a crash leaves the old one or the new one
    std::filesystem::path file;
    /// Makes the cluster this directory's, durably, if it has none; false when it has another.
    /// The flag: it founds that cluster.
    std::function<bool(std::uint64_t, bool)> join;
    /// DIR/models.toml, likewise replaced
    std::filesystem::path models_file = {};
  };

  /// To be spawned detached.
  note_taker(caf::actor_config& cfg, setup s) : detached_actor(cfg), setup_(std::move(s)) {}

  const char* name() const override { return "note_taker"; }

 private:
  caf::behavior make_behavior() override;
  void turn_ended() override { write(); }
  // Why the text is not on the disk; empty: it is.
  std::string write();

  setup setup_;
  std::string text_;
  bool written_ = true;
  std::string told_;  // the trouble that the log knows of
};

}  // namespace lithair::actors
