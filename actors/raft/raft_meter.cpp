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
  const auto now = meter_clock();
  recorder_.logged(write, now);
  if (write.entries.empty()) return;
  to_->batch.add(write.entries.size());
  begin(writing_, write.token.value, now);
  begin(committing_, write.entries.back().index.value, now);
}

void raft_meter::written(protocol::write_token token) {
  const auto now = meter_clock();
  end(writing_, to_->append, token.value, now);
  recorder_.synced(token, now);
}

void raft_meter::replicated(protocol::node_id peer, protocol::index_t match) {
  recorder_.replicated(peer, match, meter_clock());
}

void raft_meter::committed(protocol::index_t index) {
  const auto now = meter_clock();
  end(committing_, to_->commit, index.value, now);
  recorder_.committed(index, now);
}

void raft_meter::applying(protocol::index_t through) {
  const auto now = meter_clock();
  begin(applying_, through.value, now);
  recorder_.given(through, now);
}

std::uint64_t raft_meter::applied(protocol::index_t through) {
  const auto now = meter_clock();
  end(applying_, to_->apply, through.value, now);
  recorder_.applied(through, now);
  return now;
}

void raft_meter::forget() {
  committing_.clear();
  applying_.clear();
  recorder_.forget();
}

void raft_meter::begin(marks& to, std::uint64_t number, std::uint64_t now) {
  if (to.size() < max_marks) to.push_back({number, now});
}

void raft_meter::end(marks& of, time_histogram& to, std::uint64_t reached, std::uint64_t now) {
  for (; !of.empty() && of.front().number <= reached; of.pop_front())
    to.add(now - of.front().since_us);
}

}  // namespace lithair::actors
