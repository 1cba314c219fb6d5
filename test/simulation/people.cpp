#include <algorithm>

#include "protocol/print.hpp"
#include "test/simulation/world.hpp"

namespace lithair::simulation {

// -- clients -------------------------------------------------------------------------------------

void world::client() {
  if (healing_) return;
  schedule(what::client, random_.between(1, ms(settings_.client_every_ms) * 2));
  server& x = *servers_[random_.below(servers_.size())];
  if (!x.alive || x.paused_until > now_) return;
  catch_up(x);
  if (random_.percent(55)) {
    begin_write(x, random_.between(1, 4));
  } else {
    for (std::uint64_t n = random_.between(1, 3); n > 0; --n) begin_read(x);
  }
  after_input(x);
}

void world::begin_write(server& x, std::size_t count) {
  std::vector<proposal> proposals;
  std::vector<std::uint64_t> mine;
  for (; count > 0; --count) {
    client_operation& o = operations_.emplace_back();
    o = {operations_.size() - 1,
         true,
         random_.below(machine::keys),
         ++serial_,
         x.id,
         floor_,
         {},
         {}};
    proposals.push_back({{x.id, serial_}, payload{write_command(o.key, o.value)}});
    mine.push_back(o.id);
  }
  term_t under = x.core->current_term();
  refusal why = x.core->propose(proposals);
  for (std::size_t i = 0; i < mine.size(); ++i) {
    if (why == refusal::none) {
      x.writes[proposals[i].from.serial] = {mine[i], under};
    } else {
      finish(mine[i], client_operation::end::refused);
    }
  }
  if (tracing()) {
    note(&x, "asked to write serials up to " + std::to_string(serial_) + ": " +
                 std::string{to_string(why)});
  }
}

void world::begin_read(server& x) {
  client_operation& o = operations_.emplace_back();
  o = {operations_.size() - 1, false, random_.below(machine::keys), 0, x.id, floor_, {}, {}};
  x.reads[o.id + 1] = o.id;
  note(&x, "asked to read, token " + std::to_string(o.id + 1));
  x.core->read(read_token{o.id + 1});
}

void world::finish(std::uint64_t operation, client_operation::end outcome, index_t index,
                   std::uint64_t value) {
  client_operation& o = operations_[operation];
  o.outcome = outcome;
  o.index = index;
  if (!o.write) o.value = value;
  if (outcome == client_operation::end::done) {
    if (tracing()) {
      note(find(o.at), (o.write ? "wrote serial " : "read ") + std::to_string(o.value) + " at " +
                           std::to_string(index.value) + ", floor " +
                           std::to_string(o.floor.value));
    }
    ++(o.write ? report_.acknowledged : report_.reads);
    floor_ = std::max(floor_, index);
  }
  for (auto& p : properties_) p->on_end(o);
}

/// What was lost on the way to a leader is never answered, nor a read at a node that was removed:
/// clients wait for so long and no longer.
void world::give_up_on_the_old() {
  for (auto& x : servers_) {
    for (auto& [serial, w] : x->writes) finish(w.operation, client_operation::end::unknown);
    for (auto& [index, operation] : x->waiting) finish(operation, client_operation::end::unknown);
    x->writes.clear();
    x->waiting.clear();
  }
}

// -- the operator --------------------------------------------------------------------------------

/// Of those that believe they lead, any: old leaders are asked too.
server* world::some_leader() {
  std::vector<server*> leaders;
  for (auto& x : servers_) {
    if (x->alive && x->core->current_role() == role::leader) leaders.push_back(x.get());
  }
  return leaders.empty() ? nullptr : leaders[random_.below(leaders.size())];
}

void world::operate() {
  schedule(what::operate, ms(random_.between(1, settings_.operator_every_ms * 2)));
  server* leader = some_leader();
  if (leader == nullptr || leader->paused_until > now_) return;
  catch_up(*leader);
  expel_wiped(*leader);
  if (!healing_ && settings_.membership && random_.percent(60)) change_members(*leader);
  if (!healing_ && settings_.membership && random_.percent(25)) abort_change(*leader);
  if (!healing_ && settings_.transfers && random_.percent(30)) {
    node_id to = random_.percent(40) ? node_id{} : node_id{random_.below(servers_.size()) + 1};
    bool begun = leader->core->transfer(to);
    // The worst moment to hear nothing more is right after the order to campaign.
    if (begun && settings_.partitions && random_.percent(50)) deafen(leader->id);
    note(leader, "asked to hand over to " + std::to_string(to.value) + (begun ? "" : ": refused"));
  }
  after_input(*leader);
}

void world::change_members(server& leader) {
  // Whoever lost its state can't lead, so it must not come to decide alone.
  if (std::any_of(servers_.begin(), servers_.end(), [](const auto& x) { return x->stateless; }))
    return;
  std::vector<member> next = leader.core->members().members;
  for (std::uint64_t changes = random_.between(1, 3); changes > 0; --changes) {
    node_id id{random_.below(servers_.size()) + 1};
    auto found =
        std::find_if(next.begin(), next.end(), [id](const member& m) { return m.id == id; });
    if (found == next.end()) {
      next.push_back({id, false, ""});
    } else if (!found->voter) {
      found->voter = true;
    } else if (random_.percent(50)) {
      found->voter = false;
    } else if (next.size() > 1) {
      next.erase(found);
    }
  }
  for (auto& x : servers_) {
    // Someone who lost its disk comes back as a learner first, like any newcomer.
    auto found =
        std::find_if(next.begin(), next.end(), [&](const member& m) { return m.id == x->id; });
    if (x->wiped && found != next.end() && found->voter) return;
  }
  raft_core::change_refusal why = leader.core->reconfigure(next, random_.percent(30));
  if (tracing()) {
    note(&leader, "asked for members " + to_string(configuration{next, {}}) + ": " +
                      std::string{to_string(why)});
  }
  if (why != raft_core::change_refusal::none) return;
  ++report_.changes;
  if (random_.percent(15)) abort_change(leader);
}

/// The entry that began the change may be anywhere by now, also committed without the leader
/// knowing it.
void world::abort_change(server& leader) {
  raft_core::change_refusal why = leader.core->abort_change();
  report_.aborts += why == raft_core::change_refusal::none;
  note(&leader, "asked to give up the change of members: " + std::string{to_string(why)});
}

/// A voter that lost its disk is made a learner; once it knows that, it is like any other.
void world::expel_wiped(server& leader) {
  for (auto& x : servers_) {
    if (!x->wiped || !x->alive) continue;
    bool knows = !x->core->inspect().recovering;
    if (knows) {
      x->wiped = false;
      continue;
    }
    std::vector<member> next = leader.core->members().members;
    for (member& m : next) {
      if (m.id == x->id) m.voter = false;
    }
    raft_core::change_refusal why = leader.core->reconfigure(next);
    note(&leader, "asked to expel the wiped n" + std::to_string(x->id.value) + ": " +
                      std::string{to_string(why)});
  }
}

}  // namespace lithair::simulation
