#include "actors/peers/founding.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <vector>

#include "actors/host.hpp"

namespace lithair::actors {

namespace {

std::string describe(const peer_address& member) {
  return fmt::format("node {} at {}", member.id.value,
                     host_and_port(member.host, member.peer_port));
}

}  // namespace

void founding::met(protocol::node_id member, bool told_to_found) {
  const bool known = std::any_of(config_.peers.begin(), config_.peers.end(),
                                 [member](const auto& each) { return each.id == member; });
  if (known) met_[member] = told_to_found;
}

// Whoever comes before this node, and founds it or might.
const peer_address* founding::first_before_us() const {
  const peer_address* first = nullptr;
  for (const auto& each : config_.peers) {
    const auto found = met_.find(each.id);
    const bool leaves_it = found != met_.end() && !found->second;
    if (each.id < config_.self.id && !leaves_it && (first == nullptr || each.id < first->id))
      first = &each;
  }
  return first;
}

bool founding::is_due() const {
  const auto members = config_.peers.size() + 1;
  return config_.init && first_before_us() == nullptr && met_.size() + 1 > members / 2;
}

std::string founding::why_waiting() const {
  if (!config_.init)
    return "this node is part of no cluster yet, and waits for a member of one to speak to it; to "
           "found one, start its members with --init";
  if (const auto* first = first_before_us(); first != nullptr && met_.contains(first->id))
    return fmt::format(
        "this node is part of no cluster yet; {} founds it once a majority of the members is "
        "there",
        describe(*first));
  if (const auto* first = first_before_us(); first != nullptr)
    return fmt::format(
        "this node is part of no cluster yet, and waits for {}, which comes before it in founding "
        "one and was not met; start it, or see why it is not reached",
        describe(*first));
  std::vector<std::string> missing;
  for (const auto& each : config_.peers)
    if (!met_.contains(each.id)) missing.push_back(describe(each));
  return fmt::format(
      "this node founds the cluster once a majority of its {} members is there, and waits for {}; "
      "start one of them, or see why it does not come",
      config_.peers.size() + 1, fmt::join(missing, ", "));
}

}  // namespace lithair::actors
