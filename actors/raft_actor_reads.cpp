#include <algorithm>
#include <iterator>

#include <caf/send.hpp>

#include "actors/raft_actor.hpp"

// Reads, from their question to their index to the aggregate.
namespace lithair::actors {

using namespace protocol;

void raft_actor::accept(waiting_read read) {
  if (!read.is_probe) meter_.counts().reads.add(1);
  if (!why_not_serving().empty() || leaderless_too_long()) {
    refuse(read, disposition::unavailable, why_unavailable());
  } else if (waiting_reads_ >= setup_.config.max_pending) {
    refuse(read, disposition::unavailable, "too many reads are in flight on this node");
  } else if (++waiting_reads_; read.what.level == consistency::leader && core_.current_role() == role::leader && core_.ready()) {
    // The leader's own view, without asking whether it still leads.
    auto index = std::max(core_.commit_index().value, read.what.min_index);
    applying_reads_.emplace(index, std::move(read));
  } else {
    new_reads_.push_back(std::move(read));
  }
}

void raft_actor::start_reads() {
  if (new_reads_.empty() || !core_.leader()) return;
  read_token token{next_read_++};
  reads_.emplace(token, std::move(new_reads_));
  new_reads_.clear();
  core_.read(token);
}

void raft_actor::finish_reads(const std::vector<read_ready>& reads) {
  for (auto& each : reads) {
    auto found = reads_.find(each.token);
    if (found == reads_.end()) continue;
    for (auto& read : found->second) {
      if (each.why != refusal::none) {
        new_reads_.push_back(std::move(read));  // Asked again when a leader is known, until its time is up.
      } else {
        auto index = std::max(each.index.value, read.what.min_index);
        applying_reads_.emplace(index, std::move(read));
      }
    }
    reads_.erase(found);
  }
}

void raft_actor::release_reads() {
  // The aggregate takes messages in order, so entries that were sent are applied before these queries.
  auto end = applying_reads_.upper_bound(sent_.value);
  if (end == applying_reads_.begin()) return;
  run_queries batch;
  waiting_reads_ -= static_cast<std::size_t>(std::distance(applying_reads_.begin(), end));
  for (auto i = applying_reads_.begin(); i != end; ++i) {
    auto& read = i->second;
    if (read.is_probe)
      send(handle(read.asker), readiness{read.what.token, true, {}, applied_.value});
    else
      batch.queries.push_back({std::move(read.asker), std::move(read.what)});
  }
  applying_reads_.erase(applying_reads_.begin(), end);
  if (!batch.queries.empty()) send(setup_.aggregate, std::move(batch));
}


void raft_actor::refuse(const waiting_read& read, disposition what, const std::string& reason) {
  if (!read.asker) return;
  if (read.is_probe)
    send(handle(read.asker), readiness{read.what.token, false, reason, applied_.value});
  else
    send(handle(read.asker), answered{read.what.token, what, reason, applied_.value, {}});
}

}  // namespace lithair::actors
