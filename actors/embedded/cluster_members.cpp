#include "actors/embedded/cluster_members.hpp"

#include <chrono>

#include <caf/after.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/typed_actor.hpp>

#include "actors/messages/status_messages.hpp"
#include "actors/node/node.hpp"

namespace lithair::actors {

namespace {

constexpr std::chrono::seconds patience{1};

}  // namespace

std::vector<std::uint64_t> members_of(node& of) {
  std::vector<std::uint64_t> made;
  caf::scoped_actor self{of.system(), true};
  self->send(of.raft(), inspect_node{});
  self->receive(
      [&made](const node_status& told) {
        for (const auto& each : told.members) made.push_back(each.id);
      },
      caf::after(patience) >> [] {});
  return made;
}

}  // namespace lithair::actors
