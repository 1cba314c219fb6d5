#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include <caf/send.hpp>

#include "actors/mutants.hpp"
#include "actors/raft/raft_actor.hpp"

// Reads, from their question to their index to the aggregate.
namespace lithair::actors {

using namespace protocol;

bool raft_actor::serves_reads() const {
  return health_.why_not_ready(core_.current_role() == role::leader).empty();
}

// Refused at once where waiting helps nobody.
void raft_actor::accept(read_requests::request read) {
  if (!read.is_probe) meter_.counts().reads.add(1);
  const bool helps = read.is_probe ? serves_reads() : health_.why_no_reads().empty();
  if (!helps || leaderless_too_long()) {
    refuse(read, disposition::unavailable, why_unavailable());
  } else if (reads_.size() >= setup_.config.max_pending) {
    refuse(read, disposition::unavailable, "too many reads are in flight on this node");
  } else if (read.what.level == consistency::leader && core_.current_role() == role::leader &&
             core_.ready()) {
    // The leader's own view, without asking whether it still leads.
    reads_.add(std::move(read), core_.commit_index());
  } else {
    reads_.add(std::move(read));
  }
}

void raft_actor::start_reads() {
  // Without a leader they stay new, until there is one or their time is up.
  if (reads_.has_new() && core_.leader()) core_.read(reads_.begin());
}

// The aggregate takes messages in order, and so these after the entries that were given to it. It
// holds applying back while checkpoints are slow, and looks itself whether it has applied what a
// read must see.
void raft_actor::release_reads() {
  run_queries batch;
  const auto now = setup_.now_ms();
  for (auto& each : reads_.release(window_.sent(), mutated(mutant::probes_before_applying)
                                                       ? window_.sent()
                                                       : window_.applied())) {
    if (each.is_probe && each.what.min_index != 0) {
      send(setup_.aggregate,
           confirm_ready{std::move(each.asker), {each.what.token, each.what.min_index}});
    } else if (each.is_probe) {
      send(handle(each.asker),
           readiness{each.what.token, true, health_.trouble(), window_.applied().value});
    } else {
      const auto over = each.since_ms + setup_.config.request_timeout_ms;
      batch.queries.push_back(
          {std::move(each.asker), std::move(each.what), over > now ? over - now : 0});
    }
  }
  if (!batch.queries.empty()) send(setup_.aggregate, std::move(batch));
}

// Without an index nothing is known, and the asker may try elsewhere; with one it is only late.
void raft_actor::expire_reads(std::uint64_t asking_before_ms, std::uint64_t applying_before_ms) {
  for (auto& each : reads_.expire(asking_before_ms, applying_before_ms)) {
    if (each.index == 0)
      refuse(each.what, disposition::unavailable, why_unavailable());
    else
      refuse(each.what, disposition::unknown,
             fmt::format("index {} is not applied here yet", each.index));
  }
}

void raft_actor::refuse(const read_requests::request& read, disposition what,
                        const std::string& reason) {
  if (!read.asker) return;
  if (read.is_probe)
    send(handle(read.asker), readiness{read.what.token, false, reason, window_.applied().value});
  else
    send(handle(read.asker), answered{read.what.token, what, reason, window_.applied().value, {}});
}

}  // namespace lithair::actors
