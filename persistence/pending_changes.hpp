#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>

#include "persistence/files.hpp"
#include "persistence/state_records.hpp"

/// A commit that is too large for one transaction, as a file beside the state. Once it has its
/// name, the commit has happened: its changes go into the state part by part, and again from the
/// start after a crash, which comes to the same.
///
///     pending := magic:8 format:u32 header_size:u32 length:u64 checksum(frames):u64
///                applied_record:text checksum(header so far):u64 frame*
///     record  := key_size:u16 ( 0 | 1 value:text ) key
namespace lithair::persistence {

/// Durable, under its name, when it returns. The keys of `changes` rise. Throws what a write
/// throws.
void write_pending(const std::filesystem::path& path, std::span<const change_view> changes,
                   const applied_record& target);

/// Such a file, being read. Any thread; it changes nothing.
class pending_changes {
 public:
  /// Throws `storage_error`: damaged or bad_format.
  explicit pending_changes(const std::filesystem::path& path);

  /// What is stored once all changes are made.
  const applied_record& target() const { return target_; }
  /// Visits all changes in key order; checks each part before it shows it.
  void read(const std::function<void(const change_view&)>& visit) const;

 private:
  file file_;
  applied_record target_;
  /// Where the frames begin.
  std::uint64_t header_size_ = 0;
  /// Of the whole file.
  std::uint64_t length_ = 0;
  /// What `read` must have come to at the end.
  std::uint64_t frames_checksum_ = 0;
};

}  // namespace lithair::persistence
