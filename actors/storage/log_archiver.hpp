#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <caf/actor.hpp>

#include "actors/config.hpp"
#include "actors/messages/client_messages.hpp"
#include "actors/messages/handles.hpp"
#include "actors/meters.hpp"
#include "actors/runtime/hosted.hpp"
#include "actors/storage/backup_board.hpp"
#include "actors/storage/backup_plan.hpp"
#include "actors/storage/base_keeper.hpp"
#include "persistence/log_archive.hpp"

namespace lithair::actors {

/// What the log archiver tells itself: see what is new; go on with what is left.
struct look_for_entries {};
struct go_on_archiving {};
/// From the thread that ends the node: archive all that is settled. The answer is `rest_archived`,
/// also where that fails.
struct archive_rest {};
struct rest_archived {
  protocol::group_id group;  ///< of whose log
};

/// Keeps a node's backups: copies what is applied and durable from the log into the archive, asks
/// the archivist for a base now and then, and for one at once where the archive has begun anew. It
/// reads the log beside whoever writes it, and nobody waits for it: a log that forgets entries
/// before they were copied makes a gap, which is told. It blocks on the disk, so it is detached.
///
///     every second, or sooner: settled entries ──▶ segment, synced      (persistence/log_archive)
///     every day:    take_backup ──▶ backup_taken ──▶ keep_base ──▶ base_kept
class log_archiver final : public detached_actor {
 public:
  using handle_type = log_archiver_handle;

  /// What it works with; pointers outlive it.
  struct setup {
    backup_config config;
    protocol::node_id node;
    protocol::group_id group;
    std::string models;                      ///< as a model file's text
    std::function<std::uint64_t()> cluster;  ///< 0 until known; any thread
    const persistence::log_store* log = nullptr;
    std::uint64_t log_margin = 0;  ///< entries that the log keeps behind a checkpoint, about
    std::shared_ptr<const group_meters> meters;  ///< tell what is settled
    taking<take_backup> archivist;
    base_keeper_handle keeper;
    std::function<std::uint64_t()> now_ms;  ///< of a steady clock
    std::function<std::int64_t()> wall_us;  ///< Unix time
    std::shared_ptr<backup_board> board;    ///< where it tells how it stands
    /// See persistence::log_archive::setup
    protocol::index_t reached = protocol::index_t{UINT64_MAX};
  };

  log_archiver(caf::actor_config& cfg, setup s)
      : detached_actor(cfg),
        setup_(std::move(s)),
        looks_(setup_.log_margin, setup_.config.log_every_ms) {}

  const char* name() const override { return "log_archiver"; }

 private:
  caf::behavior make_behavior() override;
  void on_exit() override;

  bool begin();
  void look();
  bool archive();
  void look_for_gap();
  void look_for_base();
  bool has_base() const;
  void on_taken(backup_taken& news);
  void on_kept(const base_kept& news);
  void fail_base(const std::string& why);
  void tell();
  // Of whose backups a line of the log speaks.
  const char* whose() const;
  persistence::backup_name name_of(persistence::backup_kind kind, std::uint64_t index) const;

  setup setup_;
  archive_looks looks_;
  std::optional<persistence::log_archive> archive_;
  std::optional<backup_plan> plan_;
  backup_status status_;
  std::uint64_t base_us_ = 0;                   // when the one under way was begun
  std::shared_ptr<persistence::pace> copying_;  // of the newest copy
  std::string told_;                            // the failure that the log tells already
  bool goes_on_ = false;                        // a message to go on is under way
};

}  // namespace lithair::actors

LITHAIR_LOCAL_MESSAGE(look_for_entries)
LITHAIR_LOCAL_MESSAGE(go_on_archiving)
LITHAIR_LOCAL_MESSAGE(archive_rest)
LITHAIR_LOCAL_MESSAGE(rest_archived)
