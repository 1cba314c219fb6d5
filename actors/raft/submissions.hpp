#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include <caf/actor_control_block.hpp>

#include "protocol/message.hpp"
#include "protocol/types.hpp"

namespace lithair::actors {

/// The commands of this node's clients, from when they are submitted until they are applied,
/// refused or out of time. Each is at any moment either *waiting* (certainly in no log) or *under a
/// term* (handed to that term's leader). It goes back from the second to the first only when it is
/// certain that the term's leader did not and will not append it: so it may be proposed again, and
/// takes effect at most once.
///
///     add ──▶ waiting ──take_waiting──▶ under a term ──finish──▶ applied, and told
///                ▲                           │
///                └──── refused, entered ─────┘
///
/// How many there may be is the owner's to bound, by `size`. Pure; for one thread.
class submissions {
 public:
  /// Who is to be told.
  struct client {
    caf::strong_actor_ptr asker;  ///< none: nobody waits
    std::uint64_t token = 0;      ///< the asker's own
    std::string trace = {};       ///< as `submit` has it
    std::uint64_t since_us = 0;   ///< by `meter_clock`: when it asked
  };

  /// `run` is a random number of this process: with it, and only with it, the serials are this
  /// node's for ever.
  submissions(protocol::node_id self, std::uint64_t run) : self_(self), run_(run) {}

  /// A command to be proposed; `now_ms` is of the owner's steady clock.
  void add(client who, std::string command, std::uint64_t now_ms);

  /// In both states together.
  std::size_t size() const { return pending_.size(); }
  /// Of their commands.
  std::uint64_t bytes() const { return bytes_; }
  bool has_waiting() const { return !waiting_.empty(); }

  /// The waiting commands, up to about `max_bytes`, as proposals that are under `term` from now on.
  std::vector<protocol::proposal> take_waiting(protocol::term_t term, std::uint64_t max_bytes);
  /// They did not get into that term's log: they wait again.
  void refused(const std::vector<std::uint64_t>& serials, protocol::term_t under);
  /// An entry of `term` was applied: what is under an earlier term and not yet applied is lost, and
  /// waits again.
  void entered(protocol::term_t term);
  /// The command was applied: returns who asked and forgets it; no asker when nobody waits any
  /// more.
  client finish(std::uint64_t serial);

  /// One that is given up.
  struct expired {
    client who;  ///< to be told
    /// It may be in a log, and take effect; false: certainly in none
    bool was_proposed = false;
  };
  /// Forgets and returns what was submitted before `proposed_before_ms`, and what still waits from
  /// before `waiting_before_ms`.
  std::vector<expired> expire(std::uint64_t waiting_before_ms, std::uint64_t proposed_before_ms);
  /// Forgets and returns everything.
  std::vector<expired> drain();

 private:
  struct pending {
    client who;
    protocol::payload command;
    protocol::term_t under;  // none: waiting
    std::uint64_t since_ms = 0;
  };

  protocol::node_id self_;
  std::uint64_t run_;
  std::uint64_t next_serial_ = 1;
  std::unordered_map<std::uint64_t, pending> pending_;
  std::deque<std::uint64_t> waiting_;  // serials; may hold some that were forgotten
  std::deque<std::uint64_t> by_age_;   // serials in order of submission; likewise
  std::uint64_t bytes_ = 0;            // of the commands of pending_
  protocol::term_t entered_;
};

}  // namespace lithair::actors
