#pragma once

#include <memory>
#include <utility>

#include "persistence/overlay_layer.hpp"
#include "persistence/state_store.hpp"

namespace lithair::persistence {

/// The state as of now: what changed since the last checkpoint, in memory, over the durable state
/// below.
///
/// A checkpoint goes: `freeze` at an index; another thread commits the frozen layer's changes to
/// the store below while this one goes on reading and writing here; then `drop_frozen`. Reads are
/// exact all the while, since the frozen layer hides the store's change from the old state to the
/// new one.
///
/// Everything here belongs to one thread, except that a frozen layer may be read by any.
class overlay_store : public state_source {
 public:
  /// `base` must outlive this object, and change by commits of frozen layers only.
  explicit overlay_store(const state_source& base);

  std::optional<std::string> get(std::string_view key) const override;
  void scan(std::string_view lower, std::string_view upper, scan_order order,
            const pair_visitor& visit) const override;
  std::uint64_t count(std::string_view lower, std::string_view upper, std::uint64_t most,
                      std::string& last) const override;

  /// The bytes are copied. Throws `std::logic_error` for a key no store takes.
  void put(std::string_view key, std::string_view value) { active_->put(key, value); }
  /// The key is gone, whether the store below has it or not.
  void erase(std::string_view key) { active_->put(key, std::nullopt); }

  /// Keys changed and memory held since the last `freeze`.
  std::size_t changed_keys() const { return active_->size(); }
  std::size_t changed_bytes() const { return active_->bytes(); }
  /// Memory held by all that the store below does not have, the frozen layer included.
  std::size_t unsaved_bytes() const { return active_->bytes() + (frozen_ ? frozen_->bytes() : 0); }

  /// Sets aside what changed until now; changes from now on go to a new layer. None may be frozen
  /// already.
  std::shared_ptr<const overlay_layer> freeze();
  /// The frozen layer that is not durable yet; null when there is none. A failed commit is tried
  /// again with it.
  std::shared_ptr<const overlay_layer> frozen() const { return frozen_; }
  /// The store below has the frozen layer's changes. Gives it back, for its memory is not freed at
  /// once.
  std::shared_ptr<const overlay_layer> drop_frozen() { return std::exchange(frozen_, nullptr); }

 private:
  const state_source& base_;
  /// Changes since the last `freeze`; never null.
  std::shared_ptr<overlay_layer> active_;
  /// Those before, on their way to the base; null when it has them.
  std::shared_ptr<const overlay_layer> frozen_;
};

}  // namespace lithair::persistence
