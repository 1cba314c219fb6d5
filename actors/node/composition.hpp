#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include "actors/config.hpp"
#include "actors/node/backups.hpp"
#include "actors/node/dispatcher.hpp"
#include "actors/node/exposure.hpp"
#include "actors/node/group.hpp"
#include "actors/node/surroundings.hpp"
#include "actors/peers/founding.hpp"
#include "actors/peers/peer_registry.hpp"
#include "actors/runtime/change_signal.hpp"
#include "models/schema/schema.hpp"
#include "persistence/data_directory.hpp"
#include "persistence/own_group.hpp"

namespace lithair::persistence {
class journaled_log_store;
}

namespace lithair::actors {

/// All that a node is made of but its threads, its port and its clock: the data directory, the log,
/// the groups with their actors, and what they share. Made and ended by one thread; what it spawned
/// must have ended before it is destroyed (`settle`, `end`).
///
///                    ┌─ the main group ─┐  ┌─ groups beyond ─┐  ┌─ the node's own ─┐
///     dispatcher ──▶ │ raft, aggregate… │  │       …         │  │  (local fields)  │
///                    └────────┬─────────┘  └────────┬────────┘  └────────┬─────────┘
///                      log writer, file reader, note taker, gate: one a node
class composition final : private peer_directory {
 public:
  /// Opens the directory, brings what is in it into agreement, and spawns. Throws storage_error or
  /// std::runtime_error with one clear sentence.
  composition(node_config config, std::shared_ptr<const models::schema> models, surroundings where);
  ~composition() override;
  composition(const composition&) = delete;
  composition& operator=(const composition&) = delete;

  /// As it was given.
  const node_config& config() const { return config_; }
  /// Undivided, and with what is withheld hidden (see `exposure`); whoever holds it may outlive
  /// this.
  const std::shared_ptr<const models::schema>& models_served() const { return models_; }
  /// The same; as long as this lives.
  const models::schema& schema() const { return schema_; }

  /// Group 1, which every cluster has.
  group& main() const { return *groups_.front(); }
  /// The group that keeps a model, or its replicated fields.
  group& group_with(const models::collection& c) const;
  /// A replicated group; none when the number is not one of them.
  group* find(protocol::group_id id) const;
  /// The group of the node's own data; none when no model has some.
  group* own() const { return own_.get(); }
  /// Each replicated group, the main one first, then the node's own.
  std::vector<group*> all() const;
  /// Whom other nodes' greetings come to.
  const gate_handle& gate() const { return gate_; }
  /// For every model; none when one group keeps all of them.
  const data_handle& data() const { return data_; }
  /// Tells when a record of the cluster has changed, or may have.
  const std::shared_ptr<change_signal>& records() const { return records_; }
  /// The cluster that the directory belongs to; 0: none yet. Any thread.
  std::uint64_t cluster() const override;

  /// All actors of the node, for whoever has to end or watch them.
  std::vector<caf::actor> actors() const;

  /// Finishes what is in flight, hands leadership over and makes the state durable, each for at
  /// most so long, one group after the other. Not on a loop: it waits.
  void settle(caf::scoped_actor& self, std::uint32_t limit_ms);
  /// Ends all actors and returns when they have ended; once. Not on a loop.
  void end(caf::scoped_actor& self);

 private:
  // In the order in which they run. The log is opened first, since a damaged one decides how each
  // group begins; then models and schema, which spawn nothing; actors last, so that nothing has to
  // be ended again when a disk or a model is wrong.
  std::unique_ptr<persistence::journaled_log_store> open_log();
  static std::optional<models::schema> models_before(const node_config& config);
  void check_models();
  void look_whether_shown();
  void divide_schema();
  void spawn();
  void spawn_groups();
  void spawn_backups();
  protocol::group_id group_of(const models::collection& c) const;
  std::map<std::uint32_t, dispatcher::place> places() const;
  group::setup group_setup(protocol::group_id id, const models::schema& part,
                           const link_identity& identity);
  group::setup own_group_setup(const link_identity& identity, std::shared_ptr<state_window> window);
  bool keeps_local_backups() const;
  link_identity make_identity();

  std::function<std::string(std::string_view)> code() const override;
  std::string models() const override;
  std::string why_not_meet(const introduction& who) override;
  std::string why_other_models(const introduction& who, const models::schema& theirs) const;
  void met_without_cluster(std::uint64_t node, const std::string& proof) override;
  trust admit(std::uint64_t node, protocol::group_id group, std::uint64_t incarnation,
              const std::string& proof) override;
  std::string present(std::uint64_t node, protocol::group_id group) const override;
  std::optional<std::string> examine(std::uint64_t node, protocol::group_id group,
                                     std::uint64_t incarnation, const std::string& proof) override;
  void promised(std::uint64_t node, protocol::group_id group, std::uint64_t term,
                std::uint64_t match) override;
  void link_lost(std::uint64_t node) override;

  bool join_cluster(std::uint64_t cluster, bool founds);

  node_config config_;
  std::shared_ptr<const models::schema> declared_;
  exposure exposure_;  // on loop 0, as the registry
  std::shared_ptr<const models::schema> models_;
  const models::schema& schema_;  // those
  std::string models_text_;       // the schema as text of a model file
  std::string told_models_;       // the same for peers, with what is withheld
  surroundings where_;
  std::map<protocol::group_id, models::schema> parts_;  // what each replicated group keeps
  models::schema local_schema_;                         // what the node's own does
  persistence::data_directory directory_;
  peer_registry peers_;
  founding founding_{config_};               // on loop 0, as the registry
  std::atomic<bool> founding_begun_{false};  // the note taker was told to
  std::mutex identity_mutex_;                // guards the directory's identity
  std::uint64_t run_;                        // drawn for this process
  std::atomic<std::uint64_t> cluster_;       // of the directory; read without waiting for the disk
  std::shared_ptr<node_groups> groups_of_node_ = std::make_shared<node_groups>();
  std::string log_lost_;
  std::shared_ptr<change_signal> records_ = std::make_shared<change_signal>();
  std::shared_ptr<log_meters> log_counts_ = std::make_shared<log_meters>();
  std::unique_ptr<persistence::journaled_log_store> log_;
  std::atomic<std::uint64_t> measured_ms_ = 0;  // when somebody asked for the next last
  std::shared_ptr<std::atomic<std::uint64_t>> directory_bytes_ =
      std::make_shared<std::atomic<std::uint64_t>>();
  log_settler_handle settler_;
  log_writer_handle writer_;
  file_reader_handle reader_;
  note_taker_handle notes_;
  gate_handle gate_;
  data_handle data_;
  std::vector<std::unique_ptr<group>> groups_;  // the replicated ones, the main one first
  std::unique_ptr<group> own_;
  std::uint64_t own_reached_ = 0;  // where the log of the node's own ended at start
  // Of the main group, and of the node's own.
  std::shared_ptr<backup_board> board_ = std::make_shared<backup_board>();
  std::shared_ptr<backup_board> own_board_ = std::make_shared<backup_board>();
  std::vector<std::unique_ptr<backups>> backups_;  // of both, where they are asked for
};

}  // namespace lithair::actors
