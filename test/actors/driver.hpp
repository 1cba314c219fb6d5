#pragma once

#include <limits>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>

#include "actors/peers/shipper.hpp"
#include "actors/raft/raft_actor.hpp"
#include "actors/state/aggregate.hpp"
#include "persistence/memory_log_store.hpp"
#include "test/actors/stand_in.hpp"

namespace lithair::actors {

using protocol::index_t;
using protocol::node_id;
using protocol::term_t;

/// One raft actor among stand-ins: peers, disks and the state do what the test says, and nothing
/// else.
///
/// Node 1 of three. Its peers grant every vote and take every entry, unless they are silent; its
/// log disk writes at once, unless it hangs; its state applies at once, unless it is held up.
struct driver {
  /// Of the main group; with `all` of another one, which follows it. With `lonely` it has no peers.
  explicit driver(std::shared_ptr<node_groups> all = nullptr, bool lonely = false)
      : system(config.set("scheduler.policy", caf::atom("testing"))),
        groups(std::move(all)),
        alone(lonely) {
    neighbour = system.spawn([this](caf::event_based_actor* self) { return behaviour(self); });
    start();
    become_leader();
  }
  ~driver() {
    for (auto* each : {&raft, &neighbour}) {
      caf::anon_send_exit(*each, caf::exit_reason::kill);
      *each = nullptr;
    }
    run();
  }
  void start() {
    raft_setup setup;
    setup.group = protocol::group_id{1};
    setup.config.self = address(1);
    setup.config.init = true;
    if (!alone) setup.config.peers = {address(2), address(3)};
    setup.chance = [](std::uint32_t) { return 0u; };
    setup.cluster = [] { return std::uint64_t{7}; };
    setup.log = &disk;
    setup.restored = disk.restore(setup.group);
    setup.groups = groups;
    setup.is_main = !groups;
    setup.members_committed = [this](index_t, const protocol::configuration&) { return unmet; };
    const test::stand_in all{neighbour};
    setup.writer = all;
    setup.aggregate = all;
    setup.checkpointer = all;
    setup.config.log_margin = 0;
    setup.now_ms = [this] { return now_ms; };
    setup.wake_after = [this](std::uint32_t ticks, const taking<ticked>&) { sleeps_for = ticks; };
    setup.set_aside = [] {
      return std::vector<set_aside_part>{{"state/1/3", "a checksum is wrong", 4096}};
    };
    setup.end_shipper = [](node_id, const shipper_handle& x) {
      caf::anon_send_exit(x, caf::exit_reason::kill);
    };
    setup.make_shipper = [this](const peer_address& peer) {
      ways.push_back(peer);
      return test::stand_in{system.spawn(
          [this, to = peer.id](caf::event_based_actor*) { return peer_behaviour(to); })};
    };
    raft = system.spawn<raft_actor>(nullptr, std::move(setup));
    run();
    if (alone) return;
    for (std::uint64_t peer : {2, 3}) tell(link_changed{node_id{peer}, true});
  }
  // Its log is there again, and nothing is applied.
  void restart() {
    caf::anon_send_exit(raft, caf::exit_reason::kill);
    run();
    start();
  }

  static peer_address address(std::uint64_t node) {
    return {node_id{node}, "127.0.0.1", static_cast<std::uint16_t>(8000 + node),
            static_cast<std::uint16_t>(9000 + node)};
  }

  caf::behavior behaviour(caf::event_based_actor* self) {
    return {
        [this, self](const write_log& x) {
          unwritten.push_back(x);
          if (!log_hangs) write(self);
        },
        [this](const cut_log& x) { cuts.push_back(x); },
        [this, self](const apply_entries& x) {
          for (auto& each : x.entries) given_terms[each.index] = each.term;
          given = x.entries.back().index;
          given_term = x.entries.back().term;
          if (!applying_held) self->send(raft, applied{given, given_term, {}, {}});
        },
        [this](const run_queries& x) {
          queries.insert(queries.end(), x.queries.begin(), x.queries.end());
        },
        [this](const checkpoint& x) { checkpoints.push_back(x); },
        [this](const checkpointed& x) { checkpoint_answers.push_back(x); },
        [this](checkpoint_now) { ++checkpoints_wanted; },
        [this](const make_snapshot& x) { snapshots_wanted.push_back(x); },
        [this](const readiness& x) { readies.push_back(x); },
        [this](const probe_ready& x) { main_probes.push_back(x.token); },
        [this](const node_status& x) { status = x; },
        [this](const members_changed& x) { changed.push_back(x); },
        [this](const submitted& x) { written_answers.push_back(x); },
        [this](const answered& x) { read_answers.push_back(x); },
        [](const keep_chunk&) {},
        [this](const membership_lost& x) { memberships_lost.push_back(x.reason); },
        [](const compare_at&) {},
        [](const condemn_state&) {},
        [](const state_damaged&) {},
    };
  }

