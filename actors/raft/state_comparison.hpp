#pragma once

#include <cstdint>
#include <map>

#include "protocol/types.hpp"

namespace lithair::actors {

/// Compares the checksum of this node's applied state with those of its peers. Equal logs make
/// equal states, so at one applied index all are equal, or memory, disk or program of some node is
/// at fault. It finds that there is a difference, and can't say who is wrong: people have to. Pure.
///
/// The leader names an index that is not in the log yet; every node makes a checkpoint as of just
/// that index, whose digest comes for free, and tells it to the others. One that can't just then is
/// left out this time.
class state_comparison {
 public:
  /// Two states that are not equal.
  struct difference {
    protocol::index_t index;  ///< the first at which it showed
    protocol::node_id peer;   ///< the one whose digest was another than ours
  };

  /// Whether this is news: an index later than any before in the leader's term. A later leader's
  /// log may be shorter than the one that named the last.
  bool begin(protocol::index_t at, protocol::term_t term);
  /// What is being compared now; none: nothing was yet.
  protocol::index_t index() const { return at_; }

  /// This node's digest, or a peer's, as of `index()`; digests of other indexes are ignored. True
  /// when a difference shows that was not known of that peer.
  bool own(protocol::index_t index, std::uint64_t digest);
  bool peers(protocol::node_id who, protocol::index_t index, std::uint64_t digest);

  /// The last index at which a peer agreed.
  protocol::index_t agreed() const { return agreed_; }
  /// The first difference since the start; no index: none.
  const difference& first() const { return first_; }

 private:
  bool compare();

  protocol::index_t at_;
  protocol::term_t term_;  // of the leader that named it
  bool has_own_ = false;
  std::uint64_t own_ = 0;
  std::map<protocol::node_id, std::uint64_t> peers_;  // as of at_
  std::map<protocol::node_id, protocol::index_t> differs_;
  protocol::index_t agreed_;
  difference first_;
};

}  // namespace lithair::actors
