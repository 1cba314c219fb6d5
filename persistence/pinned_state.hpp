#pragma once

#include <atomic>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "persistence/state_store.hpp"

namespace lithair::persistence {

/// A state as of the commit at which this was made, read once from its beginning to its end while
/// later commits go on: what they are about to change, and was not read yet, is kept in memory. So
/// no read transaction lives long, and neither reader nor commits wait for each other.
///
/// One thread scans; the one that commits calls `preserve` before each commit. A commit that fails
/// or is repeated does no harm.
class pinned_state final : public state_store {
 public:
  /// On the thread that commits, and not while a commit is half done. `base` must outlive this.
  explicit pinned_state(const state_store& base) : base_(base), point_(base.applied()) {}

  /// These are going to be committed to the base. Throws what reading there throws.
  void preserve(std::span<const change_view> changes);
  /// Of what is kept, roughly. Any thread.
  std::size_t bytes() const { return bytes_; }
  /// Lets the scan end with `storage_errc::full`. Any thread.
  void cancel() { cancelled_ = true; }

  applied_point applied() const override { return point_; }
  /// All of it in rising order, once: other bounds throw `std::logic_error`, as the other calls do.
  void scan(std::string_view lower, std::string_view upper, scan_order order,
            const pair_visitor& visit) const override;
  std::optional<std::string> get(std::string_view key) const override;
  void commit(std::span<const change_view> changes, applied_point point) override;

 private:
  using pairs = std::map<std::string, std::string, std::less<>>;

  /// The next pairs as of the pinned commit; false when they are the last.
  bool read_on(pairs& to) const;

  const state_store& base_;
  const applied_point point_;
  /// Looked at before each batch.
  std::atomic<bool> cancelled_{false};
  /// Of `past_`.
  mutable std::atomic<std::size_t> bytes_{0};

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  mutable std::string position_;  // the last key that was read; all keys up to it are done with
  mutable std::map<std::string, std::optional<std::string>, std::less<>>
      past_;  // none: it was not there
};

}  // namespace lithair::persistence
