#pragma once

#include <cstdint>
#include <deque>

#include "protocol/types.hpp"

namespace lithair::actors {

/// How much of the log may stay behind a checkpoint for followers that lag, in bytes: a start reads
/// all of it, so it is bounded whatever the size of entries. Counts what passes by; what was there
/// before the start is not known. Remembers a few thousand numbers at most. Pure.
class log_allowance {
 public:
  /// `most`: bytes.
  explicit log_allowance(std::uint64_t most) : most_(most) {}

  /// Entries up to `last`, of so many bytes together, were applied.
  void add(protocol::index_t last, std::uint64_t bytes) {
    // Small ones are taken together, so that little is to be remembered.
    if (!runs_.empty() && runs_.back().bytes + bytes <= most_ / most_runs)
      runs_.back() = {last, runs_.back().bytes + bytes};
    else
      runs_.push_back({last, bytes});
    for (total_ += bytes; total_ > most_; runs_.pop_front()) {
      total_ -= runs_.front().bytes;
      floor_ = runs_.front().last;
    }
  }

  /// Entries up to here are too far back to stay, once a checkpoint covers them.
  protocol::index_t floor() const { return floor_; }

 private:
  // Consecutive entries that come and go together.
  struct run {
    protocol::index_t last;
    std::uint64_t bytes;
  };

  static constexpr std::uint64_t most_runs = 1024;

  std::uint64_t most_;
  std::uint64_t total_ = 0;
  std::deque<run> runs_;
  protocol::index_t floor_;
};

}  // namespace lithair::actors
