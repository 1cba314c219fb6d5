#include <string>
#include <string_view>

#include <spdlog/spdlog.h>
#include <caf/send.hpp>

#include "actors/node/composition.hpp"
#include "actors/node/link_proof.hpp"
#include "models/declaration/compatibility.hpp"
#include "models/declaration/model_file.hpp"

// What a node says of itself to its peers, and what it makes of what they say.
namespace lithair::actors {

namespace {

// Lines of a proof: this node is part of no cluster, and is not or is to found one.
constexpr std::string_view fresh_line = "fresh\n";
constexpr std::string_view founds_line = "fresh founds\n";

}  // namespace

// Called by shippers and the gate on loop 0, as the registry wants it.
link_identity composition::make_identity() {
  return {config_.self.id, models_text_, peers_.own(), notes_, this};
}

trust composition::admit(std::uint64_t node, protocol::group_id group, std::uint64_t incarnation,
                         const std::string& proof) {
  return peers_.admit(node, group, incarnation, proof);
}

std::string composition::present(std::uint64_t node, protocol::group_id group) const {
  auto text = peers_.present(node, group);
  if (cluster_ == 0) text += config_.init ? founds_line : fresh_line;
  return text;
}

std::optional<std::string> composition::examine(std::uint64_t node, protocol::group_id group,
                                                std::uint64_t incarnation,
                                                const std::string& proof) {
  auto old = peers_.examine(node, group, incarnation, proof);
  // All groups share the directory: what one learned of it holds for those, too, whose links are up
  // and who ask nobody any more. On the loop that their raft actors live on.
  if (old) {
    const auto tell = [this, &old](protocol::group_id id, const raft_handle& raft) {
      if (!raft) return;  // It begins later, and learns it by a greeting of its own.
      peers_.told(id);
      caf::anon_send(raft, promises_lost{*old});
    };
    tell(main().id(), groups_of_node_->main_raft);
    for (auto& [id, each] : groups_of_node_->others) tell(id, each.raft);
  }
  return old;
}

void composition::promised(std::uint64_t node, protocol::group_id group, std::uint64_t term,
                           std::uint64_t match) {
  peers_.promised(node, group, {term, match});
}

void composition::link_lost(std::uint64_t node) { peers_.link_lost(node); }

std::string composition::models() const { return told_models_; }

std::function<std::string(std::string_view)> composition::code() const {
  if (config_.cluster_secret.empty()) return {};
  return [this](std::string_view text) { return hmac_sha256(config_.cluster_secret, text); };
}

std::string composition::why_not_meet(const introduction& who) {
  // Most often: and then there is nothing to compare.
  if (who.schema == told_models_) {
    exposure_.heard(who.node, schema_, who.schema);
  } else {
    auto theirs = models::parse_model_text(who.schema, "the models of the other node");
    if (!theirs) return "its models are not understood here";
    if (auto why = why_other_models(who, *theirs); !why.empty()) return why;
    exposure_.heard(who.node, *theirs, who.schema);
  }
  look_whether_shown();
  return {};
}

// Models may differ while nodes are restarted one by one with a compatible change. What comes new
// to a cluster has no such excuse.
std::string composition::why_other_models(const introduction& who,
                                          const models::schema& theirs) const {
  if (theirs.fingerprint() == schema_.fingerprint()) return {};
  if (who.cluster == 0 || cluster_ == 0) {
    const bool they_join = who.cluster == 0;
    const auto why =
        they_join ? models::why_not_join(schema_, theirs) : models::why_not_join(theirs, schema_);
    return why.empty() ? why
                       : fmt::format("node {} serves other models: {}",
                                     they_join ? who.node : config_.self.id.value, why);
  }
  const auto wrong = models::incompatibilities(theirs, schema_);
  if (wrong.empty() || models::incompatibilities(schema_, theirs).empty()) return {};
  return "it serves other models: " + wrong.front();
}

// From the gate and the shippers, on loop 0.
void composition::met_without_cluster(std::uint64_t node, const std::string& proof) {
  founding_.met(protocol::node_id{node}, proof.find(founds_line) != std::string::npos);
  if (cluster_ != 0 || !founding_.is_due() || founding_begun_.exchange(true)) return;
  caf::anon_send(notes_, actors::join_cluster{where_.random() | 1, true});
}

// On the note taker's thread, and at start on the owner's: it writes to the disk.
bool composition::join_cluster(std::uint64_t id, bool founds) {
  std::lock_guard guard{identity_mutex_};
  auto ours = directory_.identity().cluster;
  if (id == 0 || ours == id) return true;
  if (ours != 0) return false;
  try {
    founds ? directory_.found(id) : directory_.join(id);
  } catch (...) {
    founding_begun_ = false;
    throw;
  }
  // Only once it is on the disk.
  cluster_ = id;
  spdlog::info("part of cluster {:016x} from now on{}", id, founds ? ", which it founds" : "");
  if (founds)
    for (auto& each : groups_) caf::anon_send(each->raft(), found_group{});
  return true;
}

}  // namespace lithair::actors
