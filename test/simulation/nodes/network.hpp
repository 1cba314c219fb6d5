#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/mailbox_element.hpp>

#include "actors/messages/messages.hpp"
#include "test/simulation/nodes/companion.hpp"
#include "test/simulation/nodes/machine.hpp"

namespace lithair::simulation::nodes {

/// The network between machines: connections that keep order, are slow, stand still or break, and
/// lose what was on the way when they do. A node's shippers reach other nodes' gates through
/// `connector`, as they do through CAF's middleman on a real network.
class network {
 public:
  using machines = std::vector<std::unique_ptr<machine>>;

  network(caf::actor_system& system, timeline& time, random_source& random, const weather& sky,
          machines& nodes);
  ~network();

  /// The connector that a node is started with.
  actors::connector_handle connector(machine& of);

  void cut(std::uint64_t from, std::uint64_t to) { cuts_.insert({from, to}); }
  bool is_cut(std::uint64_t from, std::uint64_t to) const { return cuts_.contains({from, to}); }
  void heal() { cuts_.clear(); }
  /// All connections of a machine in that life of it break; what was on the way is lost.
  void break_links(std::uint64_t of, std::uint64_t life);
  void break_random_link();
  /// Nothing moves until it is destroyed.
  void close();

  std::uint64_t messages() const { return messages_; }
  /// Bytes that were on their way over one connection in one direction, at most.
  std::uint64_t most_on_the_way() const { return most_on_the_way_; }
  std::uint64_t fingerprint = 0;

 private:
  struct end {
    std::uint64_t node = 0;
    std::uint64_t life = 0;
    caf::actor shipper;              // takes what the other end sends
    caf::actor wire;                 // what that shipper knows as the other's endpoint
    std::uint64_t last_arrival = 0;  // of what was sent towards it
    std::uint64_t coming = 0;        // bytes of what was sent towards it and has not arrived
  };
  struct connection {
    end ends[2];  // the one that called first
    std::uint64_t group = 0;
    bool open = true;
    std::uint64_t stalled_since = 0;
  };
  using link = std::shared_ptr<connection>;

  caf::actor make(companion::handler take);
  machine* find(std::uint64_t id, std::uint16_t peer_port);
  void reach(machine& from, const caf::actor& asker, const actors::reach& x);
  void greet(std::uint64_t from, std::uint64_t from_life, machine& to, std::uint64_t to_life,
             caf::mailbox_element_ptr greeting);
  std::pair<link, int> link_between(end from, end to, std::uint64_t group);
  void carry(const link& x, int to, caf::message content);
  void deliver(const link& x, int to, caf::message content);
  void watch(const link& x, int at);
  void break_link(const link& x);
  bool alive(std::uint64_t id, std::uint64_t life);
  std::uint64_t delay();

  caf::actor_system& system_;
  timeline& time_;
  random_source& random_;
  const weather& sky_;
  machines& nodes_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> cuts_;
  std::vector<link> links_;
  std::vector<caf::actor> companions_;
  std::uint64_t messages_ = 0;
  std::uint64_t most_on_the_way_ = 0;
  bool closed_ = false;
};

/// Sends to an actor so that its own machine runs it.
template <class Handle>
void give(const Handle& to, caf::message content, const caf::strong_actor_ptr& from = nullptr,
          caf::message_id id = caf::make_message_id()) {
  if (to) caf::actor_cast<caf::abstract_actor*>(to)->enqueue(from, id, std::move(content), nullptr);
}

}  // namespace lithair::simulation::nodes
