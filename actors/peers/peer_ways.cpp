#include "actors/peers/peer_ways.hpp"

#include <algorithm>
#include <utility>

namespace lithair::actors {

namespace {

// Who may call without being known here: enough for a cluster whose members have all changed.
constexpr std::ptrdiff_t max_strangers = 64;
constexpr std::uint64_t departing_ms = 10'000;

}  // namespace

// One that had become useless, or leads elsewhere, is ended and made anew.
bool peer_ways::lead_to(const peer_address& peer) {
  auto before = ways_.find(peer.id);
  if (before != ways_.end()) {
    if (before->second.to == peer && before->second.of_use) return false;
    with_.end(peer.id, before->second.shipper);
  }
  const bool ended = before != ways_.end();
  ways_[peer.id] = {with_.make(peer), peer};
  return ended;
}

bool peer_ways::renew(protocol::node_id peer) {
  auto found = ways_.find(peer);
  if (found == ways_.end()) return false;
  auto& renewed = found->second;
  with_.end(peer, renewed.shipper);
  renewed.shipper = with_.make(renewed.to);
  renewed.linked = false;
  return true;
}

// A stranger has no address here, so it is never dialled.
bool peer_ways::hear(protocol::node_id stranger, std::uint64_t now_ms) {
  if (ways_.contains(stranger)) return true;
  const auto heard = std::count_if(ways_.begin(), ways_.end(),
                                   [](auto& each) { return each.second.is_stranger(); });
  if (heard >= max_strangers) return false;
  peer_address nowhere;
  nowhere.id = stranger;
  ways_[stranger] = {with_.make(nowhere), nowhere, false, false, now_ms};
  return true;
}

void peer_ways::linked(protocol::node_id peer, bool up) {
  if (auto found = ways_.find(peer); found != ways_.end()) found->second.linked = up;
}

bool peer_ways::is_linked(protocol::node_id peer) const {
  auto found = ways_.find(peer);
  return found != ways_.end() && found->second.linked;
}

const shipper_handle* peer_ways::find(protocol::node_id peer) const {
  auto found = ways_.find(peer);
  return found == ways_.end() ? nullptr : &found->second.shipper;
}

const peer_address* peer_ways::address(protocol::node_id peer) const {
  auto found = ways_.find(peer);
  return found == ways_.end() || found->second.is_stranger() ? nullptr : &found->second.to;
}

void peer_ways::for_each(
    const std::function<void(protocol::node_id, const shipper_handle&)>& what) const {
  for (auto& [id, x] : ways_) what(id, x.shipper);
}

// A way has to be useless for a while: a member that was removed still gets the entry that says so.
void peer_ways::end_unwanted(std::uint64_t now_ms,
                             const std::function<bool(protocol::node_id)>& wanted) {
  for (auto each = ways_.begin(); each != ways_.end();) {
    auto& [id, x] = *each;
    const bool of_use = x.is_stranger() ? x.linked : wanted(id);
    if (!of_use && std::exchange(x.of_use, false)) x.useless_since_ms = now_ms;
    x.of_use = of_use;
    if (of_use || now_ms - x.useless_since_ms < departing_ms) {
      ++each;
      continue;
    }
    with_.end(id, x.shipper);
    each = ways_.erase(each);
  }
}

}  // namespace lithair::actors
