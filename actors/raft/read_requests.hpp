#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include <caf/actor_control_block.hpp>

#include "actors/messages/client_messages.hpp"
#include "protocol/output.hpp"
#include "protocol/types.hpp"

namespace lithair::actors {

/// The reads of this node's clients, and their questions for readiness, on the way to the index
/// that they must see.
///
///   new ──begin──▶ asking the leader ──finish──▶ waiting for their index ──release──▶ answered
///    ▲                   │
///    └──── refused ──────┘     asked again when a leader is known, until their time is up
///
/// What is released bears its index as `ask::read_index`: it is for the state that answers to see
/// that it is there. All reads that are new at one time ask the leader together, as one. How many
/// there may be is the owner's to bound, by `size`. Pure; for one thread.
class read_requests {
 public:
  /// A read, or a probe in the shape of one.
  struct request {
    caf::strong_actor_ptr asker;  ///< who is answered; none: nobody
    ask what;                     ///< of a probe only token and `min_index` count
    bool is_probe = false;        ///< what it waits for must be applied, not only given
    std::uint64_t since_ms = 0;   ///< when it came, by the owner's steady clock
  };

  /// In all stages together.
  std::size_t size() const { return size_; }

  /// One whose index is not known.
  void add(request asked);
  /// One that must see `index`, and no leader is asked for it.
  void add(request asked, protocol::index_t index);

  /// Whether `begin` has something to take.
  bool has_new() const { return !new_.empty(); }
  /// All new ones, under one token for the core; there are some.
  protocol::read_token begin();
  /// The core's word on those of a token: the index that they must see, or that they are refused
  /// and are new again. Of a token that is not known it means nothing.
  void finish(const protocol::read_ready& when);

  /// Takes out those that a state may answer that will have applied `sent` when it is asked, and
  /// the probes that may be told that `applied` is there, in the order of their indexes.
  std::vector<request> release(protocol::index_t sent, protocol::index_t applied);

  /// One whose time is up.
  struct expired {
    request what;             ///< its asker is to be told
    std::uint64_t index = 0;  ///< that it waited for; 0: not known yet
  };
  /// Takes out those from before `asking_before_ms` whose index is not known, and from before
  /// `applying_before_ms` of the others.
  std::vector<expired> expire(std::uint64_t asking_before_ms, std::uint64_t applying_before_ms);
  /// Takes out all.
  std::vector<request> drain();

 private:
  std::size_t size_ = 0;
  std::vector<request> new_;  // not given to the core
  std::uint64_t next_token_ = 1;
  std::map<protocol::read_token, std::vector<request>> asking_;  // in the core
  std::multimap<std::uint64_t, request> queries_;                // by the index they wait for
  std::multimap<std::uint64_t, request> probes_;                 // likewise
};

}  // namespace lithair::actors
