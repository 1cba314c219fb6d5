#include "actors/raft/raft_meter.hpp"

namespace lithair::actors {

namespace {

// What is on its way beyond this is not timed.
constexpr std::size_t max_marks = 4096;

}  // namespace

void raft_meter::writing(const protocol::log_write& write) {
  // A new leader's log took their place: these will never be committed.
  if (write.truncate_from)
    while (!committing_.empty() && committing_.back().number >= write.truncate_from->value)
      committing_.pop_back();
  if (write.entries.empty()) return;
  to_->batch.add(write.entries.size());
  begin(writing_, write.token.value);
  begin(committing_, write.entries.back().index.value);
}

void raft_meter::forget() {
  committing_.clear();
  applying_.clear();
}

void raft_meter::begin(marks& to, std::uint64_t number) {
  if (to.size() < max_marks) to.push_back({number, meter_clock()});
}

void raft_meter::end(marks& of, time_histogram& to, std::uint64_t reached) {
  if (of.empty() || of.front().number > reached) return;
  auto now = meter_clock();
  for (; !of.empty() && of.front().number <= reached; of.pop_front())
    to.add(now - of.front().since_us);
}

}  // namespace lithair::actors
