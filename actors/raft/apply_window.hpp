#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <utility>

#include "protocol/types.hpp"

namespace lithair::actors {

/// How far the entries of a group are on their way to the state: committed, given to the aggregate,
/// applied. What is given and not applied yet is bounded, in entries and in bytes; the rest waits
/// in the log. Pure.
///
///     applied  ≤  sent  ≤  committed
///          └ in the ┘  └ in the ┘
///          aggregate      log
class apply_window {
 public:
  /// With so much given and not applied nothing more is given; the last batch may go beyond.
  static constexpr std::uint64_t most_entries = 16 << 10;
  static constexpr std::uint64_t most_bytes = 16 << 20;

  /// `applied`: as of which the state is; committed, therefore.
  explicit apply_window(protocol::index_t applied)
      : committed_(applied), sent_(applied), applied_(applied) {}

  /// Each only rises, until a new state comes.
  protocol::index_t committed() const { return committed_; }
  protocol::index_t sent() const { return sent_; }
  protocol::index_t applied() const { return applied_; }

  /// Whether the state must come closer before more is given.
  bool is_full() const { return sent_ - applied_ >= most_entries || bytes_ >= most_bytes; }
  /// Whether entries are to be given now: [first(), last()], as many of them as one likes.
  bool is_open() const { return sent_ < committed_ && !is_full(); }
  /// Whether there are some and the state must come closer first.
  bool is_held_up() const { return sent_ < committed_ && is_full(); }
  /// Of what is given and not applied yet.
  std::uint64_t bytes() const { return bytes_; }
  protocol::index_t first() const { return sent_ + 1; }
  protocol::index_t last() const { return std::min(committed_, sent_ + most_entries); }

  /// Entries up to here are committed. One that is lower than before changes nothing.
  void commit(protocol::index_t index) { committed_ = std::max(committed_, index); }
  /// Entries up to `last`, of so many bytes, were given.
  void give(protocol::index_t last, std::uint64_t bytes) {
    sent_ = last;
    given_.emplace_back(last, bytes);
    bytes_ += bytes;
  }
  /// Entries up to here are applied. Less than before changes nothing: it is of an earlier state.
  void apply(protocol::index_t through) {
    if (through < applied_) return;
    applied_ = through;
    for (; !given_.empty() && given_.front().first <= through; given_.pop_front())
      bytes_ -= given_.front().second;
  }
  /// The state is another one, as of this index, which is committed.
  void begin_at(protocol::index_t index) {
    sent_ = applied_ = index;
    commit(index);
    given_.clear();
    bytes_ = 0;
  }

 private:
  protocol::index_t committed_, sent_, applied_;
  std::deque<std::pair<protocol::index_t, std::uint64_t>> given_;  // batches: last and bytes
  std::uint64_t bytes_ = 0;                                        // of them together
};

}  // namespace lithair::actors
