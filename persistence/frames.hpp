#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "persistence/bytes.hpp"
#include "persistence/checksum.hpp"
#include "persistence/files.hpp"

/// A stretch of a file as frames of about 64 KiB, each with checksums that know its place:
///
///     frame := head body
///     head  := body_size:u32 records:u32 checksum(body):u64 checksum(head so far):u64
///
/// The head's own checksum tells a wrong size before so much is read. Checksums are seeded with the
/// frame's offset in the file.
namespace lithair::persistence {

/// Gathers records and appends them to the file as frames. A record is never split.
class frame_writer {
 public:
  /// Frames begin at `offset`.
  frame_writer(file& to, std::uint64_t offset) : to_(to), offset_(offset) {}

  /// Where to put the bytes of the next record; call `end_record` after.
  byte_writer& record() { return body_; }
  void end_record();
  /// Writes the last frame. Returns the offset after it.
  std::uint64_t finish();

  /// Of all heads, and thereby of everything.
  std::uint64_t checksum() const { return heads_.value(); }

 private:
  void flush();

  file& to_;
  std::uint64_t offset_;
  byte_writer body_;
  std::uint32_t records_ = 0;
  running_checksum heads_;
};

/// Reads frames back; throws `storage_error{damaged}` that names file and offset.
class frame_reader {
 public:
  /// Frames begin at `offset` and end at `end`.
  frame_reader(const file& from, std::uint64_t offset, std::uint64_t end)
      : from_(from), offset_(offset), end_(end) {}

  /// False at the end; else `body()` are the next frame's records.
  bool next();
  std::string_view body() const { return body_; }
  /// After the last frame that was read.
  std::uint64_t offset() const { return offset_; }
  std::uint64_t checksum() const { return heads_.value(); }

  [[noreturn]] void fail(const char* why) const;

 private:
  const file& from_;
  std::uint64_t offset_;
  std::uint64_t end_;
  std::string body_;
  running_checksum heads_;
};

}  // namespace lithair::persistence
