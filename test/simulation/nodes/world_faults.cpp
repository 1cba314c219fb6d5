#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <utility>

#include "actors/peers/member_address.hpp"
#include "test/simulation/nodes/world.hpp"

// Trouble, an operator who changes members, and the end of both.
namespace lithair::simulation::nodes {

using namespace actors;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t healing_limit_us = 60'000'000;
// What was asked earlier says nothing about now.
constexpr std::uint64_t fresh_us = 1'000'000;

}  // namespace

void world::fault() {
  if (sky_.old_copies && random_.percent(25))
    return restore_old_copy(*machines_[seed_ % sky_.founders]);
  auto& x = *machines_[random_.below(machines_.size())];
  switch (random_.below(10)) {
    case 0:
    case 1:
      if (!sky_.crashes || !x.runs()) return;
      kill(x, random_.percent(20));
      return time_.after(random_.below(random_.percent(30) ? 3'000'000 : 300'000),
                         [this, &x] { come_back(x); });
    case 2:
      if (!sky_.crash_points || !x.runs()) return;
      x.crash_in = static_cast<int>(random_.below(30));
      note(fmt::format("node {} will die at its crash point {}", x.id(), x.crash_in));
      return time_.after(random_.between(300'000, 2'000'000), [this, &x] { come_back(x); });
    case 3: {
      if (!sky_.partitions) return;
      const auto from = 1 + random_.below(machines_.size()),
                 to = 1 + random_.below(machines_.size());
      note(fmt::format("cut {} -> {}", from, to));
      network_->cut(from, to);
      if (random_.percent(60)) network_->cut(to, from);
      return;
    }
    case 4:
      if (!sky_.partitions) return;
      return cut_off(x);
    case 5:
      note("all cuts are mended");
      network_->heal();
      return network_->break_random_link();
    case 6: {
      if (!sky_.pauses || !x.runs()) return;
      const auto for_us = random_.between(20'000, 1'500'000);
      note(fmt::format("node {} stands still for {} us", x.id(), for_us));
      x.paused = true;
      return time_.after(for_us, [&x] { x.paused = false; });
    }
    case 7:
      if (!sky_.slow_disks) return;
      if (random_.percent(50)) {
        x.disk_held_until = time_.now() + random_.between(50'000, 3'000'000);
        note(
            fmt::format("the disk of node {} hangs until {} ms", x.id(), x.disk_held_until / 1000));
        // What was asked of it is ready when others have gone on without it.
        if (sky_.partitions && random_.percent(50)) cut_off(x);
      } else {
        x.slow_us = random_.below(300'000);
        note(fmt::format("the disk of node {} is slow: {} us", x.id(), x.slow_us));
        time_.after(random_.below(2'000'000), [&x] { x.slow_us = 0; });
      }
      return;
    case 8:
      if (!sky_.full_disks) return;
      x.disk = random_.percent(50) ? disk_mood::full : disk_mood::filling;
      note(fmt::format("the disk of node {} is {}", x.id(),
                       x.disk == disk_mood::full ? "full" : "filling"));
      return time_.after(random_.between(50'000, 2'000'000), [&x] {
        if (x.disk != disk_mood::failing) x.disk = disk_mood::fine;
      });
    default:
      if (!sky_.failing_disks || !x.runs()) return;
      note(fmt::format("the disk of node {} fails", x.id()));
      x.disk = disk_mood::failing;
      return time_.after(random_.between(50'000, 500'000), [this, &x] {
        x.disk = disk_mood::fine;
        kill(x, false);
        come_back(x);
      });
  }
}

void world::cut_off(const machine& x) {
  note(fmt::format("node {} is cut off", x.id()));
  for (auto& each : machines_) {
    network_->cut(x.id(), each->id());
    network_->cut(each->id(), x.id());
  }
}

// Somebody keeps a copy of a directory; the next time it is put in the place of what is there. That
// is a disk which lost what it had acknowledged, and nobody can tell at first: so it is done while
// all others have everything, as no majority may rest on such a disk.
void world::restore_old_copy(machine& x) {
  if (!x.runs() || old_copy_used_) return;
  const auto copy = place_ / "copy";
  kill(x, false);
  if (!fs::exists(copy)) {
    note(fmt::format("the directory of node {} is copied", x.id()));
    fs::copy(x.directory(), copy, fs::copy_options::recursive);
  } else {
    old_copy_used_ = true;
    return replace_once_nobody_needs_it(x, time_.now());
  }
  // So that its peers have noticed.
  time_.after(random_.between(50'000, 300'000), [this, &x] { come_back(x); });
}

void world::replace_once_nobody_needs_it(machine& x, std::uint64_t killed_at) {
  if (!chaos_ || x.runs()) return;  // Somebody started it as it was.
  if (!all_ready(killed_at, &x)) {
    ask_all_how_they_are();
    return time_.after(200'000,
                       [this, &x, killed_at] { replace_once_nobody_needs_it(x, killed_at); });
  }
  note(fmt::format("the directory of node {} is replaced by its old copy", x.id()));
  fs::remove_all(x.directory());
  forget_local(x);
  fs::copy(place_ / "copy", x.directory(), fs::copy_options::recursive);
  time_.after(random_.between(50'000, 300'000), [this, &x] { come_back(x); });
}

// Somebody starts it again, as often as it takes.
void world::come_back(machine& x) {
  if (x.runs() || !report_.broken.empty() || !members_.contains(x.id())) return;
  if (!start(x)) time_.after(200'000, [this, &x] { come_back(x); });
}

// -- the operator --------------------------------------------------------------------------------

void world::change_member(change_members::action what, machine& of,
                          const std::function<void(std::uint16_t)>& then) {
  auto* at = running();
  if (at == nullptr) return;
  change_members x;
  x.token = next_token_++;
  x.what = what;
  x.node = of.id();
  x.host = "10.0.0.1";
  x.http_port = of.port;
  x.peer_port = static_cast<std::uint16_t>(of.port + 1000);
  note(fmt::format("operator: change {} of node {}, asked of node {}", static_cast<int>(what),
                   of.id(), at->id()));
  changing_ = true;
  time_.after(15'000'000, [this, token = x.token] {
    if (asked_changes_.erase(token) != 0) changing_ = false;
  });
  asked_changes_[x.token] = [this, then](std::uint16_t status) {
    changing_ = false;
    if (status == 200) ++report_.changes;
    if (then) then(status);
  };
  give(at->node().main().raft(), caf::make_message(std::move(x)),
       caf::actor_cast<caf::strong_actor_ptr>(desk_));
}

void world::operate() {
  if (!sky_.membership || changing_ || machines_.size() < 2) return;
  using action = change_members::action;
  auto& x = *machines_[random_.below(machines_.size())];
  const bool member = members_.contains(x.id());
  if (!member) {
    adding_.insert(x.id());
    return change_member(action::add, x, [this, &x](std::uint16_t status) {
      adding_.erase(x.id());
      if (status != 200 && status != 504) return;
      members_.insert(x.id());
      if (!x.runs()) start(x);
    });
  }
  if (random_.percent(30)) return change_member(action::transfer, x, nullptr);
  if (sky_.moves && members_.size() > 2 && random_.percent(40)) return move(x);
  if (members_.size() > 3 && random_.percent(60)) return wipe(x);
}

// The others are told first; then it comes back there.
void world::move(machine& x) {
  const auto port = static_cast<std::uint16_t>(x.port + 100);
  const auto before = std::exchange(x.port, port);
  change_member(change_members::action::move, x, [this, &x, port](std::uint16_t status) {
    if (status == 200 || status == 504) {
      kill(x, false);
      x.port = port;
      come_back(x);
    }
  });
  x.port = before;
}

// Removed; then its data directory goes, and one day it is added again.
void world::wipe(machine& x) {
  if (!sky_.wipes && is_founder(x)) return;
  change_member(change_members::action::remove, x, [this, &x](std::uint16_t status) {
    if (status != 200) return;
    members_.erase(x.id());
    // It may run on for a while, and knows by then that it was removed.
    for (std::uint64_t later = 20'000; later < 500'000; later *= 2)
      time_.after(later, [this, &x] {
        if (!x.runs() || members_.contains(x.id())) return;
        for (auto* model : {"items", "others"}) probe(x, model);
      });
    time_.after(random_.below(500'000), [this, &x] {
      if (members_.contains(x.id()) || adding_.contains(x.id())) return;
      kill(x, false);
      if (!sky_.wipes || random_.percent(30)) return;
      note(fmt::format("the directory of node {} is wiped", x.id()));
      fs::remove_all(x.directory());
      forget_local(x);
    });
  });
}

// -- healing -------------------------------------------------------------------------------------

void world::heal() {
  note("healing begins");
  chaos_ = false;
  network_->heal();
  for (auto& each : machines_) {
    each->paused = false;
    each->disk = disk_mood::fine;
    each->disk_held_until = each->slow_us = 0;
    each->crash_in = -1;
    if (members_.contains(each->id())) come_back(*each);
  }
  const auto began = time_.now();
  every(300, [this] { ask_all_how_they_are(); });
  run_until(began + healing_limit_us, [this] { return all_ready(time_.now() - fresh_us); });
  if (!report_.broken.empty()) return;
  if (!all_ready(time_.now() - fresh_us)) {
    std::string why;
    for (auto id : members_)
      for (std::uint64_t group : {1, 2})
        if (auto found = seen_ready_.find({id, group});
            found != seen_ready_.end() && !found->second.why_not.empty())
          why += fmt::format(" node {} group {}: {};", id, group, found->second.why_not);
    return fail("not all nodes are ready a minute after everything was mended:" + why);
  }
  report_.healed_ms = (time_.now() - began) / 1000;
  note("all are ready");
  asked_changes_.clear();  // The operator goes home, and acts upon no answer any more.
  // A disk that was full is looked at again now and then.
  if (sky_.full_disks) run_until(time_.now() + 1'000'000);
  // Whatever is asked now is answered.
  const auto from = operations_.size();
  run_until(time_.now() + 1'500'000);
  clients_ = false;
  const auto pending = [this] {
    return std::any_of(operations_.begin(), operations_.end(),
                       [](auto& x) { return x.outcome == operation::end::pending; });
  };
  run_until(time_.now() + 20'000'000, [&] { return !pending(); });
  if (pending()) return fail("a request is not answered although everything works");
  // Big values may be more than narrow lines take in the time that a request has; an old copy may
  // be found out only now, and is taken in again.
  if ((sky_.bytes_per_ms != 0 && sky_.big_kb != 0) || sky_.old_copies) return;
  for (auto i = from; i < operations_.size(); ++i)
    if (operations_[i].outcome == operation::end::unavailable &&
        members_.size() == machines_.size())
      return fail(fmt::format("operation {} was answered 503 although everything works",
                              operations_[i].id));
}

// The operator does not know what became of each change that was asked for; the leader does.
void world::learn_members(const protocol::configuration& now) {
  if (now.joint()) return;
  members_.clear();
  for (auto& x : now.members) {
    members_.insert(x.id.value);
    // One whose move was not heard to be done comes back where the others look for it.
    auto& there = *machines_.at(x.id.value - 1);
    const auto address = parse_member_address(x.address);
    if (!address || address->http_port == there.port) continue;
    // Not in the midst of the turn in which it tells so.
    time_.after(1, [this, &there, port = address->http_port] {
      if (there.port == port) return;
      note(fmt::format("operator: node {} is at port {} by now", there.id(), port));
      kill(there, false);
      there.port = port;
      come_back(there);
    });
  }
  for (auto& each : machines_)
    if (members_.contains(each->id()) && !each->runs())
      time_.after(1, [this, x = each.get()] { come_back(*x); });
}

void world::ask_all_how_they_are() {
  const auto from = caf::actor_cast<caf::strong_actor_ptr>(desk_);
  for (auto& each : machines_) {
    if (!each->runs() || !members_.contains(each->id())) continue;
    for (auto* group : each->node().all()) {
      const auto number = group->id().value;
      probes_[next_token_] = {each.get(), each->life(), number, time_.now()};
      give(group->raft(), caf::make_message(probe_ready{next_token_++, 0}), from);
      inspections_[next_token_] = {each.get(), each->life(), number, time_.now()};
      give(group->raft(), caf::make_message(inspect_node{next_token_++}), from);
    }
  }
}

// Each member but one, by what was asked since then.
bool world::all_ready(std::uint64_t since, const machine* but) const {
  for (auto& each : machines_) {
    if (!members_.contains(each->id()) || each.get() == but) continue;
    if (!each->runs()) return false;
    for (auto* group : each->node().all()) {
      auto found = seen_ready_.find({each->id(), group->id().value});
      if (found == seen_ready_.end() || !found->second.why_not.empty() ||
          found->second.asked < since)
        return false;
    }
  }
  return true;
}

}  // namespace lithair::simulation::nodes