  caf::behavior peer_behaviour(node_id who) {
    return {
        [this, who](const serve_raft& x) {
          if (x.raft)
            serving.insert(who);
          else
            serving.erase(who);
        },
        [this, who](const ship& x) {
          if (silent.contains(who)) return;
          for (auto& each : x.messages) std::visit([&](auto& m) { hear(who, m); }, each);
        },
        [this](const fetch& x) {
          tell(fetched{x.what, disk.read(protocol::group_id{1}, x.what.first, x.what.last,
                                         x.what.max_bytes)});
        },
        [this, who](const send_snapshot& x) { sent_snapshots.emplace_back(who, x); },
        [](const control_arrived&) {},
    };
  }
  void say(node_id who, protocol::message x) {
    caf::anon_send(raft, peer_step{who, {std::move(x)}});
  }
  void hear(node_id who, const protocol::vote_request& x) {
    say(who, protocol::vote_response{x.term, true, x.pre});
  }
  void hear(node_id who, const protocol::append_request& x) {
    if (x.prev_index > match[who])
      return say(who, protocol::append_response{
                          x.term, false, {}, x.prev_index, match[who], given_term, x.round});
    match[who] = std::max(match[who], x.prev_index + x.entries.size());
    say(who, protocol::append_response{x.term, true, match[who], {}, {}, {}, x.round});
  }
  void hear(node_id who, const protocol::heartbeat& x) {
    if (x.round != 0) say(who, protocol::heartbeat_response{x.term, x.round, match[who]});
  }
  void hear(node_id, const protocol::snapshot_response& x) { said.push_back(x); }
  template <class Message>
  void hear(node_id, const Message&) {}

  void write(caf::event_based_actor* self) {
    for (auto& each : std::exchange(unwritten, {})) {
      const persistence::group_write one{each.group, each.write};
      disk.write(std::span(&one, 1));
      self->send(raft, written{each.write.token});
    }
  }
  void log_disk_goes_on() {
    log_hangs = false;
    for (auto& each : std::exchange(unwritten, {})) tell(each, neighbour);
    run();
  }

  template <class Message>
  void tell(Message x) {
    tell(std::move(x), raft);
  }
  template <class Message>
  void tell(Message x, const caf::actor& to) {
    to->enqueue(caf::actor_cast<caf::strong_actor_ptr>(neighbour), caf::make_message_id(),
                caf::make_message(std::move(x)), nullptr);
  }
  void run() { dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler()).run(); }
  void tick(std::size_t count = 1) {
    for (; count > 0; --count) {
      now_ms += 10;
      caf::anon_send(raft, ticked{1});
      run();
    }
  }
  const node_status& look() {
    tell(inspect_node{});
    run();
    return status;
  }
  void become_leader() {
    for (int i = 0; i < 500; ++i) {
      tick();
      look();
      if (status.raft.now == protocol::role::leader && status.raft.commit == status.raft.last_index)
        return;
    }
    BOOST_FAIL("it does not lead");
  }
  // An operator says that this member is at another address.
  void move(std::uint64_t node) {
    change_members x;
    x.what = change_members::action::move;
    x.node = node;
    x.host = "10.0.0." + std::to_string(node);
    x.http_port = static_cast<std::uint16_t>(8000 + node);
    x.peer_port = static_cast<std::uint16_t>(9000 + node);
    tell(x);
  }
  void submit_one() {
    tell(submit{++token, "a command"});
    run();
  }
  // A checkpoint as of everything that was given to the state.
  checkpoint saved() const { return {nullptr, {given, given_term, {}, {}}, {}}; }
  void checkpoint_is_done(index_t index) {
    tell(checkpointed{index, {}});
    run();
  }
  // Peer 3 was away, the log is purged, and it comes back: it wants a snapshot.
  void let_peer_lack_entries() {
    silent.insert(node_id{3});
    tell(link_changed{node_id{3}, false});
    for (int i = 0; i < 10; ++i) submit_one();
    checkpoint_is_done(given);
    BOOST_REQUIRE(!cuts.empty());
    disk.purge(protocol::group_id{1},
               *disk.point_at(protocol::group_id{1}, cuts.back().point.index));
    tell(log_cut{cuts.back().point, false});
    cuts.clear();
    run();
    silent.clear();
    tell(link_changed{node_id{3}, true});
    tick(100);
  }
  snapshot_made made(index_t index) const {
    snapshot_made x;
    x.meta.index = index;
    x.meta.term = given_term;
    x.meta.size = 1000;
    x.path = "a file";
    return x;
  }

  caf::actor_system_config config;
  caf::actor_system system;
  persistence::memory_log_store disk;
  std::shared_ptr<node_groups> groups;
  bool alone = false;            // has no peers
  std::uint32_t sleeps_for = 0;  // ticks, as of its last turn
  caf::actor neighbour, raft;
  std::uint64_t now_ms = 1;
  std::uint64_t token = 0;
  bool log_hangs = false;
  bool applying_held = false;
  std::vector<peer_address> ways;  // those that shippers were made for
  std::vector<node_id> unmet;      // whose directory the registry does not know
  std::set<node_id> silent, serving;
  std::map<node_id, index_t> match;
  index_t given;
  term_t given_term;
  std::map<index_t, term_t> given_terms;
  std::vector<write_log> unwritten;
  std::vector<cut_log> cuts;
  std::vector<run_query> queries;
  std::vector<checkpoint> checkpoints;
  std::vector<checkpointed> checkpoint_answers;
  int checkpoints_wanted = 0;
  std::vector<make_snapshot> snapshots_wanted;
  std::vector<readiness> readies;
  std::vector<std::uint64_t> main_probes;  // of the main group, by one that follows it
  std::vector<members_changed> changed;
  std::vector<answered> read_answers;
  std::vector<std::string> memberships_lost;
  std::vector<submitted> written_answers;
  std::vector<std::pair<node_id, send_snapshot>> sent_snapshots;
  std::vector<protocol::snapshot_response> said;
  node_status status;
};

struct lagging_peer : driver {
  lagging_peer() { let_peer_lack_entries(); }
};

}  // namespace lithair::actors
