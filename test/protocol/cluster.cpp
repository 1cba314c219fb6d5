#include "test/protocol/cluster.hpp"

#include <algorithm>
#include <stdexcept>

namespace lithair::test {

const entry* node::find(index_t index) const {
  if (index <= base || index > base + log.size()) return nullptr;
  return &log[index - base - 1];
}

std::vector<std::string> node::applied_commands() const {
  std::vector<std::string> result;
  for (const entry& x : applied) {
    if (x.kind == entry_kind::command) result.emplace_back(x.data.view());
  }
  return result;
}

options cluster::quick_options() {
  options x;
  x.election_min_ticks = 10;
  x.election_max_ticks = 20;
  x.heartbeat_ticks = 2;
  x.max_promotion_lag = 5;
  return x;
}

cluster::cluster(std::size_t n, options opts) {
  for (std::uint64_t id = 1; id <= n; ++id) add(id, opts);
}

node& cluster::add(std::uint64_t id, options opts) {
  node& x = nodes_[node_id{id}];
  x.id = node_id{id};
  x.opts = opts;
  start(x);
  return x;
}

void cluster::start(node& x) {
  restored_state restored;
  restored.state = x.state;
  restored.snapshot_index = x.base;
  restored.snapshot_term = x.base_term;
  restored.snapshot_members = x.base_members;
  restored.last_index = x.base + x.log.size();
  restored.applied = std::max(x.checkpoint, x.base);
  for (const entry& e : x.log) {
    if (restored.terms.empty() || restored.terms.back().term != e.term) {
      restored.terms.push_back({e.term, e.index});
    }
    restored.last_time_us = std::max(restored.last_time_us, e.time_us);
    if (e.kind == entry_kind::configuration) restored.configurations.push_back(e);
  }
  x.applied.clear();
  x.writes.clear();
  x.commit = restored.applied;
  auto jitter = [id = x.id](std::uint32_t bound) {
    return static_cast<std::uint32_t>((id.value - 1) % bound);
  };
  x.core = std::make_unique<raft_core>(x.id, group_id{1}, x.opts, restored, jitter);
}

void cluster::restart(std::uint64_t id) {
  std::erase_if(network, [id](const packet& p) { return p.from.value == id || p.to.value == id; });
  start((*this)[id]);
}

cluster cluster::behind_the_cache() {
  options opts = quick_options();
  opts.max_cached_bytes = 0;
  cluster c{3, opts};
  c.found();
  c.isolate(3);
  for (int i = 0; i < 5; ++i) {
    c.propose(1, "x");
    c.deliver();
  }
  c.heal();
  return c;
}

configuration cluster::members(std::vector<std::uint64_t> voters,
                               std::vector<std::uint64_t> learners) {
  std::vector<member> all;
  for (std::uint64_t id : voters) all.push_back({node_id{id}, true, ""});
  for (std::uint64_t id : learners) all.push_back({node_id{id}, false, ""});
  return {*normalized(all), {}};
}

void cluster::found() {
  std::vector<std::uint64_t> ids;
  for (auto& [id, x] : nodes_) ids.push_back(id.value);
  if (!core(1).bootstrap(members(ids))) throw std::logic_error("bootstrap was refused");
  deliver();
  if (core(1).current_role() != role::leader) throw std::logic_error("node 1 does not lead");
}

void cluster::tick(std::uint64_t id, std::uint32_t times) {
  for (; times > 0; --times) core(id).tick();
}

void cluster::tick_all(std::uint32_t times) {
  for (; times > 0; --times) {
    for (auto& [id, x] : nodes_) x.core->tick();
    deliver();
  }
}

bool cluster::run_until(const std::function<bool()>& done, std::uint32_t limit) {
  for (std::uint32_t i = 0; i < limit && !done(); ++i) tick_all();
  return done();
}

void cluster::settle(node& x) {
  while (x.core->has_output()) perform(x, x.core->take_output());
}

void cluster::describe(const node& x, const output& out) {
  std::string who = "n" + std::to_string(x.id.value);
  if (out.role) {
    std::string text = who + ": " + std::string{to_string(out.role->now)} + " in term " +
                       std::to_string(out.role->term.value);
    bool led = out.role->leader && out.role->leader != x.id;
    tell(text + (led ? ", led by n" + std::to_string(out.role->leader.value) : ""));
  }
  if (out.members) tell(who + ": members are " + to_string(*out.members));
  if (out.write && out.write->truncate_from) {
    tell(who + ": removes entries from " + std::to_string(out.write->truncate_from->value));
  }
  for (const read_ready& r : out.reads) {
    std::string token = who + ": read " + std::to_string(r.token.value);
    tell(r.index ? token + " may see " + std::to_string(r.index.value)
                 : token + " refused, " + std::string{to_string(r.why)});
  }
  for (const proposal_refused& r : out.refused) {
    for (std::uint64_t serial : r.serials) {
      tell(who + ": proposal " + std::to_string(serial) + " refused, " +
           std::string{to_string(r.why)});
    }
  }
  for (const snapshot_want& w : out.snapshots_wanted) {
    tell(who + ": wants to send a snapshot to n" + std::to_string(w.peer.value));
  }
  if (out.snapshot_chunk) tell(who + ": stores a chunk");
}

void cluster::perform(node& x, output out) {
  describe(x, out);
  if (out.write && x.slow_disk) {
    x.writes.push_back(*out.write);
  } else if (out.write) {
    store(x, *out.write);
    x.core->written(out.write->token);
  }
  for (envelope& e : out.messages) {
    packet p{x.id, e.to, std::move(e.content)};
    sent.push_back(p);
    network.push_back(std::move(p));
  }
  if (out.commit) {
    for (index_t i = x.commit + 1; i <= *out.commit; ++i) {
      // What is committed may not be on this node's own disk yet; then it is in memory.
      std::vector<entry> cached = x.core->cached(i, i);
      x.applied.push_back(cached.empty() ? *x.find(i) : cached.front());
      tell("n" + std::to_string(x.id.value) + ": applies " + to_string(x.applied.back()));
    }
    x.commit = *out.commit;
    x.core->applied(x.commit);
  }
  for (entry_fetch& f : out.fetches) {
    if (x.hold_fetches) {
      x.fetches.push_back(f);
      continue;
    }
    std::vector<entry> found;
    for (index_t i = f.first; i <= f.last && x.find(i) != nullptr; ++i) found.push_back(*x.find(i));
    x.core->fetched(f, found);
  }
  std::move(out.reads.begin(), out.reads.end(), std::back_inserter(x.reads));
  std::move(out.refused.begin(), out.refused.end(), std::back_inserter(x.refused));
  if (out.role) x.roles.push_back(*out.role);
  for (const snapshot_want& w : out.snapshots_wanted) x.snapshots_wanted.push_back(w);
  if (out.snapshot_chunk) x.chunks.push_back(*std::move(out.snapshot_chunk));
}

void cluster::store(node& x, const log_write& write) {
  if (write.state) x.state = *write.state;
  if (write.truncate_from) x.log.resize(*write.truncate_from - x.base - 1);
  for (const entry& e : write.entries) {
    if (e.index != x.base + x.log.size() + 1) throw std::logic_error("the write leaves a gap");
    x.log.push_back(e);
  }
}

void cluster::complete_write(std::uint64_t id) {
  node& x = (*this)[id];
  if (x.writes.empty()) throw std::logic_error("no write is under way");
  store(x, x.writes.front());
  x.core->written(x.writes.front().token);
  x.writes.pop_front();
}

void cluster::deliver(packet p) {
  bool passes = !cut_.contains({p.from, p.to}) && keep(p) && nodes_.contains(p.to);
  tell("n" + std::to_string(p.from.value) + " > n" + std::to_string(p.to.value) + " " +
       to_string(p.content) + (passes ? "" : " (lost)"));
  if (passes) nodes_.at(p.to).core->step(p.from, std::move(p.content));
}

void cluster::deliver() {
  for (int turns = 0; turns < 10000; ++turns) {
    for (auto& [id, x] : nodes_) settle(x);
    if (network.empty()) return;
    packet p = std::move(network.front());
    network.erase(network.begin());
    deliver(std::move(p));
  }
  throw std::logic_error("messages without end");
}

void cluster::propose(std::uint64_t id, const std::string& text) {
  refusal why = core(id).propose({{{node_id{id}, ++serial_}, payload{text}}});
  if (why != refusal::none) throw std::logic_error("the proposal was refused");
}

void cluster::inject(std::uint64_t from, std::uint64_t to, message content) {
  core(to).step(node_id{from}, std::move(content));
  settle((*this)[to]);
}

void cluster::isolate(std::uint64_t id) {
  for (auto& [other, x] : nodes_) {
    if (other.value == id) continue;
    cut(id, other.value);
    cut(other.value, id);
  }
}

entry command(std::uint64_t index, std::uint64_t term, const std::string& data) {
  return {index_t{index}, term_t{term}, entry_kind::command, {}, payload{data}};
}

}  // namespace lithair::test
