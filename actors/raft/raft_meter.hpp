#pragma once

#include <cstdint>
#include <deque>
#include <memory>

#include "actors/meters.hpp"
#include "protocol/output.hpp"

namespace lithair::actors {

/// Watches the entries of one group on their way from the core to the disk, to being committed and
/// to being applied, and how long each took. Of what is on its way it times up to 4,096 batches.
/// For one thread.
class raft_meter {
 public:
  /// `to`: where the numbers go; shared with status pages.
  explicit raft_meter(std::shared_ptr<group_meters> to) : to_(std::move(to)) {}

  /// For what others count.
  group_meters& counts() { return *to_; }
  const group_meters& counts() const { return *to_; }
  std::shared_ptr<const group_meters> shared() const { return to_; }

  /// A write is handed to the log writer: two times begin, until it is durable and until committed.
  void writing(const protocol::log_write& write);
  /// It and all before it are durable here.
  void written(protocol::write_token token) { end(writing_, to_->append, token.value); }
  /// This node knows that everything up to here is committed.
  void committed(protocol::index_t index) { end(committing_, to_->commit, index.value); }
  /// Entries up to here are given to the aggregate.
  void applying(protocol::index_t through) { begin(applying_, through.value); }
  /// They are applied.
  void applied(protocol::index_t through) { end(applying_, to_->apply, through.value); }
  /// The state was replaced: what was on its way is nowhere any more.
  void forget();

 private:
  struct mark {
    std::uint64_t number;  // a token or an index; rising
    std::uint64_t since_us;
  };
  using marks = std::deque<mark>;

  static void begin(marks& to, std::uint64_t number);
  static void end(marks& of, time_histogram& to, std::uint64_t reached);

  std::shared_ptr<group_meters> to_;
  marks writing_, committing_, applying_;
};

}  // namespace lithair::actors
