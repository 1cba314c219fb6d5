#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/messages/local_message.hpp"
#include "actors/meters.hpp"
#include "protocol/core.hpp"

/// How a group, its members and its node stand, for whoever asks. Questions are answered also while
/// a group is out of service: that is when people ask.
namespace lithair::actors {

/// Asks a group's raft actor how it and its node stand; from sessions. The answer is `node_status`.
struct inspect_node {
  std::uint64_t token = 0;  ///< the sender's own number, given back
};

/// One member, as far as the answering node knows. What a follower can't know of others is 0, or
/// -1.
struct member_status {
  std::uint64_t id = 0;  ///< its node number
  /// Where clients find it, "host:port"; empty: its address is not understood
  std::string addr;
  /// Where other nodes find it, "host:port"; likewise
  std::string peer_addr;
  /// "leader", "follower" or "learner"
  std::string role;
  bool voter = true;              ///< false: a learner
  bool connected = false;         ///< the link to it is up; true of the answering node itself
  std::uint64_t match = 0;        ///< the last entry it is known to hold; 0 unless a leader answers
  std::uint64_t lag_entries = 0;  ///< entries of the leader's log that it lacks; likewise
  /// Milliseconds since it was heard, while it lacks something that is committed; 0: it lacks
  /// nothing; -1: unknown (only the leader knows)
  std::int64_t lag_ms = -1;
  /// Since it was heard; -1: unknown (only the leader knows)
  std::int64_t last_contact_ms = -1;
};

/// A directory or file that could not be used and was not removed, for it may be the last copy of
/// something.
struct set_aside_part {
  std::string path;         ///< where it stands
  std::string reason;       ///< why it is not used
  std::uint64_t bytes = 0;  ///< what it takes on the disk
};

/// How the backups of a group stand. Times are Unix times; 0: there is none yet.
struct backup_status {
  std::string directory;              ///< where they are
  std::uint64_t base_index = 0;       ///< of the newest base of this node
  std::int64_t base_time_us = 0;      ///< when it was done
  std::uint64_t base_bytes = 0;       ///< of its file
  std::uint64_t archived_index = 0;   ///< up to here the log is archived
  std::int64_t archived_time_us = 0;  ///< of the entry there
  std::uint64_t gaps = 0;             ///< in the archived log, since the node started
  std::uint64_t bytes = 0;            ///< of bases that were kept since then
  std::uint64_t failures = 0;         ///< likewise
  std::string trouble;                ///< what fails now; empty: nothing
  /// It fails for longer than two intervals
  bool overdue = false;
};

/// The raft actor's answer to `inspect_node`, as of one turn.
struct node_status {
  std::uint64_t token = 0;    ///< of the question
  protocol::status raft;      ///< what the group's core says
  std::uint64_t cluster = 0;  ///< 0: part of none yet
  std::string addr;           ///< where this node serves clients
  /// Where the leader serves clients; empty when unknown
  std::string leader_addr;
  std::uint64_t applied = 0;  ///< the index that the state is as of
  /// Writes of this node's clients in flight
  std::uint64_t pending = 0;
  /// Serves linearizable reads now, as far as it knows without asking
  bool ready = false;
  /// The last index at which the state was found equal to a peer's; 0: never
  std::uint64_t compared = 0;
  std::uint64_t diverged = 0;  ///< the first index at which it was not; 0: none
  /// The peer it differed from; 0: none
  std::uint64_t diverged_from = 0;
  /// What was damaged and is kept beside the data, of the whole node; as of the start
  std::vector<set_aside_part> set_aside;
  /// What is damaged, lost, full or failed here, and what is done about it; empty: nothing
  std::string trouble;
  /// Why not; empty when ready
  std::string not_ready;
  std::int64_t uptime_ms = 0;    ///< since the raft actor began
  std::uint64_t data_bytes = 0;  ///< of the data directory, as of the last time somebody asked
  /// That the log's LMDB map may hold now, for all groups
  std::uint64_t log_map_bytes = 0;
  std::uint64_t log_used_bytes = 0;  ///< of them in use
  /// That the journal holds and LMDB does not have yet, of all groups
  std::uint64_t journal_bytes = 0;
  std::vector<member_status> members;          ///< of the newest configuration, committed or not
  std::shared_ptr<const group_meters> meters;  ///< of the group; may be none
  std::shared_ptr<const log_meters> log;       ///< of the node's log; may be none
  std::shared_ptr<const link_meters> links;    ///< of the node's links; may be none
  std::optional<backup_status> backups;        ///< of the group; none: the node makes none
  /// Of the main group: those of what the node has for itself
  std::optional<backup_status> local_backups;
};

}  // namespace lithair::actors

LITHAIR_LOCAL_MESSAGE(inspect_node)
LITHAIR_LOCAL_MESSAGE(node_status)
