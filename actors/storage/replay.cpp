#include "actors/storage/replay.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include "models/command/apply.hpp"
#include "models/declaration/compatibility.hpp"
#include "models/declaration/model_file.hpp"
#include "models/declaration/schema_parts.hpp"
#include "models/derived/backfill.hpp"
#include "models/schema/cluster_records.hpp"

namespace lithair::actors {

namespace {

constexpr std::size_t changes_of_backfill = 1000;

}  // namespace

models::schema part_of_main_group(const models::schema& full) {
  return models::with_cluster_records(models::replicated_part(full));
}

models::schema part_of_own_group(const models::schema& full) { return models::local_part(full); }

replay::replay(persistence::state_store& state, division part, std::size_t commit_bytes)
    : state_(state),
      part_(part),
      commit_bytes_(commit_bytes),
      point_(state.applied()),
      overlay_(state),
      view_(overlay_) {}

void replay::use(const std::string& models) {
  if (models == models_) return;
  auto parsed = models::parse_model_text(models, "the archived log");
  if (models.empty() || !parsed)
    throw std::runtime_error("the archived log does not tell the models it was made with");
  // As a node refuses to start.
  if (!models_.empty()) {
    if (const auto wrong = models::incompatibilities(full_, *parsed); !wrong.empty())
      throw std::runtime_error("the archived log goes on with other models behind entry " +
                               std::to_string(point_.index.value) + ": " + wrong.front());
  }
  full_ = std::move(*parsed);
  schema_ = part_(full_);
  models_ = point_.extra = models;
  for (bool complete = false; !complete;) {
    complete = models::backfill(schema_, view_, changes_of_backfill, changes_);
    put_changes();
  }
}

void replay::apply(const persistence::entry_view& one) {
  if (one.index != point_.index + 1 || models_.empty())
    throw std::logic_error("an entry is replayed out of its order");
  if (one.kind == protocol::entry_kind::command) {
    const auto made =
        models::apply(schema_, one.index.value, one.data, view_, false, changes_, one.time_us);
    if (!made)
      throw std::runtime_error("entry " + std::to_string(one.index.value) +
                               " is of a version, or about models, that this program does not "
                               "know");
    put_changes();
  }
  point_.index = one.index;
  point_.term = one.term;
  time_us_ = std::max(time_us_, one.time_us);
  ++count_;
  changed_ = true;
  if (overlay_.changed_bytes() >= commit_bytes_) commit();
}

void replay::finish() {
  if (changed_) commit();
}

void replay::put_changes() {
  for (auto& each : changes_) {
    if (each.value)
      overlay_.put(each.key, *each.value);
    else
      overlay_.erase(each.key);
    changed_ = true;
  }
  changes_.clear();
}

void replay::commit() {
  const auto layer = overlay_.freeze();
  std::vector<persistence::change_view> all;
  all.reserve(layer->size());
  for (auto at = layer->begin(); at != layer->end(); at = layer->next(at)) {
    const auto& item = (*layer)[at];
    all.push_back({item.key, item.removed ? std::nullopt : std::optional{item.value()}});
  }
  state_.commit(all, point_);
  overlay_.drop_frozen();
  changed_ = false;
}

}  // namespace lithair::actors
