#include <algorithm>
#include <limits>
#include <utility>

#include <spdlog/spdlog.h>
#include <caf/send.hpp>

#include "actors/mutants.hpp"
#include "actors/peers/shipper.hpp"
#include "actors/raft/raft_actor.hpp"

// What a group does when its disk fails or is full, and when something on it is not what was
// written.
namespace lithair::actors {

using namespace protocol;

namespace {

// How often a node that lacks its state asks the leader for a copy, and a full leader looks for a
// successor.
constexpr std::uint64_t ask_again_ms = 2000;

// How often what was removed is made durable while there is no room to grow.
constexpr std::uint64_t settle_again_ms = 500;

bool has_other_voter(const configuration& members, node_id self) {
  return std::any_of(members.members.begin(), members.members.end(),
                     [self](const member& m) { return m.voter && m.id != self; });
}

}  // namespace

void raft_actor::on_disk_failed(const std::string& reason) {
  if (health_.failed()) return;
  health_.failure = reason;
  spdlog::critical("{}out of service: {}", setup_.label, reason);
  // A leader hands over at once. These are its last messages: the core holds back what must be
  // durable first.
  core_.resign();
  if (core_.has_output()) send_messages(core_.take_output().messages);
  // No raft actor any more: what peers send is dropped there.
  ways_.for_each([this](node_id, const shipper_handle& shipper) { send(shipper, serve_raft{}); });
  snapshots_.begin({});
  refuse_everything();
  changes_.stop();
}

// What was proposed may still be committed by others.
void raft_actor::refuse_everything() {
  for (auto& each : submissions_.drain())
    refuse(each.who, each.was_proposed ? disposition::unknown : disposition::unavailable,
           why_unavailable());
  for (auto& each : reads_.drain()) refuse(each, disposition::unavailable, why_unavailable());
}

// What waits is written when there is room. Until then others lead, if they can.
void raft_actor::on_disk_full(const std::string& reason) {
  auto& full = health_.log_full;
  if (full.empty() == reason.empty() || !health_.may_step()) return;
  full = reason;
  // While closed it takes no proposals and no order to lead; it still votes and acknowledges, each
  // once the write has room.
  core_.close(!full.empty());
  if (full.empty()) {
    spdlog::info("there is room on the disk again: writes go on");
    // There may be some for the state as well. The aggregate tries again at once, and says so.
    if (!std::exchange(health_.state_full, {}).empty()) make_room();
    return;
  }
  spdlog::error("no writes are taken: {}", full);
  // Only those that were never proposed: of the others something may be in the log.
  for (auto& each : submissions_.expire(std::numeric_limits<std::uint64_t>::max(), 0))
    refuse(each.who, disposition::unavailable, why_unavailable());
  make_room();
}

// What a checkpoint covers may go, all of it. Nothing else would ask for one: while nothing can be
// written, nothing is applied.
void raft_actor::make_room() {
  if (!setup_.checkpointer || mutated(mutant::waits_for_room)) return;
  purge_log(checkpointed_);
  release_checkpoint();
  // One that found no room is tried again by itself.
  if (health_.state_full.empty() && !std::exchange(checkpoint_asked_, true))
    send(setup_.aggregate, checkpoint_now{});
}

storage_room::use raft_actor::room_used() const {
  const auto& counts = meter_.counts();
  return {counts.state_live_bytes.now(), counts.unsaved_bytes.now(),
          std::max(submissions_.bytes(), window_.bytes())};
}

void raft_actor::look_for_room() {
  const auto now = room_used();
  if (room_.measure(now)) {
    if (room_.is_full())
      spdlog::error("{}only deletions are taken: {}", setup_.label, room_.advice(now));
    else
      spdlog::info("{}there is room to grow again: all writes are taken", setup_.label);
  }
  health_.no_growth = room_.is_full() ? room_.advice(now) : std::string{};
  // What is removed frees room with a checkpoint, and not before.
  if (!std::exchange(lacks_room_, false) && !room_.is_full()) return;
  if (now.unsaved == 0 || setup_.now_ms() < next_settling_ms_) return;
  next_settling_ms_ = setup_.now_ms() + settle_again_ms;
  make_room();
}

// Before it is in any log, where every node would have to find room for it.
std::string raft_actor::why_no_room(std::string_view command) {
  const auto now = room_used();
  auto why = room_.why_not_grow(now, command.size());
  lacks_room_ = lacks_room_ || !why.empty();
  if (why.empty() || !setup_.frees_room || !setup_.frees_room(command)) return why;
  return room_.why_not_shrink(now);
}

void raft_actor::on_state_damaged(const std::string& reason) {
  if (!health_.may_apply()) return;
  // Noted on the disk: after a restart it would be taken for sound.
  send(setup_.checkpointer, condemn_state{reason, replacements_});
  send(setup_.aggregate, state_damaged{reason, replacements_});
  if (!has_other_voter(core_.members(), setup_.config.self.id)) {
    return on_disk_failed(reason +
                          "; no other member can repair it: restore a backup into a new directory, "
                          "with --restore FILE --data-dir DIR");
  }
  health_.state_lost = reason;
  snapshots_.begin({});
  spdlog::critical("{}the state is damaged and is fetched from the leader: {}", setup_.label,
                   reason);
  core_.state_lost();
  refuse_everything();
}

// Whatever it says from now on could break what it once promised: so it says nothing that counts.
void raft_actor::on_promises_lost(const std::string& reason) {
  if (core_.recovering() || !health_.may_step()) return;
  spdlog::critical(
      "this node may have forgotten what it acknowledged, and votes no more until it has caught "
      "up: {}",
      reason);
  health_.log_lost = reason;
  core_.promises_lost();
  refuse_everything();
}

// Asked again and again: a message may be lost, and a leader may change.
void raft_actor::mend() {
  if (!health_.log_lost.empty() && !core_.recovering()) {
    spdlog::info(
        "what this node forgot counts no more; it follows again, and votes once it has caught up");
    health_.log_lost.clear();
    if (setup_.recovered) setup_.recovered();
  }
  auto now = setup_.now_ms();
  if (now < next_mending_ms_) return;
  bool leads = core_.current_role() == role::leader;
  if (!health_.log_full.empty()) {
    if (leads) (void)core_.transfer(node_id{});
    make_room();
  }
  if (!health_.state_lost.empty() && !leads && core_.leader())
    send_control(core_.leader(), state_request{});
  get_snapshots();
  if (!health_.log_full.empty() || !health_.state_lost.empty() || !snapshots_.empty())
    next_mending_ms_ = now + ask_again_ms;
}

void raft_actor::send_control(node_id to, control_message content) {
  if (auto* shipper = shipper_for(to)) send(*shipper, control_arrived{to, std::move(content)});
}

void raft_actor::on_control(node_id from, const change_request& request) {
  changes_.arrived(from, request, setup_.now_ms());
}

void raft_actor::on_control(node_id from, const change_answer& answer) {
  changes_.arrived(from, answer);
}

void raft_actor::on_control(node_id from, const comparison_request& request) {
  if (from == core_.leader()) (void)expect_comparison(request.index);
}

// A peer's log is whole and its state is not. It needs one no older than where its log begins,
// which is no later than what a leader knows to be committed once it has committed an entry of its
// own term.
void raft_actor::on_control(node_id by, const state_request&) {
  if (!core_.ready() || !health_.may_give_snapshots() || !setup_.checkpointer ||
      !core_.members().contains(by))
    return;
  begin_snapshots_of_term();
  // It asks again and again until it has one. A later one would be too late again, and to send
  // another would be to begin anew.
  if (!mutated(mutant::begins_asked_snapshots_anew)) {
    if (snapshots_.is_sent(by)) return;
    if (snapshots_.wants(by)) return get_snapshots();
  }
  spdlog::info("node {} lost its state and gets a copy", by.value);
  snapshots_.ask(by, core_.current_term(), core_.commit_index());
  get_snapshots();
}

// A voter that lost its disk's promises stays silent until it is no voter; so it becomes a learner,
// which is promoted as soon as it has caught up.
void raft_actor::look_for_recovering(const peer_step& step) {
  for (auto& each : step.messages) {
    auto* request = std::get_if<read_request>(&each);
    if (request != nullptr && request->recovering) changes_.let_recover(step.from, setup_.now_ms());
  }
}

// Whoever has its snapshot may ask for another one, should it lose that state too.
void raft_actor::look_for_installed(const peer_step& step) {
  for (auto& each : step.messages) {
    auto* answer = std::get_if<snapshot_response>(&each);
    if (answer != nullptr && (answer->installed || answer->rejected))
      snapshots_.finished(step.from, answer->index);
  }
}

// -- comparing states ----------------------------------------------------------------------------

// Before anything is appended in this turn: links keep order, so everybody knows the index before
// the entry comes.
void raft_actor::begin_comparison() {
  auto now = setup_.now_ms();
  if (now < next_comparison_ms_ || !core_.ready() || !setup_.checkpointer ||
      core_.members().members.size() < 2)
    return;
  next_comparison_ms_ = now + setup_.config.checkpoint_interval_ms;
  auto at = core_.last_index() + 1;
  if (!expect_comparison(at)) return;  // Nothing was written since the last.
  ways_.for_each(
      [&](node_id peer, const shipper_handle&) { send_control(peer, comparison_request{at}); });
}

bool raft_actor::expect_comparison(index_t at) {
  if (!comparison_.begin(at, core_.current_term())) return false;
  send(setup_.aggregate, compare_at{at});
  return true;
}

void raft_actor::tell_digest(const checkpointed& told) {
  // Checkpoints as of another index have nothing to be compared with.
  if (!told.failed.empty() || !told.digest || told.index != comparison_.index()) return;
  const digest_report news{told.index, told.digest, setup_.models};
  ways_.for_each([&](node_id peer, const shipper_handle&) { send_control(peer, news); });
  if (comparison_.own(told.index, told.digest)) report_divergence();
}

// States made by other models differ rightly, while nodes are restarted one by one with a change.
void raft_actor::on_control(node_id by, const refusal_notice& notice) {
  refusals_[by] = fmt::format("node {} refuses this node: {}", by.value, notice.why);
}

void raft_actor::on_control(node_id from, const digest_report& report) {
  if (report.models != setup_.models) return;
  if (comparison_.peers(from, report.index, report.digest)) report_divergence();
}

void raft_actor::report_divergence() const {
  auto& x = comparison_.first();
  spdlog::critical(
      "{}the state as of index {} differs from that of node {}: one of them is wrong; compare "
      "their data, and begin the wrong one anew by removing the node and adding it again",
      setup_.label, x.index.value, x.peer.value);
}

}  // namespace lithair::actors
