#include "actors/raft/state_comparison.hpp"

namespace lithair::actors {

using namespace protocol;

// What was said of an earlier index is void: digests are compared as of one index only.
bool state_comparison::begin(index_t at, term_t term) {
  if (term == term_ ? at <= at_ : term < term_ || at == at_) return false;
  at_ = at;
  term_ = term;
  has_own_ = false;
  peers_.clear();
  return true;
}

bool state_comparison::own(index_t index, std::uint64_t digest) {
  if (!index || index != at_) return false;
  has_own_ = true;
  own_ = digest;
  return compare();
}

bool state_comparison::peers(node_id who, index_t index, std::uint64_t digest) {
  if (!index || index != at_) return false;
  peers_[who] = digest;
  return compare();
}

bool state_comparison::compare() {
  if (!has_own_) return false;
  bool news = false;
  for (auto& [peer, digest] : peers_) {
    // A peer that agrees again (it was begun anew) may differ anew one day.
    if (digest == own_) {
      agreed_ = at_;
      differs_.erase(peer);
    } else if (differs_.try_emplace(peer, at_).second) {
      if (!first_.index) first_ = {at_, peer};
      news = true;
    }
  }
  return news;
}

}  // namespace lithair::actors
