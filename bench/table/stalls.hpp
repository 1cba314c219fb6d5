#pragma once

#include "bench/fill.hpp"
#include "bench/table/row.hpp"
#include "test/cluster/harness/cluster.hpp"

namespace lithair::bench {

/// Three nodes whose writes may have to wait for what the nodes do besides. All writes go to the
/// leader, over 64 connections.
class stalled_cluster {
 public:
  /// `tidies`: they make checkpoints and purge their logs all the time, else never by themselves.
  stalled_cluster(const settings& how, bool tidies);

  /// Writes of so many bytes, and nothing else.
  load_result write(std::size_t payload);
  /// Throws std::runtime_error when the leader made no checkpoint meanwhile.
  load_result write_beside_checkpoints();
  /// While a client asks for one checkpoint after the other.
  load_result write_beside_asked_checkpoints();
  /// While a member comes back that needs a snapshot. Throws when it got none.
  load_result write_beside_snapshot();

 private:
  load_plan plan(std::size_t payload);
  load_result run(const load_plan& plan);
  /// Of the leader, of the group that has the records.
  double metric(const std::string& name);
  std::size_t snapshots_sent() const;

  const settings& how_;
  models_file models_;
  test::cluster nodes_;
  std::size_t leader_ = 0;
  std::uint64_t next_number_ = 0;
};

}  // namespace lithair::bench
