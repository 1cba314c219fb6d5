#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "actors/host.hpp"
#include "protocol/options.hpp"
#include "protocol/types.hpp"

namespace lithair::actors {

class tls_credentials;

/// A member and where it is found, as the operator or the members themselves name it. Clients and
/// peers come to two ports of one host.
struct peer_address {
  protocol::node_id id;  ///< from 1; never used for a second data directory
  std::string host;  ///< a name or an IP address, without brackets; empty: nobody knows where it is
  std::uint16_t http_port = 0;  ///< for clients
  std::uint16_t peer_port = 0;  ///< for the other nodes

  bool operator==(const peer_address&) const = default;
};

/// How much connections between nodes may take of each other's time, and of places while nobody
/// knows who is there.
struct link_limits {
  /// Whoever has not greeted by then is closed
  std::uint32_t handshake_ms = 3000;
  /// Each end says so often that it lives
  std::uint32_t alive_ms = 500;
  /// A link over which nothing comes, or leaves, for so long is closed; a multiple of `alive_ms`
  std::uint32_t silence_ms = 5000;
  /// Connections that came in and have not greeted; beyond, the one that waits longest is closed
  std::uint32_t max_strangers = 128;
  std::uint32_t max_strangers_per_address = 32;  ///< likewise, of one address
  /// Other nodes that may be linked at a time; without a secret anybody may claim to be one
  std::uint32_t max_links = 128;
  /// Programs that may be connected at a time
  std::uint32_t max_programs = 64;
};

/// Backups that a node makes by itself.
struct backup_config {
  std::string directory = {};           ///< is there; empty: it makes none
  std::uint64_t every_ms = 86'400'000;  ///< from one base to the next
  std::size_t keep = 7;                 ///< bases, with the log behind the oldest of them
  /// So long after an entry is applied it is in the archived log, about
  std::uint32_t log_every_ms = 1000;
  bool local = false;  ///< of what the node has for itself, too
};

/// What one node is told at start. Addresses are checked by the command line; `validate` checks the
/// whole. Nothing of it changes while the node runs.
///
/// Members that the log knows count more than `peers`: see actors/README.md.
struct node_config {
  /// This node, where clients and other members are told to find it; never a wildcard
  peer_address self{protocol::node_id{1}, "127.0.0.1", 8080, 9080};
  /// Where it listens, all addresses of the machine perhaps; without a host: where `self` says
  peer_address listen{};
  /// Whether it may listen at, and go to, addresses off this machine where nothing protects what is
  /// said
  bool insecure = false;
  /// Whether whoever serves clients at `listen` does so by HTTPS
  bool clients_by_tls = false;
  /// As whom it speaks with other nodes, under mutual TLS: made with `tls_demands::dials`. None:
  /// links are plain
  std::shared_ptr<tls_credentials> peer_tls = {};
  /// What members of the cluster prove to each other that they know; empty: nothing is asked for.
  /// The same at all of them, and in no log
  std::string cluster_secret = {};
  /// C++ programs outside of the cluster may connect at the peer port, through CAF's middleman; see
  /// docs/programs.md. What they prove is what other nodes prove
  bool programs = false;
  link_limits links = {};
  backup_config backups = {};  ///< of the main group, at least
  /// The other members as the operator knows them, until the log tells who they are; empty: it is
  /// alone
  std::vector<peer_address> peers;
  /// Found the cluster of `self` and `peers`, if it does not exist yet. All members of a new
  /// cluster may be told so, or one: see peers/founding.hpp. Means nothing on a node that has data
  bool init = false;
  /// All that must survive; made if it is not there. One node's only, and never copied
  std::string data_dir = "./lithair-data";
  /// What Raft itself is told; its times are in ticks
  protocol::options raft;
  /// Models that a Raft group of their own keeps, by name; the numbers are from 2, and the same on
  /// all nodes. All others share group 1, whose members every such group follows.
  std::map<std::string, protocol::group_id> groups = {};
  /// Milliseconds of a tick, from 1: the unit of all times in `raft`
  std::uint32_t tick_ms = 10;
  /// Threads that serve clients, the first of them Raft too; 0: one for two cores
  std::size_t loops = 0;
  /// Bytes that each LMDB map (the log's, each group's state) may grow to; 0: as the disk allows
  std::uint64_t map_size = 0;
  /// Changes held in memory before a checkpoint begins; up to 8 times as much when the disk is slow
  std::uint64_t checkpoint_bytes = 16 << 20;
  /// Entries applied before a checkpoint begins: what a start has to apply again, about
  std::uint64_t checkpoint_entries = 50'000;
  /// A checkpoint is due so long after the last one, if anything was applied. So often the nodes
  /// compare their states, too
  std::uint32_t checkpoint_interval_ms = 30'000;
  /// What one transaction of a checkpoint writes, about: a big one is made durable part by part, so
  /// that no single one takes long
  std::uint64_t checkpoint_part_bytes = 32 << 20;
  /// Entries kept in the log behind a checkpoint: a follower that lags no more than that needs no
  /// snapshot
  std::uint64_t log_margin = 10'000;
  /// Writes in flight on this node, and as many reads; more: 503
  std::uint32_t max_pending = 8192;
  /// Bytes that the record of an item takes at most, merges and appends included: 413 beyond. It
  /// goes with each write, so all nodes hold one to what the node says that its client spoke to
  std::uint64_t max_item = 1 << 20;
  std::uint32_t max_subscribers = 4096;  ///< streams of changes on this node; more: 503
  /// Then a write gets 504, or 503 when it was certainly not applied; and so does a read
  std::uint32_t request_timeout_ms = 5000;
  /// Writes that take so long are told in the log, with where their time went; 0: none are
  std::uint32_t slow_write_ms = 1000;
  /// While no leader is known a request waits this long for an election, then 503
  std::uint32_t leaderless_wait_ms = 2000;

  /// Empty, or one sentence saying what is wrong: numbers and addresses that are given twice,
  /// options that do not make sense together. It looks at nothing but the fields.
  std::string validate() const;
  /// Where it listens: `listen`, or what stands for it.
  const peer_address& listening() const { return listen.host.empty() ? self : listen; }
  /// Whether it listens for others from its start on: a node alone waits until somebody is expected
  bool lets_others_in() const { return !peers.empty() || programs; }
  /// By what the addresses are judged.
  protection protected_by() const { return {clients_by_tls, peer_tls != nullptr, insecure}; }
};

}  // namespace lithair::actors
