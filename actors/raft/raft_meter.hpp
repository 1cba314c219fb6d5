#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "actors/meters.hpp"
#include "actors/raft/flight_recorder.hpp"
#include "protocol/output.hpp"

namespace lithair::actors {

/// Watches the entries of one group on their way from the core to the disk, to being committed and
/// to being applied: how long each took, and for the last of them what happened when. Of what is on
/// its way it times up to 4,096 batches. For one thread.
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
  void written(protocol::write_token token);
  /// What was received says that this follower has everything up to here, durably.
  void replicated(protocol::node_id peer, protocol::index_t match);
  /// This node knows that everything up to here is committed.
  void committed(protocol::index_t index);
  /// Entries up to here are given to the aggregate.
  void applying(protocol::index_t through);
  /// They are applied. Returns the clock's time.
  std::uint64_t applied(protocol::index_t through);
  /// The client that asked for it at `received`, by `meter_clock`, is answered at `now`.
  void answered(protocol::index_t index, std::uint64_t received, std::string trace,
                std::uint64_t now) {
    recorder_.answered(index, received, std::move(trace), now);
  }
  /// The state was replaced: what was on its way is nowhere any more.
  void forget();

  /// What is remembered of the last entries.
  const flight_recorder& recorder() const { return recorder_; }

 private:
  struct mark {
    std::uint64_t number;  // a token or an index; rising
    std::uint64_t since_us;
  };
  using marks = std::deque<mark>;

  static void begin(marks& to, std::uint64_t number, std::uint64_t now);
  static void end(marks& of, time_histogram& to, std::uint64_t reached, std::uint64_t now);

  std::shared_ptr<group_meters> to_;
  marks writing_, committing_, applying_;
  flight_recorder recorder_;
};

}  // namespace lithair::actors
