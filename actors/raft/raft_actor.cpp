#include "actors/raft/raft_actor.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

#include <spdlog/spdlog.h>
#include <caf/send.hpp>

#include "actors/mutants.hpp"
#include "actors/peers/shipper.hpp"
#include "persistence/log_store.hpp"

namespace lithair::actors {

using namespace protocol;

namespace {

// One batch of proposals, in bytes.
constexpr std::uint64_t max_proposal_bytes = 1 << 20;
// While requests wait, their time is looked at this often.
constexpr std::uint32_t request_check_ticks = 5;
// How often the log is looked at without a checkpoint.
constexpr std::uint64_t purge_again_ms = 1000;

member founder(const peer_address& where) {
  return {where.id, true, to_text({where.host, where.http_port, where.peer_port, false})};
}

void log_members(const std::string& label, const configuration& members) {
  std::vector<std::string> names;
  names.reserve(members.members.size());
  for (auto& m : members.members)
    names.push_back(fmt::format("{}{}", m.id.value, m.voter ? "" : " (learner)"));
  spdlog::info("{}members are now {}{}", label, fmt::join(names, ", "),
               members.joint() ? ", in joint consensus with the old ones" : "");
}

}  // namespace

raft_actor::raft_actor(caf::actor_config& cfg, loop* home, raft_setup setup)
    : hosted_actor(cfg, home),
      setup_(std::move(setup)),
      core_(setup_.config.self.id, setup_.group, setup_.config.raft, setup_.restored,
            setup_.chance),
      submissions_(setup_.config.self.id, setup_.run),
      other_groups_(
          setup_.is_main ? setup_.groups : nullptr, setup_.config.self.id,
          [this](const raft_handle& raft, const probe_ready& question) { send(raft, question); }),
      changes_(core_,
               {[this](const caf::strong_actor_ptr& asker, members_changed answer) {
                  send(handle(asker), std::move(answer));
                },
                [this](node_id to, control_message content) {
                  auto* shipper = shipper_for(to);
                  if (shipper == nullptr || !ways_.is_linked(to)) return false;
                  send(*shipper, control_arrived{to, std::move(content)});
                  return true;
                }},
               other_groups_, setup_.run, setup_.config.leaderless_wait_ms),
      calls_(core_, [this](const caf::strong_actor_ptr& asker,
                           raft_answered answer) { send(handle(asker), std::move(answer)); }),
      meter_(setup_.meters),
      explanations_([this](const caf::strong_actor_ptr& asker, entry_explained answer) {
        send(handle(asker), std::move(answer));
      }),
      slow_(setup_.config.slow_write_ms),
      ways_({setup_.make_shipper,
             [this](node_id peer, const shipper_handle& shipper) {
               setup_.end_shipper(peer, shipper);
               way_ended(peer);
             }}),
      alone_(!setup_.label.empty() && setup_.config.peers.empty()),
      started_ms_(setup_.now_ms()),
      room_(setup_.config.map_size),
      window_(setup_.restored.applied),
      leaderless_since_ms_(started_ms_),
      checkpointed_(setup_.restored.applied),
      allowance_(setup_.max_margin_bytes),
      lag_allowance_(setup_.max_lag_bytes) {
  next_comparison_ms_ = started_ms_ + setup_.config.checkpoint_interval_ms;
  // Known before the first message: what is lost must not be answered from.
  health_.state_lost = setup_.state_lost;
  health_.log_lost = setup_.log_lost;
  if (!health_.state_lost.empty()) core_.state_lost();
  if (core_.recovering() && health_.log_lost.empty())
    health_.log_lost = "its log was lost before this start";
}

caf::behavior raft_actor::make_behavior() {
  set_default_handler(caf::drop);
  // CAF answers what an actor dropped with an error, and ends whoever has no handler for that.
  set_error_handler([](caf::error&) {});
  if (setup_.set_aside)
    for (auto& each : setup_.set_aside())
      spdlog::warn(
          "{}{} is set aside and not used, {} bytes: {}; remove it once nothing of it is needed",
          setup_.label, each.path, each.bytes, each.reason);
  if (setup_.groups) known_as() = handle_of(this);
  // What the members agreed upon counts more than what this node was told at its start.
  recall_committed_members();
  on_members(core_.members());
  for (auto& peer : setup_.config.peers)
    if (shipper_for(peer.id) == nullptr) lead_way_to(peer);
  if (setup_.may_found) found();
  return behavior_of<handle_type>(
      [this](submit& request) {
        // Proposed when the turn ends, with all that came beside it.
        submissions::client who{current_sender(), request.token, std::move(request.trace),
                                meter_clock()};
        if (!health_.why_no_writes().empty() || stopper_ || leaderless_too_long()) {
          refuse(who, disposition::unavailable, why_unavailable());
        } else if (submissions_.size() >= setup_.config.max_pending) {
          refuse(who, disposition::unavailable, "too many writes are in flight on this node");
        } else if (auto full = why_no_room(request.command); !full.empty()) {
          refuse(who, disposition::unavailable, full);
        } else {
          meter_.counts().proposals.add(1);
          submissions_.add(std::move(who), std::move(request.command), setup_.now_ms());
        }
      },
      [this](ask& question) {
        accept({current_sender(), std::move(question), false, setup_.now_ms()});
      },
      [this](const probe_ready& asked) {
        ask question;
        question.token = asked.token;
        question.min_index = asked.min_index;
        accept({current_sender(), std::move(question), true, setup_.now_ms()});
      },
      [this](const readiness& answer) { on_ready(answer); },
      [this](const inspect_node& question) {
        send(handle(current_sender()), describe(question.token));
      },
      [this](const explain_entry& question) { explain(question); },
      [this](const change_members& wanted) {
        if (health_.may_step()) return changes_.ask(current_sender(), wanted, setup_.now_ms());
        send(handle(current_sender()), members_changed{wanted.token, 503, why_unavailable()});
      },
      [this](raft_call& call) { on_call(call); },
      [this](const control_arrived& news) {
        if (!health_.may_step()) return;
        std::visit([this, &news](const auto& content) { on_control(news.peer, content); },
                   news.content);
      },
      [this](const ticked& news) {
        if (news.count != 0) on_tick(news.count);
      },
      // Out of service the core is given nothing: nobody would take what follows from it.
      [this](peer_step& step) {
        if (!health_.may_step()) return;
        look_for_recovering(step);
        look_for_installed(step);
        for (auto& each : step.messages) {
          const bool is_chunk = std::holds_alternative<snapshot_request>(each);
          if (auto* said = std::get_if<append_response>(&each); said && said->success)
            meter_.replicated(step.from, said->match);
          core_.step(step.from, std::move(each));
          // The core gives out one chunk at a time, and several may have come.
          while (is_chunk && health_.may_step() && core_.has_output()) perform(core_.take_output());
        }
      },
      [this](const receiving& news) {
        if (health_.may_step()) core_.receiving(news.peer);
      },
      [this](fetched& answer) {
        // Who asked what became of an entry gets an answer in any case.
        if (answer.what.peer == setup_.config.self.id)
          explanations_.fetched(answer);
        else if (health_.may_step())
          on_fetched(answer);
      },
      [this](const link_changed& news) { on_link(news); },
      [this](const meet& caller) { hear(caller); },
      [this](const link_refused& news) { refusals_[news.peer] = news.why; },
      [this](const found_group&) {
        if (health_.may_step()) found();
      },
      [this](const written& news) {
        if (!health_.may_step()) return;
        meter_.written(news.token);
        core_.written(news.token);
      },
      [this](const disk_failed& news) { on_disk_failed(news.reason); },
      [this](const disk_full& news) { on_disk_full(news.reason); },
      [this](const state_damaged& news) {
        // Of a state that this actor has not heard of yet.
        if (news.replacements > replacements_)
          early_damage_ = news.reason;
        else
          on_state_damaged(news.reason);
      },
      [this](const promises_lost& news) { on_promises_lost(news.reason); },
      [this](applied& news) { on_applied(news); },
      [this](checkpoint& wanted) { on_checkpoint(wanted); },
      [this](const checkpointed& news) { on_checkpointed(news); },
      [this](const log_cut& news) {
        if (!health_.may_step()) return;
        news.begun_anew ? core_.snapshot_installed(news.point) : core_.purged(news.point.index);
      },
      [this](const snapshot_made& news) { on_snapshot_made(news); },
      [this](const snapshot_given_up& news) {
        snapshots_.finished(news.peer, news.index);
        if (health_.may_step()) core_.snapshot_sent(news.peer, news.term, news.index, false);
      },
      [this](const chunk_kept& news) { on_chunk_kept(news); },
      [this](const state_replaced& news) { on_state_replaced(news); },
      [this](step_aside) {
        const bool leads = health_.may_step() && core_.current_role() == role::leader;
        if (leads && core_.transfer(node_id{}))
          spdlog::info("{}handing leadership over", setup_.label);
      },
      [this](prepare_stop) {
        stopper_ = current_sender();
        continue_stop();
      });
}

// Only on a disk that never was part of anything: founding twice would make a second cluster of the
// same nodes.
void raft_actor::found() {
  const auto& config = setup_.config;
  if (!config.init || core_.last_index() != index_t{} || core_.current_term() != term_t{} ||
      core_.recovering())
    return;
  configuration founders;
  founders.members.push_back(founder(config.self));
  for (auto& peer : config.peers) founders.members.push_back(founder(peer));
  std::sort(founders.members.begin(), founders.members.end(),
            [](const member& a, const member& b) { return a.id < b.id; });
  if (core_.bootstrap(std::move(founders)) && !alone_)
    spdlog::info("{}founding a cluster of {} member(s)", setup_.label, config.peers.size() + 1);
}

// Whoever waits is told what is certain: what was never proposed is in no log.
void raft_actor::on_exit() {
  for (auto& each : submissions_.drain())
    refuse(each.who, each.was_proposed ? disposition::unknown : disposition::unavailable,
           "the node stops");
  calls_.expire(std::numeric_limits<std::uint64_t>::max());
  changes_.stop();
  ways_.clear();
  if (setup_.groups) known_as() = nullptr;
  setup_.writer = nullptr;
  setup_.reader = nullptr;
  setup_.aggregate = nullptr;
  setup_.checkpointer = nullptr;
  gated_.reset();
  stopper_ = nullptr;
}

// -- a turn --------------------------------------------------------------------------------------

// Time first: a message must not be judged by a lease that has run out meanwhile.
void raft_actor::turn_begins() {
  if (setup_.wall_us)
    core_.clock(setup_.wall_us(), static_cast<std::int64_t>(setup_.now_ms() * 1000));
  if (!setup_.ticks_passed) return;
  if (auto count = setup_.ticks_passed(); count != 0) on_tick(count);
}

void raft_actor::turn_ended() {
  finish_turn();
  // Behind all that the turn found.
  if (setup_.wake_after) ask_to_be_woken();
}

void raft_actor::ask_to_be_woken() {
  const bool somebody_waits = submissions_.size() + reads_.size() + calls_.size() != 0;
  auto due = core_.ticks_until_due();
  if (somebody_waits || stopper_)
    due = std::min(due, request_check_ticks);
  else if (!has_nothing_to_see_to())
    due = std::min(due, setup_.config.raft.election_max_ticks);
  setup_.wake_after(due, handle_of(this));
}

// Whether a tick does nothing but what the core has a deadline for. Other groups look at the main
// one's members, and whoever is in trouble whether it is over.
bool raft_actor::has_nothing_to_see_to() const {
  const bool follows_others = !setup_.is_main && (setup_.groups || !known_leader_);
  const bool is_well = health_.trouble().empty() && !lacks_room_ && (!self_moved_ || found_here_);
  return !follows_others && is_well && changes_.is_idle() && ways_.empty() && snapshots_.empty() &&
         !gated_;
}

void raft_actor::finish_turn() {
  // Also while out of service: then it is refused, and the aggregate does not wait for ever.
  release_checkpoint();
  if (!health_.may_step()) return;
  look_whether_removed();
  follow_main_group();
  ask_to_be_moved();
  mend();
  look_for_room();
  begin_comparison();
  propose_waiting();
  // A lease is judged when the output is taken, and a turn may have lasted: so the time is read
  // once more.
  turn_begins();
  start_reads();
  while (core_.has_output()) perform(core_.take_output());
  apply_committed();
  release_reads();
  changes_.advance(setup_.now_ms());
  meter_.counts().settled_index.set(std::min(window_.applied(), core_.durable_index()).value);
}

// The order matters. The write is handed over first, so that the disk works while messages are
// encoded; the core holds back whatever must not be said before the write is durable. What is
// committed is applied before reads are answered, so that a read sees what its index promises.
void raft_actor::perform(output out) {
  if (out.role) on_role(*out.role);
  if (out.members) {
    if (!alone_) log_members(setup_.label, *out.members);
    on_members(*out.members);
  }
  if (out.write) meter_.writing(*out.write);
  if (out.write) send(setup_.writer, write_log{setup_.group, std::move(*out.write)});

  send_messages(std::move(out.messages));
  for (auto& each : out.fetches) {
    if (auto* shipper = shipper_for(each.peer)) send(*shipper, fetch{each});
  }
  for (auto& each : out.snapshots_wanted) snapshots_.ask(each.peer, each.term);
  if (!out.snapshots_wanted.empty()) get_snapshots();
  if (out.snapshot_chunk && setup_.checkpointer)
    send(setup_.checkpointer, keep_chunk{std::move(*out.snapshot_chunk)});
  for (auto& each : out.refused) submissions_.refused(each.serials, each.under);
  if (out.commit) {
    meter_.committed(*out.commit);
    window_.commit(*out.commit);
  }
  if (mutated(mutant::applies_before_committing)) window_.commit(core_.last_index());
  apply_committed();
  for (auto& each : out.reads) reads_.finish(each);
}

// One message a peer and turn, whatever it holds.
void raft_actor::send_messages(std::vector<envelope> messages) {
  std::map<node_id, std::vector<message>> by_peer;
  for (auto& each : messages)
    if (!calls_.said(each.to, each.content)) by_peer[each.to].push_back(std::move(each.content));
  for (auto& [peer, contents] : by_peer) {
    if (auto* shipper = shipper_for(peer)) send(*shipper, ship{std::move(contents)});
  }
}

void raft_actor::propose_waiting() {
  if (!submissions_.has_waiting()) return;
  // Whether the core will take them is known before they leave the waiting state: they are then
  // under the term of a leader that may have appended them.
  if (!core_.leader()) return;
  auto term = core_.current_term();
  auto proposals = submissions_.take_waiting(term, max_proposal_bytes);
  std::vector<std::uint64_t> serials;
  serials.reserve(proposals.size());
  for (auto& each : proposals) serials.push_back(each.from.serial);
  if (core_.propose(std::move(proposals)) != refusal::none) submissions_.refused(serials, term);
}

void raft_actor::on_tick(std::uint32_t count) {
  // After a pause a leader counts the whole of it, since its lease has run out meanwhile. Anybody
  // else first hears what waits in the mailbox, and only then misses the leader.
  auto due = core_.ticks_until_due();
  bool overslept = count > due + setup_.config.raft.heartbeat_ticks;
  auto ticks = core_.current_role() == role::leader
                   ? std::min(count, 2 * setup_.config.raft.election_max_ticks)
               : overslept ? due - 1
                           : count;
  if (health_.may_step())
    for (std::uint32_t i = 0; i < ticks; ++i) core_.tick();

  auto now = setup_.now_ms();
  auto ago = [now](std::uint64_t ms) { return now > ms ? now - ms : 0; };
  bool give_up_waiting = !health_.why_no_reads().empty() || leaderless_too_long();
  auto waiting_limit = give_up_waiting ? now : ago(setup_.config.request_timeout_ms);
  // What was proposed is waited for to its end, leader or not: it may yet be committed.
  for (auto& each : submissions_.expire(waiting_limit, ago(setup_.config.request_timeout_ms))) {
    if (each.was_proposed)
      refuse(each.who, disposition::unknown,
             "the write was not confirmed in time; it may still take effect");
    else
      refuse(each.who, disposition::unavailable, why_unavailable());
  }
  expire_reads(waiting_limit, ago(setup_.config.request_timeout_ms));
  calls_.expire(ago(setup_.config.request_timeout_ms));
  end_unwanted_ways();
  tell_why_leaderless();
  // What was kept for somebody who is gone by now need not wait for the next checkpoint.
  if (setup_.checkpointer && health_.may_step() && now >= next_purge_ms_) {
    next_purge_ms_ = now + purge_again_ms;
    purge_log(checkpointed_);
  }
  continue_stop();
}

// The core takes one chunk of a snapshot at a time, so its output is performed before and after.
void raft_actor::on_call(raft_call& call) {
  if (!health_.may_step()) return calls_.turn_away(current_sender(), call, why_unavailable());
  while (core_.has_output()) perform(core_.take_output());
  calls_.take(current_sender(), std::move(call), setup_.cluster(), setup_.now_ms());
  while (core_.has_output()) perform(core_.take_output());
}

// -- the end -------------------------------------------------------------------------------------

bool raft_actor::leaderless_too_long() const {
  return !known_leader_ &&
         setup_.now_ms() - leaderless_since_ms_ >= setup_.config.leaderless_wait_ms;
}

void raft_actor::continue_stop() {
  if (!stopper_) return;
  // Once, when nothing of this node's clients is in flight.
  if (core_.current_role() == role::leader && !handed_over_ && submissions_.size() == 0) {
    handed_over_ = true;
    if (core_.transfer(node_id{})) {
      spdlog::info("{}handing leadership over", setup_.label);
      return;
    }
  }
  if (submissions_.size() != 0) return;
  bool waits_for_successor =
      handed_over_ && core_.current_role() == role::leader && core_.inspect().transfer_target;
  if (waits_for_successor) return;
  send(handle(stopper_), stopped{});
  stopper_ = nullptr;
}

std::string raft_actor::why_unavailable() const {
  if (auto why = health_.why_no_writes(); !why.empty()) return why;
  if (stopper_) return "this node is stopping";
  if (!known_leader_) return why_leaderless();
  return "the leader does not answer";
}

void raft_actor::refuse(const submissions::client& who, disposition what,
                        const std::string& reason) {
  if (who.asker) send(handle(who.asker), submitted{who.token, what, reason, 0, {}});
}

}  // namespace lithair::actors
