#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "persistence/files.hpp"
#include "persistence/log_records.hpp"
#include "protocol/entry.hpp"

/// What was committed between two backups, as files that are only appended to. README.md has their
/// bytes as a grammar.
namespace lithair::persistence {

/// What a segment says about itself at its start.
struct archive_origin {
  std::uint64_t cluster = 0;  ///< whose log it is of
  protocol::node_id node;     ///< who wrote it
  protocol::group_id group;   ///< which Raft group's entries they are
  protocol::index_t after;    ///< the entry before its first
  protocol::term_t term;      ///< of that entry; none: it was not known
  std::string models;         ///< with which its writer applied the entries, as a model file's text

  bool operator==(const archive_origin&) const = default;
};

/// Appends entries to a new segment. One thread.
class archive_writer {
 public:
  /// Makes the file, durably, in the place of one that is there. Throws `storage_error`.
  archive_writer(const std::filesystem::path& path, const archive_origin& origin);

  /// One or more, which go on behind the last; durable as a whole when it returns. After a failure
  /// nobody knows what is there: read it back, and go on with another segment.
  void append(std::span<const protocol::entry> entries);
  /// No entry comes any more; durable. So a file that is cut off later shows.
  void seal();

  /// Of the file so far.
  std::uint64_t bytes() const { return offset_; }
  /// The last entry in it, or the one before its first.
  protocol::index_t last() const { return last_; }

 private:
  void write_batch(std::uint32_t records, std::string_view body);

  file file_;
  protocol::group_id group_;
  std::uint64_t offset_ = 0;
  protocol::index_t last_;
};

/// How a segment ends.
enum class archive_ending : std::uint8_t {
  open,    ///< whole, and its writer may go on
  sealed,  ///< whole, and complete
  torn     ///< what follows the last batch is not whole: it was being written
};

/// Reads a segment from its start. Everything is checked before it is shown; throws
/// `storage_error`: `damaged` where it is not as it was written, `foreign` for another kind of
/// file, `bad_format` for one of another version.
class archive_reader {
 public:
  /// Opens the file and checks its head.
  explicit archive_reader(const std::filesystem::path& path);

  /// Checked when it was opened.
  const archive_origin& origin() const { return origin_; }
  /// The next batch; false at the end.
  bool next();
  /// Of the batch, in order. They lie in this object and are valid until the next `next`.
  const std::vector<entry_view>& entries() const { return entries_; }
  /// Once `next` was false.
  archive_ending ending() const { return ending_; }
  /// Up to where the file is whole.
  std::uint64_t offset() const { return offset_; }

 private:
  [[noreturn]] void fail(const char* why) const;
  void read_head();
  bool end_here();
  bool has_batch_behind() const;
  void parse(std::string_view body, std::uint32_t records);

  file file_;
  archive_origin origin_;
  std::uint64_t offset_ = 0;
  protocol::index_t last_;
  protocol::term_t last_term_;
  std::string body_;
  std::vector<entry_view> entries_;
  archive_ending ending_ = archive_ending::open;
};

}  // namespace lithair::persistence
