#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "persistence/files.hpp"
#include "persistence/journal_records.hpp"
#include "persistence/log_records.hpp"

namespace lithair::persistence {

/// How much a journal takes, when it is made; one that is there keeps its sizes.
struct journal_options {
  /// Bytes of a segment, a multiple of `journal_block`.
  std::uint64_t segment_bytes = 4ull << 20;
  /// At least 2.
  std::uint32_t segments = 4;
  /// Past the page cache, where the file system can do that.
  bool direct = true;
};

/// A ring of files of a fixed size, filled with zeroes when they are made, so that a batch is one
/// write and one flush of the disk, and there is always room for what was let begin.
///
///     DIR/0  head │ batch 17 │ batch 18 │ …        moved: to be used again
///     DIR/1  head │ batch 31 │ batch 32 │ …        not moved yet
///     DIR/2  head │ batch 44 │          ← the next one goes here
///     DIR/3  head │ batch 5  │ batch 6  │ …        moved: to be used again
///
/// One thread at a time, but for `write_next`. After a write failed it refuses all further ones
/// (`stopped`), for what the disk has is not known.
class journal_ring {
 public:
  /// Makes a new one in place of `directory`, durably. `journal` must not be 0.
  static void make(const std::filesystem::path& directory, std::uint64_t journal,
                   const journal_options& options);

  /// Opens one that is there, of which `moved` tells, and shows each batch after that, in order.
  /// What was being written when the node stopped, and is not whole, is no batch; anything else
  /// that is not as it was written throws `damaged`.
  journal_ring(std::filesystem::path directory, const journal_mark& moved, bool direct,
               const std::function<void(std::string_view body)>& show);

  /// Largest body of a batch.
  std::uint64_t most_bytes() const;
  /// Whether a body of this size finds room now.
  bool has_room(std::uint64_t bytes) const;
  /// Writes a batch, which must find room; it is durable when this returns, and counts with
  /// `advance`. While it waits for the disk all functions but this and `advance` may be called by
  /// other threads, one at a time.
  void write_next(std::string_view body, std::uint32_t records);
  /// The batch that was written is the newest.
  void advance();
  /// The newest batch.
  const journal_mark& newest() const { return newest_; }
  /// Bytes of all batches so far.
  std::uint64_t written_bytes() const { return written_; }
  /// What was moved up to here, when so much was written, need not be kept.
  void release(const journal_mark& moved, std::uint64_t written) {
    released_ = moved.sequence;
    released_bytes_ = written;
  }
  /// Bytes of batches that are not released.
  std::uint64_t kept_bytes() const { return written_ - released_bytes_; }
  /// Of all segments.
  std::uint64_t size() const { return segments_.size() * segment_bytes_; }
  /// Whether writes pass the page cache by.
  bool direct() const { return direct_; }

 private:
  struct segment {
    file data;
    /// The newest batch of it; 0: it has none.
    std::uint64_t last = 0;
    /// Bytes of its head and its batches.
    std::uint64_t used = journal_block;
  };
  /// What was found in a segment.
  struct content {
    std::uint32_t number = 0;
    std::string bytes;
    /// Where its batches begin, which form a chain from its beginning on.
    std::vector<std::uint64_t> places;
    std::uint64_t first = 0;
    journal_head last;
    /// The newest batch that anything in it tells of, behind those.
    std::uint64_t beyond = 0;
  };

  /// Opens the files and reads their heads.
  void open(bool direct);
  content look_through(std::uint32_t number) const;
  /// Finds the batches after `moved` and where the next one goes.
  void recover(const journal_mark& moved, const std::function<void(std::string_view body)>& show);
  std::uint32_t following() const;
  [[noreturn]] void throw_damaged(const std::string& what) const;
  /// Memory at the address that direct writes want.
  struct free_memory {
    void operator()(char* memory) const;
  };

  std::filesystem::path directory_;
  std::uint64_t segment_bytes_ = 0;
  bool direct_ = false;
  std::vector<segment> segments_;
  journal_mark newest_;
  std::uint64_t released_ = 0;
  std::uint64_t written_ = 0;
  std::uint64_t released_bytes_ = 0;
  /// Where the next batch goes, if it fits.
  std::uint32_t current_ = 0;
  std::uint64_t lap_ = 1;
  /// Of the batch that was written last.
  struct written_batch {
    std::uint32_t segment = 0;
    std::uint64_t lap = 0;
    std::uint64_t end = 0;
    std::uint64_t size = 0;
    journal_mark mark;
  };
  written_batch next_;
  std::string stopped_;
  std::unique_ptr<char, free_memory> buffer_;
  std::uint64_t buffer_size_ = 0;
};

}  // namespace lithair::persistence
