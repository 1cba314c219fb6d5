#include <algorithm>

#include "protocol/print.hpp"
#include "test/simulation/world.hpp"

namespace lithair::simulation {

void world::fault() {
  if (healing_) return;
  schedule(what::fault, ms(random_.between(1, settings_.fault_every_ms * 2)));
  server& x = *servers_[random_.below(servers_.size())];
  if (settings_.gone_percent != 0 && random_.percent(10)) {
    // A link is down and its peer is not: nothing is lost by that.
    server* leader = some_leader();
    if (leader != nullptr) tell_gone(*leader);
    if (leader != nullptr && settings_.partitions && random_.percent(50)) cut_off(leader->id);
  }
  switch (random_.below(9)) {
    case 0:
    case 1:
      if (settings_.crashes && x.alive) crash(x);
      return;
    case 2:
      if (settings_.crashes && random_.percent(15)) {
        note(nullptr, "power loss of all");
        for (auto& each : servers_) {
          if (each->alive) crash(*each);
        }
      }
      return;
    case 3:
    case 4:
      if (settings_.partitions) cut_randomly();
      return;
    case 5:
      if (settings_.pauses && x.alive) {
        x.paused_until = now_ + ms(random_.between(10, 800));
        note(&x, "paused until " + std::to_string(x.paused_until / 1000) + "ms");
      }
      return;
    case 6:
      if (settings_.strangers && x.alive) forge(x);
      return;
    case 7:
      if (settings_.state_losses && may_lose_state(x)) lose_state(x);
      return;
    default:
      if (settings_.wipes && may_wipe(x)) lose_disk(x);
      return;
  }
}

/// It is back soon, and those who know what it promised may be out of reach.
void world::lose_disk(server& x) {
  note(&x, "loses its disk");
  stop(x);
  x.store.wipe();
  x.wiped = true;
  for (auto& p : properties_) p->on_wipe(x);
  schedule(what::start, ms(random_.between(1, 150)), &x);
  server* leader = some_leader();
  if (leader != nullptr && settings_.partitions && random_.percent(60)) cut_off(leader->id);
}

/// What the log made is gone: it goes on voting and acknowledging, and asks the leader for a copy.
void world::lose_state(server& x) {
  note(&x, "loses its state");
  catch_up(x);
  x.stateless = true;
  for (auto& [serial, w] : x.writes) finish(w.operation, client_operation::end::unknown);
  x.writes.clear();
  x.core->state_lost();
  schedule(what::ask_state, ms(random_.between(1, 100)), &x);
  after_input(x);
}

/// One at a time, of a voter that others can lead beside.
bool world::may_lose_state(const server& x) const {
  if (!x.alive || x.saving || x.installing || !x.state.applied) return false;
  for (const auto& each : servers_) {
    if (each->wiped || each->stateless || !each->alive || each->core->members().joint())
      return false;
    auto& all = each->core->members().members;
    if (std::count_if(all.begin(), all.end(), [](const member& m) { return m.voter; }) < 3)
      return false;
  }
  return true;
}

/// Some of the others find that its link is down and nobody answers, each when it does.
void world::tell_gone(const server& gone) {
  note(&gone, "is told to be gone");
  for (auto& other : servers_) {
    if (other->id == gone.id || !other->alive) continue;
    schedule(what::gone, random_.below(ms(2 * settings_.delay_ms)), other.get(), gone.id.value);
  }
}

void world::crash(server& x) {
  ++report_.crashes;
  note(&x, "crashes");
  x.store.crash(random_);
  stop(x);
  tell_gone(x);
  schedule(what::start, ms(random_.between(1, 1500)), &x);
}

/// From all others; those cut off before are back.
void world::cut_off(node_id id) {
  if (healing_) return;
  cut_.clear();
  for (auto& other : servers_) {
    if (other->id == id) continue;
    cut_.insert({id, other->id});
    cut_.insert({other->id, id});
  }
  note(find(id), "cut off");
}

/// It is heard and hears nobody.
void world::deafen(node_id id) {
  cut_.clear();
  for (auto& other : servers_) {
    if (other->id != id) cut_.insert({other->id, id});
  }
  note(find(id), "deaf");
}

void world::cut_randomly() {
  cut_.clear();
  std::uint64_t kind = random_.below(6);
  if (kind == 5) {
    server* leader = some_leader();
    if (leader != nullptr) cut_off(leader->id);
    return;
  }
  if (kind == 0) return note(nullptr, "network whole");
  std::uint64_t side = random_.next();
  std::uint64_t from = random_.below(servers_.size()) + 1;
  for (std::uint64_t a = 1; a <= servers_.size(); ++a) {
    for (std::uint64_t b = 1; b <= servers_.size(); ++b) {
      bool split = ((side >> a) & 1) != ((side >> b) & 1);
      bool cut = kind == 1   ? split
                 : kind == 2 ? a == from || b == from
                 : kind == 3 ? a == from  // heard by nobody
                             : random_.percent(25);
      if (a != b && cut) cut_.insert({node_id{a}, node_id{b}});
    }
  }
  if (tracing()) {
    std::string text = "cut";
    for (auto [a, b] : cut_) text += " " + std::to_string(a.value) + ">" + std::to_string(b.value);
    note(nullptr, text);
  }
}

/// What no member would ever say, or says it from outside, must change nothing.
void world::forge(server& x) {
  catch_up(x);
  settle(x);
  status before = x.core->inspect();
  term_t term{random_.percent(50) ? UINT64_MAX - random_.below(3) : std::uint64_t{1} << 62 | 1};
  node_id from = random_.percent(50) ? node_id{99} : node_id{random_.below(servers_.size()) + 1};
  if (from == x.id) return;
  message all[] = {vote_request{term, index_t{1000000}, term, false, true},
                   append_request{term, {}, {}, index_t{1000000}, 1, {}},
                   append_response{term, true, index_t{1000000}, {}, {}, {}, 1},
                   heartbeat{term, index_t{1000000}, 1},
                   timeout_now{term},
                   read_response{term, 1, index_t{1000000}, false}};
  x.core->step(from, all[random_.below(std::size(all))]);
  status after = x.core->inspect();
  demand(before.term == after.term && before.commit == after.commit &&
             before.last_index == after.last_index && before.leader == after.leader,
         "an impossible message changed something");
  after_input(x);
}

/// One disk at a time, of a voter that the others can do without; or of one that does not matter.
bool world::may_wipe(const server& x) const {
  for (const auto& each : servers_) {
    if (each->wiped || each->stateless || !each->alive) return false;
    const configuration& members = each->core->members();
    bool founded = each->store.log().last() || each->id.value > settings_.founders;
    // Also one that was given up: the node that knows may lose what its disk does not have yet.
    for (index_t i = each->core->commit_index() + 1; i <= each->shadow.last(); ++i) {
      const entry* e = each->shadow.find(i);
      if (e != nullptr && e->kind == entry_kind::configuration) return false;
    }
    if (members.joint() || !founded) return false;
    auto voters = std::count_if(members.members.begin(), members.members.end(),
                                [](const member& m) { return m.voter; });
    if (members.is_voter(x.id) && voters < 3) return false;
  }
  return x.state.applied > index_t{} || x.id.value <= settings_.founders;
}

void world::heal() {
  healing_ = true;
  note(nullptr, "healing");
  cut_.clear();
  for (auto& x : servers_) {
    x->paused_until = 0;
    x->tick_us = 10000;
    if (!x->alive) start(*x);
    after_input(*x, true);
  }
}

/// One leader, no change under way, and every member has applied its whole log.
bool world::healthy() {
  if (now_ < ms(settings_.chaos_ms) + 1000 * 1000) return false;
  server* leader = some_leader();
  if (leader == nullptr || !leader->core->ready()) return false;
  const configuration& members = leader->core->members();
  if (members.joint() || leader->core->commit_index() != leader->core->last_index()) return false;
  return std::all_of(servers_.begin(), servers_.end(), [&](const auto& x) {
    if (!members.contains(x->id)) return true;
    return x->alive && x->core->current_term() == leader->core->current_term() &&
           x->state.applied == leader->core->last_index() && !x->wiped;
  });
}

bool world::settled() {
  return std::none_of(operations_.begin(), operations_.end(), [](const client_operation& x) {
    return x.outcome == client_operation::end::open;
  });
}

}  // namespace lithair::simulation
