#include <spdlog/spdlog.h>
#include <caf/send.hpp>

#include "actors/host.hpp"
#include "actors/mutants.hpp"
#include "actors/peers/shipper.hpp"
#include "actors/raft/raft_actor.hpp"
#include "protocol/print.hpp"

// Roles and members as they change, and the shippers to them.
namespace lithair::actors {

using namespace protocol;

namespace {

// After an attempt to hand over that came to nothing.
constexpr std::uint64_t hand_over_again_ms = 1000;
// A question to the main group's actor is answered by then, or lost.
constexpr std::uint64_t ask_main_again_ms = 1000;
// What became of it shows in the members; while another change is under way it is refused.
constexpr std::uint64_t ask_to_move_again_ms = 1000;
// Without its answer for so long leadership is offered to somebody else.
constexpr std::uint64_t patience_with_main_ms = 10'000;

}  // namespace

void raft_actor::log_role(const role_change& change) const {
  auto& label = setup_.label;
  switch (change.now) {
    case role::pre_candidate:
      spdlog::info("{}no word from a leader: asking whether an election for term {} would be won",
                   label, change.term.value + 1);
      break;
    case role::candidate:
      spdlog::info("{}became candidate for term {}", label, change.term.value);
      break;
    case role::leader:
      spdlog::info("{}became leader of term {}", label, change.term.value);
      break;
    case role::follower:
    case role::learner:
      if (change.leader)
        spdlog::info("{}follows node {} in term {}", label, change.leader.value, change.term.value);
      else
        spdlog::info("{}became {} in term {}, leader not yet known", label, to_string(change.now),
                     change.term.value);
      break;
  }
}

// From here on it counts how long requests wait for an election.
void raft_actor::on_role(const role_change& change) {
  if (!alone_) log_role(change);
  if (!change.leader && known_leader_) leaderless_since_ms_ = setup_.now_ms();
  known_leader_ = change.leader;
  if (!known_leader_) return;
  refusals_.clear();
  leaderless_ = {};
}

void raft_actor::on_members(const configuration& members) {
  std::map<node_id, peer_address> found;
  // Who is in both sets is where the new one says. Where the main group's members are, they are in
  // every group.
  std::vector<const std::vector<member>*> sets{&members.members, &members.outgoing};
  if (!setup_.is_main && setup_.groups)
    sets.insert(sets.begin(), &setup_.groups->main.members.members);
  for (auto* set : sets) {
    for (auto& m : *set) {
      auto address = parse_member_address(m.address);
      if (!address) continue;
      // Logs of earlier versions may name a wildcard: such a member has to come by itself.
      if (is_wildcard(address->host)) address->host.clear();
      found.try_emplace(m.id,
                        peer_address{m.id, address->host, address->http_port, address->peer_port});
    }
  }
  // The registry first: it remembers the directories of members only.
  if (setup_.members_known) setup_.members_known(members);
  end_unwanted_ways();
  for (auto& [id, where] : found)
    if (id != setup_.config.self.id) lead_way_to(where);
  auto self = found.find(setup_.config.self.id);
  look_whether_moved(self == found.end() ? nullptr : &self->second);
}

void raft_actor::look_whether_moved(const peer_address* self) {
  const auto& here = setup_.config.self;
  if (self != nullptr && *self == here) found_here_ = true;
  const bool moved = !alone_ && self != nullptr && *self != here;
  if (moved && !self_moved_ && setup_.is_main)
    spdlog::warn(
        "the members look for this node at {}, and it is at {}; {}",
        host_and_port(self->host, self->http_port), host_and_port(here.host, here.http_port),
        found_here_ ? "they were told to: start it there" : "it asks them to look for it here");
  self_moved_ = moved;
}

// A member that comes back elsewhere is told at its new address by all: it asks for that itself, as
// long as the newest members name another one. But if they looked for it here in this run, somebody
// has moved it since, who is to be heeded. Other groups follow the main one.
void raft_actor::ask_to_be_moved() {
  if (!self_moved_ || found_here_ || !setup_.is_main || !core_.leader()) return;
  if (setup_.now_ms() < next_move_ms_) return;
  next_move_ms_ = setup_.now_ms() + ask_to_move_again_ms;
  change_members wanted;
  wanted.what = change_members::action::move;
  const auto& self = setup_.config.self;
  wanted.node = self.id.value;
  wanted.host = self.host;
  wanted.http_port = self.http_port;
  wanted.peer_port = self.peer_port;
  changes_.ask(nullptr, wanted, setup_.now_ms());
}

void raft_actor::on_members_committed(index_t index, const configuration& members) {
  if (members.empty()) return;
  // On the way from one to the other both sets count: nobody is gone yet.
  if (members.joint()) return note_members(index, members);
  if (setup_.members_committed) meet_again(setup_.members_committed(index, members));
  note_members(index, members);
}

// For the other groups of this node. They follow complete changes only, and who waits for a removal
// counts on both sets.
void raft_actor::note_members(index_t index, const configuration& members) {
  if (!setup_.groups || (setup_.is_main && members.joint())) return;
  auto& known = setup_.is_main ? setup_.groups->main : setup_.groups->others[setup_.group].members;
  // Never back to an older one, which is applied again after a start.
  if (known.index >= index) return;
  known = {index, members};
  // They have a turn, to follow it: an idle one would have the next one only after a while.
  if (setup_.is_main)
    for (auto& [group, other] : setup_.groups->others)
      if (other.raft) send(other.raft, ticked{0});
}

// From its addition on a member is held to the directory that it has. One that was never away, or
// is back already, greeted before that: so it greets again, and if it is wiped after it is found
// out.
void raft_actor::meet_again(const std::vector<node_id>& unknown) {
  for (auto who : unknown)
    if (!mutated(mutant::keeps_links_of_readded) && ways_.renew(who))
      send(*shipper_for(who), serve_raft{handle_of(this)});
}

// What is applied is committed, and it is not applied again.
void raft_actor::recall_committed_members() {
  const auto& x = setup_.restored;
  on_members_committed(x.snapshot_index, x.snapshot_members);
  for (auto& each : x.configurations) {
    auto members = decode_configuration(each.data.view());
    if (members && each.index <= x.applied) on_members_committed(each.index, *members);
  }
}

void raft_actor::follow_main_group() {
  if (setup_.is_main || !setup_.groups) return;
  auto& wanted = setup_.groups->main;
  if (ways_as_of_ < wanted.index) {
    ways_as_of_ = wanted.index;
    on_members(core_.members());
  }
  if (core_.current_role() != role::leader) return;
  const bool removed =
      setup_.groups->removed_from_main && !mutated(mutant::leads_groups_of_strangers);
  // What a node that is out knew last is all that it will know; with nobody to leave it to it goes
  // on by that.
  if (removed ? !leave_leadership_to_members() : knows_main_group())
    changes_.follow(wanted, setup_.now_ms());
}

// What is known here of the main group may be old, also older than what an earlier leader of this
// one went by, who may have removed somebody since. So it is asked once in each term; and where
// that has no answer somebody else may do better.
bool raft_actor::knows_main_group() {
  const auto term = core_.current_term();
  const auto now = setup_.now_ms();
  if (main_view_.seen_in == term) return true;
  if (main_view_.asked_in != term) main_view_ = {main_view_.seen_in, term, now, 0, 0};
  if (setup_.groups->main_raft && now >= main_view_.ask_again_ms) {
    main_view_.ask_again_ms = now + ask_main_again_ms;
    main_view_.token = ++main_tokens_;
    send(setup_.groups->main_raft, probe_ready{main_view_.token, 0});
  }
  if (now - main_view_.since_ms >= patience_with_main_ms) {
    main_view_.since_ms = now;
    (void)core_.transfer(node_id{});
  }
  return false;
}

void raft_actor::on_ready(const readiness& answer) {
  if (setup_.is_main) return other_groups_.arrived(answer);
  if (answer.ready && answer.token == main_view_.token) main_view_.seen_in = main_view_.asked_in;
}

// Whoever is out of the main group hears no more of its members, and can't lead a group to them.
bool raft_actor::leave_leadership_to_members() {
  const auto now = core_.inspect();
  const peer_status* best = nullptr;
  for (auto& peer : now.peers) {
    const bool fit = peer.voter && setup_.groups->main.members.is_voter(peer.id) &&
                     peer.ticks_since_contact < setup_.config.raft.election_min_ticks;
    if (fit && (best == nullptr || peer.match > best->match)) best = &peer;
  }
  if (best == nullptr) return false;
  if (setup_.now_ms() >= next_handover_ms_) {
    next_handover_ms_ = setup_.now_ms() + hand_over_again_ms;
    (void)core_.transfer(best->id);
  }
  return true;
}

void raft_actor::lead_way_to(const peer_address& peer) {
  auto* before = ways_.address(peer.id);
  const bool moves = before != nullptr && *before != peer;
  if (moves && mutated(mutant::keeps_ways_to_old_addresses)) return;
  if (moves)
    spdlog::info("{}node {} has moved to {}", setup_.label, peer.id.value,
                 host_and_port(peer.host, peer.peer_port));
  const auto had = shipper_for(peer.id) != nullptr;
  const bool ended = ways_.lead_to(peer);
  if (ended || !had) send(*shipper_for(peer.id), serve_raft{handle_of(this)});
}

// What was on its link is lost, and whoever sent a snapshot over it can't say so any more.
void raft_actor::way_ended(node_id peer) {
  if (!health_.may_step()) return;
  core_.unreachable(peer);
  begin_snapshots_of_term();
  auto index = snapshots_.lose(peer);
  if (index && !mutated(mutant::forgets_the_snapshot_of_an_ended_way))
    core_.snapshot_sent(peer, core_.current_term(), *index, false);
}

// What was sent over an earlier link may be lost; what another directory acknowledged is not there.
void raft_actor::on_link(const link_changed& news) {
  ways_.linked(news.peer, news.up);
  if (!health_.may_step()) return;
  core_.unreachable(news.peer);
  if (news.gone) core_.gone(news.peer);
  if (news.directory == 0) return;
  const auto before = std::exchange(directories_[news.peer], news.directory);
  if (before != 0 && before != news.directory) core_.begun_anew(news.peer);
}

// A node of this cluster calls, and no configuration here names it.
void raft_actor::hear(const meet& caller) {
  if (!health_.may_step() || alone_ || caller.peer == setup_.config.self.id ||
      shipper_for(caller.peer) != nullptr)
    return;
  if (!ways_.hear(caller.peer, setup_.now_ms())) return;
  spdlog::info("{}node {} is no member as far as this node knows, and is heard all the same",
               setup_.label, caller.peer.value);
  send(*shipper_for(caller.peer), serve_raft{handle_of(this)});
}

void raft_actor::end_unwanted_ways() {
  auto& own = core_.members();
  // While no members are known here nobody is unwanted.
  const auto* main = setup_.groups ? &setup_.groups->main.members : nullptr;
  ways_.end_unwanted(setup_.now_ms(), [&](node_id peer) {
    return own.empty() || own.contains(peer) || (main != nullptr && main->contains(peer));
  });
}

// A node that was removed while it was away hears of it from the members, and one that was there
// from its own log.
void raft_actor::look_whether_removed() {
  const bool removed = core_.removed() || core_.told_removed();
  if (removed == !health_.removed.empty()) return;
  health_.removed = removed ? "this node was removed from the cluster" : "";
  if (!mutated(mutant::removed_node_answers_reads))
    send(setup_.aggregate, membership_lost{health_.removed});
  if (setup_.groups)
    (setup_.is_main ? setup_.groups->removed_from_main
                    : setup_.groups->others[setup_.group].removed) = removed;
  if (!removed) {
    spdlog::info("{}this node is a member of the cluster again", setup_.label);
    return;
  }
  const bool needed = setup_.groups && !setup_.groups->removed_from_all();
  spdlog::warn("{}this node was removed from the cluster; {}", setup_.label,
               needed ? "leave it running until all its groups have removed it"
                      : "stop it and remove its data directory, or add it again");
}

const shipper_handle* raft_actor::shipper_for(node_id peer) const { return ways_.find(peer); }

}  // namespace lithair::actors
