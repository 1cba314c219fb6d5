#include <algorithm>
#include <limits>

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include "actors/raft_actor.hpp"

// What a group does when its disk fails or is full, and when something on it is not what was written.
namespace lithair::actors {

using namespace protocol;

namespace {

// How often a node that lacks its state asks the leader for a copy, and a full leader looks for a successor.
constexpr std::uint64_t ask_again_ms = 2000;

bool has_other_voter(const configuration& members, node_id self) {
  return std::any_of(members.members.begin(), members.members.end(),
                     [self](const member& m) { return m.voter && m.id != self; });
}

}  // namespace

void raft_actor::on_disk_failed(const std::string& reason) {
  if (!failure_.empty()) return;
  failure_ = reason;
  spdlog::critical("{}out of service: {}", setup_.label, reason);
  // A leader hands over at once. These are its last messages: the core holds back what must be durable first.
  core_.resign();
  if (core_.has_output()) send_messages(core_.take_output().messages);
  refuse_everything();
}

void raft_actor::refuse_everything() {
  for (auto& each : submissions_.drain())
    refuse(each.who, each.was_proposed ? disposition::unknown : disposition::unavailable, why_unavailable());
  for (auto& each : std::exchange(new_reads_, {})) refuse(each, disposition::unavailable, why_unavailable());
  for (auto& [token, reads] : std::exchange(reads_, {}))
    for (auto& each : reads) refuse(each, disposition::unavailable, why_unavailable());
  for (auto& [index, each] : std::exchange(applying_reads_, {}))
    refuse(each, disposition::unavailable, why_unavailable());
  waiting_reads_ = 0;
}

// What waits is written when there is room. Until then others lead, if they can.
void raft_actor::on_disk_full(const std::string& reason) {
  if (full_.empty() == reason.empty()) return;
  full_ = reason;
  core_.close(!full_.empty());
  if (full_.empty()) return spdlog::info("there is room on the disk again: writes go on");
  spdlog::error("no writes are taken: {}", full_);
  for (auto& each : submissions_.expire(std::numeric_limits<std::uint64_t>::max(), 0))
    refuse(each.who, disposition::unavailable, why_unavailable());
}

void raft_actor::on_state_damaged(const std::string& reason) {
  if (!failure_.empty() || !state_lost_.empty()) return;
  send(setup_.checkpointer, condemn_state{reason});
  send(setup_.aggregate, state_damaged{reason});
  if (!has_other_voter(core_.members(), setup_.config.self.id)) {
    return on_disk_failed(reason + "; no other member can repair it: restore a backup into a new directory, "
                                   "with --restore FILE --data-dir DIR");
  }
  state_lost_ = reason;
  spdlog::critical("{}the state is damaged and is fetched from the leader: {}", setup_.label, reason);
  core_.state_lost();
  refuse_everything();
}

void raft_actor::on_promises_lost(const std::string& reason) {
  if (core_.recovering()) return;
  spdlog::critical("this node may have forgotten what it acknowledged, and votes no more until it has caught up: {}",
                   reason);
  log_lost_ = reason;
  core_.promises_lost();
  refuse_everything();
}

void raft_actor::mend() {
  if (!failure_.empty()) return;
  if (!log_lost_.empty() && !core_.recovering()) {
    spdlog::info("what this node forgot counts no more; it follows again, and votes once it has caught up");
    log_lost_.clear();
    if (setup_.recovered) setup_.recovered();
  }
  auto now = setup_.now_ms();
  if (now < next_mending_ms_) return;
  bool leads = core_.current_role() == role::leader;
  if (!full_.empty() && leads) (void)core_.transfer(node_id{});
  if (!state_lost_.empty() && !leads && core_.leader()) {
    peer_control request;
    request.action = static_cast<std::uint8_t>(control_action::send_state);
    send_control(core_.leader(), std::move(request));
  }
  if (!full_.empty() || !state_lost_.empty()) next_mending_ms_ = now + ask_again_ms;
}

void raft_actor::send_control(node_id to, peer_control x) {
  if (auto* shipper = shipper_for(to)) send(*shipper, control_arrived{to, std::move(x)});
}

void raft_actor::on_control(const control_arrived& x) {
  switch (static_cast<control_action>(x.content.action)) {
    case control_action::send_state: return on_state_wanted(x.from);
    case control_action::compare_at:
      if (x.from == core_.leader()) expect_comparison(index_t{x.content.id});
      return;
    case control_action::digest: return on_digest(x.from, x.content);
  }
  changes_.arrived(x.from, x.content, setup_.now_ms());
}

// A peer's log is whole and its state is not. It needs one no older than where its log begins: so one as of now.
void raft_actor::on_state_wanted(node_id by) {
  if (core_.current_role() != role::leader || !state_lost_.empty() || !failure_.empty() || !setup_.checkpointer) return;
  spdlog::info("node {} lost its state and gets a copy", by.value);
  state_askers_.insert(by);
  send(setup_.aggregate, checkpoint_now{});
}

void raft_actor::serve_state_askers(const checkpointed& x) {
  auto askers = std::exchange(state_askers_, {});
  if (askers.empty() || !x.failed.empty() || core_.current_role() != role::leader) return;
  for (auto peer : askers) snapshot_askers_[peer] = core_.current_term();
  send(setup_.checkpointer, make_snapshot{});
}

// A voter that lost its disk's promises stays silent until it is no voter; so it becomes a learner, which is
// promoted as soon as it has caught up.
void raft_actor::look_for_recovering(const peer_step& x) {
  for (auto& each : x.messages) {
    auto* request = std::get_if<read_request>(&each);
    if (request != nullptr && request->recovering) changes_.let_recover(x.from, setup_.now_ms());
  }
}

// -- comparing states ------------------------------------------------------------------------------------

// Before anything is appended in this turn: links keep order, so everybody knows the index before the entry comes.
void raft_actor::begin_comparison() {
  auto now = setup_.now_ms();
  if (now < next_comparison_ms_ || !core_.ready() || !setup_.checkpointer || core_.members().members.size() < 2) return;
  next_comparison_ms_ = now + setup_.config.checkpoint_interval_ms;
  auto at = core_.last_index() + 1;
  if (at <= comparison_.index()) return;  // Nothing was written since the last.
  expect_comparison(at);
  peer_control request;
  request.action = static_cast<std::uint8_t>(control_action::compare_at);
  request.id = at.value;
  for (auto& [peer, shipper] : shippers_) send_control(peer, request);
}

void raft_actor::expect_comparison(index_t at) {
  if (comparison_.begin(at)) send(setup_.aggregate, compare_at{at});
}

void raft_actor::tell_digest(const checkpointed& x) {
  if (!x.failed.empty() || !x.digest || x.index != comparison_.index()) return;
  peer_control news;
  news.action = static_cast<std::uint8_t>(control_action::digest);
  news.id = x.index.value;
  news.node = x.digest;
  news.address = fmt::format("{:x}", setup_.models);
  for (auto& [peer, shipper] : shippers_) send_control(peer, news);
  if (comparison_.own(x.index, x.digest)) report_divergence();
}

// States made by other models differ rightly, while nodes are restarted one by one with a change.
void raft_actor::on_digest(node_id from, const peer_control& x) {
  if (x.address != fmt::format("{:x}", setup_.models)) return;
  if (comparison_.peers(from, index_t{x.id}, x.node)) report_divergence();
}

void raft_actor::report_divergence() const {
  auto& x = comparison_.first();
  spdlog::critical("{}the state as of index {} differs from that of node {}: one of them is wrong; compare their data, "
                   "and begin the wrong one anew by removing the node and adding it again",
                   setup_.label, x.index.value, x.peer.value);
}

// -- what to say -------------------------------------------------------------------------------------------

std::string raft_actor::why_not_serving() const {
  if (!failure_.empty()) return "this node is out of service: " + failure_;
  if (!state_lost_.empty()) return "this node's state is damaged and is being fetched from the leader: " + state_lost_;
  if (core_.recovering())
    return "this node lost its log or uses an old copy of it, and is taken in again by the others: " + log_lost_;
  return {};
}

}  // namespace lithair::actors
