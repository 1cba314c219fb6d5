#include "actors/peers/gate.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/links/handshake.hpp"
#include "actors/mutants.hpp"

namespace lithair::actors {

gate::gate(caf::actor_config& cfg, loop* home, link_identity identity, opener open)
    : hosted_actor(cfg, home), identity_(std::move(identity)), open_(std::move(open)) {}

caf::behavior gate::make_behavior() {
  set_default_handler(caf::drop);
  set_error_handler([](caf::error&) {});
  return behavior_of<handle_type>(
      [this](const expect_peer& order) {
        shippers_[{order.peer, order.group}] = order.shipper;
        expect_somebody();
      },
      [this](port_opened news) { is_open_ = news.done; },
      [this](const forget_peer& order) {
        auto found = shippers_.find({order.peer, order.group});
        if (found != shippers_.end() && found->second == order.shipper) shippers_.erase(found);
      },
      [this](const guard_group& order) { groups_[order.group] = order.raft; },
      // Of one that is expected all groups learn it, for it comes to none of them.
      [this](const turned_away& news) {
        note_refusal(news.node, news.why);
        for (const auto& [at, shipper] : shippers_)
          if (at.first.value == news.node) tell_group(at.second, news.node, news.why);
      },
      [this](const hello& greeting) {
        asker who{make_response_promise<welcome>(), greeting};
        if (auto why = why_not(greeting); !why.empty()) return refuse(who, why);
        if (!expects(greeting)) return turn_away(who);
        if (greeting.cluster == 0 && identity_.peers->cluster() == 0) {
          // It calls again, and is welcome once one of them, or somebody else, has founded one.
          identity_.peers->met_without_cluster(greeting.node, greeting.proof);
          return answer_refusal(who, std::string{no_cluster_yet});
        }
        // Without a limit: the disk may be slow, and the dialler gives up by itself.
        request(identity_.notes, caf::infinite, join_cluster{greeting.cluster})
            .then(
                [this, who](const noted& note) {
                  note.failed.empty() ? joined(who) : refuse(who, note.failed);
                },
                [this, who](const caf::error&) { refuse(who, "this node stops"); });
      });
}

// Strangers find no door while nobody is expected.
void gate::expect_somebody() {
  if (!open_ || std::exchange(is_open_, true)) return;
  open_([self = caf::actor_cast<taking<port_opened>>(this)](bool worked) {
    caf::anon_send(self, port_opened{worked});
  });
}

// What is learned from the peer is on the disk before anything is said to it.
void gate::joined(const asker& who) {
  auto& x = who.said;
  const auto how =
      identity_.peers->admit(x.node, protocol::group_id{x.group}, x.incarnation, x.proof);
  // Another directory under a known number: what it promised may be gone with the old one.
  if (how == trust::none) return refuse(who, why_another_directory(x.node));
  auto old = identity_.peers->examine(x.node, protocol::group_id{x.group}, x.incarnation, x.proof);
  const link at{protocol::node_id{x.node}, protocol::group_id{x.group}};
  const auto before = shippers_.find(at);
  // While the disk was busy the shipper may have ended, or another one may have taken its place: as
  // somebody else the peer was judged then, a stranger and not a member.
  auto go_on = [this, who, old, how, at,
                expected = before == shippers_.end() ? shipper_handle{}
                                                     : before->second](const noted& note) {
    auto found = shippers_.find(at);
    if (found == shippers_.end()) return refuse(who, "this node stops");
    if (found->second != expected) {
      auto caller = who;
      return answer_refusal(caller, "it became a member meanwhile");
    }
    if (old) send(found->second, promises_lost{*old});
    note.failed.empty() ? accept(who, found->second, how)
                        : refuse(who, "it can't be noted: " + note.failed);
  };
  if (mutated(mutant::peer_met_before_noted)) return go_on({});
  request(identity_.notes, caf::infinite, await_notes{})
      .then(go_on, [this, who](const caf::error&) { refuse(who, "this node stops"); });
}

// The shipper first: it is linked when the peer hears that it is welcome.
void gate::accept(asker who, const shipper_handle& shipper, trust how) {
  auto& x = who.said;
  send(shipper,
       linked_by_peer{{caf::actor_cast<peer_end>(x.endpoint), x.incarnation, x.proof, how}});
  refused_.erase(x.node);
  who.answer.deliver(welcome{identity_.peers->cluster(),
                             identity_.self.value,
                             identity_.incarnation,
                             identity_.peers->models(),
                             identity_.peers->present(x.node, protocol::group_id{x.group}),
                             {},
                             caf::actor_cast<caf::actor>(shipper)});
}

void gate::refuse(asker who, const std::string& why) {
  note_refusal(who.said.node, why);
  if (expects(who.said)) tell_group(protocol::group_id{who.said.group}, who.said.node, why);
  answer_refusal(who, why);
}

// A refused peer calls again and again: the log tells each reason once.
void gate::note_refusal(std::uint64_t node, const std::string& why) {
  auto& last = refused_[std::min(node, highest_node + 1)];
  if (last != why) spdlog::warn("refused a link from node {}: {}", node, why);
  last = why;
}

void gate::tell_group(protocol::group_id group, std::uint64_t node, const std::string& why) {
  const auto found = groups_.find(group);
  if (found == groups_.end()) return;
  send(found->second, link_refused{protocol::node_id{node},
                                   fmt::format("this node refuses node {}: {}", node, why)});
}

// It calls again, and is expected then unless the group has no place for it: so the log need not
// tell of this.
void gate::turn_away(asker who) {
  auto& x = who.said;
  const auto why = fmt::format("node {} is not a member here", x.node);
  const auto found = groups_.find(protocol::group_id{x.group});
  if (found == groups_.end() || x.cluster == 0 || x.cluster != identity_.peers->cluster())
    return refuse(who, why);
  send(found->second, meet{protocol::node_id{x.node}});
  answer_refusal(who, why);
}

// Says who this is all the same, so that the operator of the other node finds out.
void gate::answer_refusal(asker& who, const std::string& why) {
  auto& x = who.said;
  const bool fresh = identity_.peers->cluster() == 0;
  who.answer.deliver(
      welcome{identity_.peers->cluster(),
              identity_.self.value,
              identity_.incarnation,
              identity_.peers->models(),
              fresh ? identity_.peers->present(x.node, protocol::group_id{x.group}) : std::string{},
              why,
              {}});
}

// What can be judged without looking at the disk.
std::string gate::why_not(const hello& greeting) const {
  if (greeting.node > highest_node) return "its node id is not one that clusters use";
  if (greeting.to != identity_.self.value)
    return fmt::format("this is node {}, not {}", identity_.self.value, greeting.to);
  if (greeting.node == identity_.self.value) return "it has the number of this node";
  if (auto why = identity_.peers->why_not_meet({greeting.node, greeting.cluster, greeting.schema});
      !why.empty())
    return why;
  if (!greeting.endpoint) return "it named no endpoint";
  return {};
}

bool gate::expects(const hello& greeting) const {
  return shippers_.contains({protocol::node_id{greeting.node}, protocol::group_id{greeting.group}});
}

}  // namespace lithair::actors
