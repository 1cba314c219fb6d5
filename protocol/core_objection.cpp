#include <algorithm>
#include <type_traits>

#include "protocol/implementation.hpp"

namespace lithair::protocol {

namespace {

/// No honest cluster gets here; a message beyond is damaged or forged. Far below 2⁶⁴, so that one
/// more never overflows.
constexpr std::uint64_t greatest = std::uint64_t{1} << 62;
/// How far a member may be ahead of our term: thousands of elections a second for ten days.
constexpr std::uint64_t member_lead = std::uint64_t{1} << 32;
/// How far a node that we don't know may be.
constexpr std::uint64_t stranger_lead = std::uint64_t{1} << 20;

template <class T, class... Ts>
constexpr bool is_one_of = (std::is_same_v<T, Ts> || ...);

template <class T>
constexpr bool only_leaders_say = is_one_of<T, append_request, heartbeat, snapshot_request>;

/// What a node may say that is not (yet) in our configuration: it campaigns, or it leads.
template <class T>
constexpr bool strangers_may_say = is_one_of<T, vote_request> || only_leaders_say<T>;

/// The indexes that a message names; what it says of its own entries is checked apart.
index_t farthest(const vote_request& request) { return request.last_index; }
index_t farthest(const append_request& request) {
  return std::max(request.prev_index, request.commit);
}
index_t farthest(const heartbeat& beat) { return beat.commit; }
index_t farthest(const snapshot_request& request) { return request.meta.index; }
template <class T>
index_t farthest(const T&) {
  return {};
}

/// Whether the payload can be one of that kind. What the core can't read it must not append.
bool fits(const entry& one) {
  switch (one.kind) {
    case entry_kind::noop:
      return one.data.size() == 0;
    case entry_kind::command:
      return true;
    case entry_kind::configuration:
      return decode_configuration(one.data.view()).has_value();
  }
  return false;
}

}  // namespace

objection raft_core::implementation::objection_to(node_id from, const message& msg) const {
  return std::visit(
      [this, from]<class T>(const T& value) {
        if (objection why = objection_to_sender(from, value.term, strangers_may_say<T>);
            why != objection::none)
          return why;
        if (!value.term && strangers_may_say<T>) return objection::no_term;
        if (farthest(value).value > greatest) return objection::index_too_far;
        // Election Safety: at most one leader can be elected in a term (§5.2). A second one is
        // forged.
        if constexpr (only_leaders_say<T>) {
          bool other = elected && elected != from;
          if (value.term == state.term && other) return objection::second_leader;
        }
        if constexpr (is_one_of<T, vote_request, append_request, snapshot_request>)
          return objection_to(value);
        else
          return objection::none;
      },
      msg);
}

objection raft_core::implementation::objection_to_sender(node_id from, term_t term,
                                                         bool strangers_say_it) const {
  if (!from || from == self) return objection::sender;
  if (term.value > greatest || term.value > state.term.value + member_lead)
    return objection::term_too_far;
  // A node without members waits to be added and hears everybody. One that is being removed still
  // answers its leader.
  const configuration& members = history.current();
  bool departing = leads() && std::any_of(lead().peers.begin(), lead().peers.end(),
                                          [from](const progress& each) { return each.id == from; });
  if (members.empty() || members.contains(from) || from == leader || departing)
    return objection::none;
  // A node outside our configuration may be right, for ours may be old: a voter that refused it
  // could stop the cluster. But it has nothing to say while a leader that we know is alive.
  if (leader_alive() || !strangers_say_it) return objection::stranger;
  return term.value > state.term.value + stranger_lead ? objection::term_too_far : objection::none;
}

objection raft_core::implementation::objection_to(const vote_request& request) const {
  // A node that may not answer takes no term from a candidate either: it could not tell anybody,
  // and would not hear the leader of a lower term that can take it back.
  if (state.recovering) return objection::forgetful;
  bool late = request.term < state.term;  // It is told the term that it missed.
  // Who is cut off or removed must not depose a leader that others hear, unless that leader asked
  // for it (thesis §4.2.3).
  return leader_alive() && !request.transfer && !late ? objection::leader_alive : objection::none;
}

/// No honest leader sends a gap, a term out of order, or what contradicts a committed entry. One of
/// an older term may not know what is committed: it is told the term that it missed.
objection raft_core::implementation::objection_to(const append_request& request) const {
  bool late = request.term < state.term;
  auto contradicts = [this, late](index_t i, term_t t) {
    // Committed entries never change: a leader of this term has them all (§5.4.3, figure 3).
    return !late && i >= log.base() && i <= commit && !log.matches(i, t);
  };
  if (contradicts(request.prev_index, request.prev_term)) return objection::contradiction;
  // Along a log the indexes rise by one and the terms never fall (§5.3).
  index_t index = request.prev_index;
  term_t term = request.prev_term;
  for (const entry& each : request.entries) {
    if (each.index != index + 1) return objection::gap;
    if (each.term < term) return objection::disorder;
    if (contradicts(each.index, each.term)) return objection::contradiction;
    if (!fits(each)) return objection::bad_payload;
    index = each.index;
    term = each.term;
  }
  // No leader has an entry of a later term than its own.
  return term > request.term ? objection::disorder : objection::none;
}

objection raft_core::implementation::objection_to(const snapshot_request& request) const {
  if (request.term < state.term) return objection::none;  // It is told so.
  if (!request.meta.index || !request.meta.term || request.meta.members.empty())
    return objection::bad_snapshot;
  return request.meta.term > request.term ? objection::disorder : objection::none;
}

std::string_view describe(objection why) {
  switch (why) {
    case objection::none:
      return "it is taken";
    case objection::sender:
      return "its sender can't be this node, nor none";
    case objection::no_term:
      return "there is no term 0";
    case objection::stranger:
      return "its sender is no member of the group";
    case objection::term_too_far:
      return "its term is too far ahead";
    case objection::index_too_far:
      return "it names an index that no log has";
    case objection::gap:
      return "its entries do not follow each other";
    case objection::disorder:
      return "the terms of its entries are out of order";
    case objection::contradiction:
      return "it contradicts an entry that is committed";
    case objection::bad_payload:
      return "one of its entries is malformed";
    case objection::bad_snapshot:
      return "the snapshot has no index, term or members";
    case objection::second_leader:
      return "its term has another leader";
    case objection::leader_alive:
      return "a leader is alive, so nobody is voted for";
    case objection::forgetful:
      return "this node lost its earlier votes and gives none";
  }
  return "unknown";
}

}  // namespace lithair::protocol
