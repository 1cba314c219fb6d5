#include "test/simulation/world.hpp"

#include <algorithm>

namespace lithair::simulation {

namespace {

constexpr std::uint64_t give_up_healing_ms = 30000;

template <class Event>
bool later(const Event& a, const Event& b) {
  return std::pair{a.time, a.order} > std::pair{b.time, b.order};
}

}  // namespace

world::world(std::uint64_t seed, tracer trace)
    : seed_(seed), random_(seed), settings_(settings::draw(random_)), trace_(std::move(trace)) {
  report_.seed = seed;
  for (std::uint64_t i = 1; i <= settings_.nodes; ++i) {
    auto x = std::make_unique<server>();
    x->id = node_id{i};
    x->options = settings_.options;
    std::uint64_t spread = settings_.clock_spread_percent * 100;
    x->tick_us = 10000 - spread / 2 + random_.below(spread + 1);
    servers_.push_back(std::move(x));
  }
  properties_ = all_properties(servers_, ledger_);
}

world::~world() = default;

report world::run() {
  note(nullptr, "seed " + std::to_string(seed_) + ": " + to_string(settings_));
  for (auto& x : servers_) start(*x);
  schedule(what::fault, ms(settings_.fault_every_ms));
  schedule(what::client, ms(settings_.client_every_ms));
  schedule(what::operate, ms(settings_.operator_every_ms));
  run_until(ms(settings_.chaos_ms), [] { return false; });
  heal();
  run_until(now_ + ms(give_up_healing_ms), [this] { return healthy(); });
  demand(healthy(), "the healed cluster does not come to rest with one leader and equal logs");
  give_up_on_the_old();
  for (auto& x : servers_) {
    if (!x->alive || !some_leader()->core->members().contains(x->id)) continue;
    catch_up(*x);
    begin_write(*x, 1);
    begin_read(*x);
    after_input(*x, true);
  }
  run_until(now_ + ms(give_up_healing_ms), [this] { return settled() && healthy(); });
  demand(settled(), "the healed cluster does not answer");
  demand(healthy(), "the healed cluster does not come to rest after its last writes");
  std::vector<const server*> members;
  for (auto& x : servers_) {
    if (some_leader()->core->members().contains(x->id)) members.push_back(x.get());
  }
  each_property([&members](property& p) { p.on_healed(members); });
  report_.committed = some_leader()->core->commit_index().value;
  return report_;
}

void world::note(const server* x, const std::string& text) {
  if (!trace_) return;
  std::string time = std::to_string(now_ / 1000) + "." + std::to_string(now_ % 1000 / 100);
  trace_(time + "ms " + (x == nullptr ? "     " : "n" + std::to_string(x->id.value) + ": ") + text);
}

server* world::find(node_id id) {
  return id.value >= 1 && id.value <= servers_.size() ? servers_[id.value - 1].get() : nullptr;
}

void world::each_property(const std::function<void(property&)>& f) {
  for (auto& p : properties_) f(*p);
}

void world::schedule(what kind, std::uint64_t after_us, server* x, std::uint64_t argument) {
  auto position = x == nullptr ? 0u : static_cast<std::uint32_t>(x->id.value - 1);
  events_.push_back(
      {now_ + after_us, ++order_, kind, position, x == nullptr ? 0 : x->life, argument});
  std::push_heap(events_.begin(), events_.end(), later<event>);
}

bool world::next(event& x) {
  if (events_.empty()) return false;
  std::pop_heap(events_.begin(), events_.end(), later<event>);
  x = events_.back();
  events_.pop_back();
  return true;
}

void world::run_until(std::uint64_t time, const std::function<bool()>& done) {
  event x{};
  for (std::uint64_t handled = 0; !events_.empty() && events_.front().time <= time; ++handled) {
    if (handled % 64 == 0 && done()) return;
    next(x);
    now_ = x.time;
    handle(x);
  }
  now_ = std::max(now_, time);
}

void world::handle(const event& x) {
  ++report_.events;
  report_.fingerprint = mix(mix(report_.fingerprint, x.time), static_cast<std::uint64_t>(x.kind));
  switch (x.kind) {
    case what::fault:
      return fault();
    case what::client:
      return client();
    case what::operate:
      return operate();
    default:
      break;
  }
  server& to = *servers_[x.server];
  if (x.kind == what::deliver) {
    packet p = std::move(packets_[x.argument]);
    free_packets_.push_back(x.argument);
    if (to.paused_until > now_) {
      packets_[x.argument] = std::move(p);
      free_packets_.pop_back();
      return schedule(what::deliver, to.paused_until - now_, &to, x.argument);
    }
    if (to.alive) deliver(to, std::move(p));
  } else if (x.life == to.life) {
    if (to.paused_until > now_) return schedule(x.kind, to.paused_until - now_, &to, x.argument);
    handle(to, x);
  }
  if (to.alive) {
    report_.fingerprint = mix(report_.fingerprint, to.core->current_term().value);
    report_.fingerprint = mix(report_.fingerprint, to.core->last_index().value);
    report_.fingerprint = mix(report_.fingerprint, to.core->commit_index().value);
  }
}

void world::handle(server& x, const event& e) {
  if (x.alive) catch_up(x);
  switch (e.kind) {
    case what::start:
      return start(x);
    case what::tick:
      return after_input(x);
    case what::settle:
      return settle(x);
    case what::log_told:
      x.core->written(write_token{e.argument});
      return after_input(x);
    case what::log_done:
      return log_done(x);
    case what::state_done:
      return state_done(x);
    case what::hunt:
      return cut_off(x.id);
    case what::gone:
      x.core->unreachable(node_id{e.argument});
      if (random_.percent(settings_.gone_percent)) x.core->gone(node_id{e.argument});
      return after_input(x);
    case what::apply:
      return apply(x);
    case what::checkpoint:
      return checkpoint(x);
    case what::ask_state:
      return ask_state(x);
    case what::snapshot_timer:
      return snapshot_timer(x, node_id{e.argument});
    case what::fetched: {
      const entry_fetch& fetch = fetches_[e.argument];
      std::vector<entry> found;
      std::uint64_t bytes = 0;
      for (index_t i = fetch.first; i <= fetch.last && bytes < fetch.max_bytes; ++i) {
        const entry* each = x.store.log().find(i);
        if (each == nullptr) break;
        bytes += footprint(*each);
        found.push_back(*each);
      }
      x.core->fetched(fetch, std::move(found));
      return after_input(x);
    }
    default:
      return;
  }
}

report simulate(std::uint64_t seed, world::tracer trace) {
  report failed;
  try {
    world x{seed, std::move(trace)};
    try {
      return x.run();
    } catch (const std::exception& e) {
      failed.broken = e.what();
    }
  } catch (const std::exception& e) {
    failed.broken = e.what();
  }
  failed.seed = seed;
  return failed;
}

}  // namespace lithair::simulation
