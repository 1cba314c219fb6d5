#include "actors/links/known_actors.hpp"

namespace lithair::actors {

bool known_actors::name(std::uint64_t actor, bool reachable) {
  const auto found = all_.find(actor);
  if ((found == all_.end() || found->second.ended) && alive_++ >= most_) return false;
  auto& each = all_[actor];
  each.ended = false;
  each.reachable |= reachable;
  return true;
}

void known_actors::end(std::uint64_t actor) {
  const auto found = all_.find(actor);
  if (found == all_.end() || found->second.ended) return;
  found->second.ended = true;
  --alive_;
  ended_.push_back(actor);
  if (ended_.size() <= most_) return;
  const auto oldest = all_.find(ended_.front());
  ended_.pop_front();
  if (oldest != all_.end() && oldest->second.ended) all_.erase(oldest);
}

bool known_actors::is_reachable(std::uint64_t actor) const {
  const auto found = all_.find(actor);
  return found != all_.end() && found->second.reachable;
}

}  // namespace lithair::actors
