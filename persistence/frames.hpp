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
  /// Frames begin at `offset`. `to` must outlive this object.
  frame_writer(file& to, std::uint64_t offset) : to_(to), offset_(offset) {}

  /// Where to put the bytes of the next record; call `end_record` after.
  byte_writer& record() { return body_; }
  /// The bytes since the last call are one record. Writes a frame when there are enough of them, so
  /// it throws what writing throws.
  void end_record();
  /// Writes the last frame. Returns the offset after it. Nothing is synced.
  std::uint64_t finish();

  /// Of all heads, and thereby of everything.
  std::uint64_t checksum() const { return heads_.value(); }

 private:
  /// One frame of what was gathered; none when that is nothing.
  void flush();

  file& to_;
  /// Where the next frame goes.
  std::uint64_t offset_;
  /// The records of the next frame.
  byte_writer body_;
  /// How many they are.
  std::uint32_t records_ = 0;
  running_checksum heads_;
};

/// Reads frames back; throws `storage_error{damaged}` that names file and offset.
class frame_reader {
 public:
  /// Frames begin at `offset` and end at `end`. `from` must outlive this object.
  frame_reader(const file& from, std::uint64_t offset, std::uint64_t end)
      : from_(from), offset_(offset), end_(end) {}

  /// False at the end; else `body()` are the next frame's records.
  bool next();
  /// Valid until the next `next`.
  std::string_view body() const { return body_; }
  /// After the last frame that was read.
  std::uint64_t offset() const { return offset_; }
  /// Of the heads read so far; at the end the same as the writer's, if the file is.
  std::uint64_t checksum() const { return heads_.value(); }

  /// Throws `damaged` at the present offset; for readers of the records too.
  [[noreturn]] void fail(const char* why) const;

 private:
  const file& from_;
  std::uint64_t offset_;
  std::uint64_t end_;
  std::string body_;
  running_checksum heads_;
};

}  // namespace lithair::persistence
