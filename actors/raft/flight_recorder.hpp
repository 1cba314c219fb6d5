#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "actors/entry_way.hpp"
#include "protocol/output.hpp"

namespace lithair::actors {

/// Remembers the way of the last entries of one group, to tell afterwards where the time went. What
/// happens to many entries at once is noted once, by the last of them, so it costs a few stores a
/// batch and one an entry. What is remembered is bounded: `most_entries`, some 2 MB. Pure; for one
/// thread. Times are microseconds of a steady clock, which the caller reads.
class flight_recorder {
 public:
  /// Of entries that are remembered; of each list of moments, too.
  static constexpr std::size_t most_entries = 8192;

  /// The entries of a write are handed to the log; they may take the place of others.
  void logged(const protocol::log_write& write, std::uint64_t now);
  /// The write and all before it are durable here.
  void synced(protocol::write_token token, std::uint64_t now);
  /// A follower has everything up to here, durably.
  void replicated(protocol::node_id peer, protocol::index_t match, std::uint64_t now);
  /// Likewise: is committed, is given to the state, is applied by it.
  void committed(protocol::index_t index, std::uint64_t now) { note(committed_, index, now); }
  void given(protocol::index_t through, std::uint64_t now) { note(given_, through, now); }
  void applied(protocol::index_t through, std::uint64_t now) { note(applied_, through, now); }
  /// The client that asked for it at `received` has its answer now.
  void answered(protocol::index_t index, std::uint64_t received, std::string trace,
                std::uint64_t now);
  /// The log begins anew, behind a snapshot.
  void forget();

  /// None: it is not remembered. `epoch_us`: the moment, since 1970, at which the clock stood at 0.
  std::optional<entry_way> way_of(protocol::index_t index, std::int64_t epoch_us) const;

 private:
  struct record {
    protocol::term_t term;
    protocol::node_id proposed_by;
    std::uint64_t received = 0;
    std::uint64_t answered = 0;
    std::uint32_t bytes = 0;
    protocol::entry_kind kind = protocol::entry_kind::command;
  };
  struct moment {
    protocol::index_t through;
    std::uint64_t at;
  };
  using moments = std::deque<moment>;  // rising in both

  static void note(moments& to, protocol::index_t through, std::uint64_t now);
  static void cut(moments& of, protocol::index_t from);
  static std::uint64_t when(const moments& of, protocol::index_t index);
  bool remembers(protocol::index_t index) const {
    return !records_.empty() && index >= first_ && index < first_ + records_.size();
  }

  protocol::index_t first_;     // of records_
  std::deque<record> records_;  // one an entry, without gaps
  std::deque<std::pair<protocol::write_token, protocol::index_t>> writing_;
  moments logged_, synced_, committed_, given_, applied_;
  std::map<protocol::node_id, moments> replicated_;
  std::deque<std::pair<protocol::index_t, std::string>> traces_;  // of the few that have one
};

}  // namespace lithair::actors
