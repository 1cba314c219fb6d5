#pragma once

#include <filesystem>
#include <mutex>

#include "persistence/lmdb_environment.hpp"
#include "persistence/state_records.hpp"

namespace lithair::persistence {

/// The state of one group, in an LMDB environment of its own. Key and value layouts: README.md.
///
/// Scans copy a few pairs at a time, so that no read transaction lives long. A commit between two
/// of them shows: a reader that wants one index reads through an `overlay_store`, which hides it.
class lmdb_state_store : public state_store {
 public:
  /// Opens or creates the environment in `directory`, which must exist, and finishes a commit that
  /// a crash left half done.
  explicit lmdb_state_store(const std::filesystem::path& directory, lmdb_options options = {});

  std::optional<std::string> get(std::string_view key) const override;
  void scan(std::string_view lower, std::string_view upper, scan_order order,
            const pair_visitor& visit) const override;
  std::uint64_t count(std::string_view lower, std::string_view upper, std::uint64_t most,
                      std::string& last) const override;
  applied_point applied() const override;
  void commit(std::span<const change_view> changes, applied_point point) override;

  /// Reads everything there is and compares it with the digest; throws `damaged` where it differs.
  /// On the thread that commits, or while nobody does.
  void verify() const;

  const lmdb_environment& environment() const { return env_; }

 private:
  class part_builder;

  void write_part(std::span<const change_view> changes, const applied_record* target,
                  write_purpose purpose, std::uint64_t bytes = 0);
  void write_in_parts(std::span<const change_view> changes, const applied_record& target);
  void finish_pending();
  void remove_pending();
  std::filesystem::path pending_path() const { return env_.directory() / "pending"; }

  lmdb_environment env_;
  std::uint64_t part_bytes_;
  applied_record stored_;  ///< as on the disk: digest and count are of the parts that are there
  mutable std::mutex mutex_;
  applied_point applied_;  ///< of the last commit that is complete
};

}  // namespace lithair::persistence
