#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "protocol/types.hpp"

namespace lithair::actors {

/// Which peers want a snapshot from this leader, and since which term, and which are being sent
/// one. A request ends with the term it was made in: a chunk that bore a later one would make its
/// sender look like that term's leader. Pure.
class snapshot_requests {
 public:
  /// A peer wants one in `term`, which this node leads. `at_least`: what the snapshot must have
  /// applied; asked twice, the later index counts.
  void ask(protocol::node_id peer, protocol::term_t term, protocol::index_t at_least = {}) {
    begin(term);
    auto& wanted = wanted_[peer];
    wanted = std::max(wanted, at_least);
  }

  /// This node leads in `term`, and what was of another is over; no term: it does not lead.
  void begin(protocol::term_t term) {
    if (term == term_) return;
    term_ = term;
    wanted_.clear();
    sent_.clear();
  }

  /// Nobody wants one.
  bool empty() const { return wanted_.empty(); }
  /// Whether this peer does.
  bool wants(protocol::node_id peer) const { return wanted_.contains(peer); }
  /// What a state must have applied for some of them to be served; there are some.
  protocol::index_t least() const {
    auto by_index = [](const auto& a, const auto& b) { return a.second < b.second; };
    return std::min_element(wanted_.begin(), wanted_.end(), by_index)->second;
  }

  /// A snapshot as of `index` is there: takes out those whom it serves.
  std::vector<protocol::node_id> serve(protocol::index_t index) {
    std::vector<protocol::node_id> out;
    std::erase_if(wanted_, [&](const auto& each) {
      if (each.second > index) return false;
      out.push_back(each.first);
      sent_[each.first] = index;
      return true;
    });
    return out;
  }
  /// Whether this peer is being sent one.
  bool is_sent(protocol::node_id peer) const { return sent_.contains(peer); }
  /// It has the one as of `index`, or does not want it.
  void finished(protocol::node_id peer, protocol::index_t index) {
    // Of another one it may be a late word.
    const auto found = sent_.find(peer);
    if (found != sent_.end() && found->second == index) sent_.erase(found);
  }
  /// Whoever was to send this peer its snapshot is gone: as of which index that was. None: nothing
  /// was sent, in this term.
  std::optional<protocol::index_t> lose(protocol::node_id peer) {
    const auto found = sent_.find(peer);
    if (found == sent_.end()) return {};
    const auto index = found->second;
    sent_.erase(found);
    return index;
  }
  /// There will be none: takes out all.
  std::vector<protocol::node_id> give_up() {
    std::vector<protocol::node_id> out;
    out.reserve(wanted_.size());
    for (auto& each : wanted_) out.push_back(each.first);
    wanted_.clear();
    return out;
  }

 private:
  protocol::term_t term_;
  std::map<protocol::node_id, protocol::index_t> wanted_;
  std::map<protocol::node_id, protocol::index_t> sent_;  // and not known to be done
};

}  // namespace lithair::actors
