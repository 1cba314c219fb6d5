#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "apps/lithairctl/import_position.hpp"
#include "apps/lithairctl/import_sender.hpp"

namespace lithair::ctl {

/// Batches on their way from the one that reads to those that send; bounded. Any thread.
class batch_queue {
 public:
  explicit batch_queue(std::size_t most) : most_(most) {}

  /// Waits for room; false: it was closed.
  bool push(file_batch x);
  /// Waits; none: it was closed, and there is no more.
  std::optional<file_batch> pop();
  /// `empty`: what is in it is not sent any more.
  void close(bool empty);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<file_batch> all_;
  std::size_t most_;
  bool closed_ = false;
};

/// What is done of an import, in the order of the file, and kept in its position. Any thread.
class import_ledger {
 public:
  struct files {
    std::string source;    ///< that is imported; empty: standard input
    std::string position;  ///< where the position is kept; empty: nowhere
    std::string rejects;   ///< takes rejected records; empty: none does
    std::string head;      ///< its first line, of CSV
  };
  /// Cuts what the file of rejected records has from behind the position.
  import_ledger(import_position from, files where);

  void done(const file_batch& batch, const batch_outcome& outcome);
  void failed(std::uint64_t batch, std::exception_ptr why);
  bool has_failed() const;
  /// Throws that of the first batch that failed.
  void rethrow();
  /// As of now; the position's file is as new.
  import_position settle();
  import_position so_far() const;

 private:
  struct finished {
    std::uint64_t imported = 0;
    std::uint64_t rejected = 0;
    std::string rejects;  // records as they stand in the file
    file_place after;
    std::string digest;
  };

  void move_on();
  void save();

  mutable std::mutex mutex_;
  import_position now_;
  files where_;
  std::ifstream source_;
  std::ofstream rejects_;
  std::map<std::uint64_t, finished> ahead_;
  std::map<std::uint64_t, std::exception_ptr> failures_;
  std::chrono::steady_clock::time_point next_save_{};
};

}  // namespace lithair::ctl
