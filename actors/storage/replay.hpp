#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "actors/storage/stored_view.hpp"
#include "models/schema/schema.hpp"
#include "models/state/state_view.hpp"
#include "persistence/log_records.hpp"
#include "persistence/overlay_store.hpp"
#include "persistence/state_store.hpp"

namespace lithair::actors {

/// What of a model file a group applies by.
models::schema part_of_main_group(const models::schema& full);
models::schema part_of_own_group(const models::schema& full);

/// Carries out archived entries of a group on a restored state, as the nodes did that archived
/// them: by the same code, with the models that they had. One thread; blocks. What can't be carried
/// out throws std::runtime_error with one sentence.
class replay {
 public:
  using division = models::schema (*)(const models::schema& full);

  /// `state` outlives it, and is changed by nobody else. Its members stay as they are. Changes are
  /// committed whenever they take so much memory.
  explicit replay(persistence::state_store& state, division part = part_of_main_group,
                  std::size_t commit_bytes = 32 << 20);

  /// What follows was applied with these models, a model file's text: what the state lacks of
  /// indexes and projections is made now, as a node does that is started with them.
  void use(const std::string& models);
  /// The entry behind the last one; once `use` was called.
  void apply(const persistence::entry_view& one);
  /// The state as of the last entry that was carried out, and the models in use.
  const models::state_view& view() const { return view_; }
  const models::schema& schema() const { return schema_; }
  /// Commits what is left.
  void finish();

  /// The last entry that was carried out, and how many were.
  protocol::index_t applied() const { return point_.index; }
  std::uint64_t count() const { return count_; }
  /// Unix time of the last; 0: none was carried out, or it tells none.
  std::int64_t time_us() const { return time_us_; }

 private:
  void put_changes();
  void commit();

  persistence::state_store& state_;
  const division part_;
  const std::size_t commit_bytes_;
  persistence::applied_point point_;
  persistence::overlay_store overlay_;
  stored_view view_;
  std::string models_;  // in use; empty: none
  models::schema full_;
  models::schema schema_;
  models::change_set changes_;
  std::uint64_t count_ = 0;
  std::int64_t time_us_ = 0;
  bool changed_ = false;
};

}  // namespace lithair::actors
