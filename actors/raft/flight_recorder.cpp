#include "actors/raft/flight_recorder.hpp"

#include <algorithm>
#include <limits>

namespace lithair::actors {

using namespace protocol;

void flight_recorder::note(moments& to, index_t through, std::uint64_t now) {
  // What was known before says nothing new.
  if (!to.empty() && to.back().through >= through) return;
  if (to.size() == most_entries) to.pop_front();
  to.push_back({through, now});
}

// Entries from here on are no longer what they were; what is said of those before them stays.
void flight_recorder::cut(moments& of, index_t from) {
  std::optional<std::uint64_t> at;
  for (; !of.empty() && of.back().through >= from; of.pop_back()) at = of.back().at;
  if (at && (of.empty() || of.back().through < from - 1)) of.push_back({from - 1, *at});
}

std::uint64_t flight_recorder::when(const moments& of, index_t index) {
  const auto found = std::lower_bound(of.begin(), of.end(), index,
                                      [](const moment& m, index_t i) { return m.through < i; });
  // The oldest one speaks of all entries before it, of which others may have spoken earlier.
  const bool is_certain = found != of.begin() || of.size() < most_entries;
  return found != of.end() && is_certain ? found->at : 0;
}

void flight_recorder::logged(const log_write& write, std::uint64_t now) {
  if (write.truncate_from) {
    const auto from = *write.truncate_from;
    while (!records_.empty() && first_ + records_.size() > from) records_.pop_back();
    for (auto* each : {&logged_, &synced_}) cut(*each, from);
    for (auto& [peer, of] : replicated_) cut(of, from);
    std::erase_if(replicated_, [](const auto& each) { return each.second.empty(); });
    while (!traces_.empty() && traces_.back().first >= from) traces_.pop_back();
    for (auto& [token, last] : writing_) last = std::min(last, from - 1);
  }
  if (write.entries.empty()) return;
  // A log that began anew elsewhere.
  if (records_.empty() || first_ + records_.size() != write.entries.front().index) {
    records_.clear();
    first_ = write.entries.front().index;
  }
  for (const auto& each : write.entries) {
    if (records_.size() == most_entries) {
      records_.pop_front();
      first_ = first_ + 1;
    }
    records_.push_back({each.term, each.from.node, 0, 0,
                        static_cast<std::uint32_t>(std::min<std::size_t>(
                            each.data.size(), std::numeric_limits<std::uint32_t>::max())),
                        each.kind});
  }
  const auto last = write.entries.back().index;
  note(logged_, last, now);
  if (writing_.size() == most_entries) writing_.pop_front();
  writing_.emplace_back(write.token, last);
}

void flight_recorder::synced(write_token token, std::uint64_t now) {
  for (; !writing_.empty() && writing_.front().first.value <= token.value; writing_.pop_front())
    note(synced_, writing_.front().second, now);
}

void flight_recorder::replicated(node_id peer, index_t match, std::uint64_t now) {
  note(replicated_[peer], match, now);
  // Of who is no member any more, or is far behind, nothing is left that could be asked for.
  std::erase_if(replicated_, [this, peer](const auto& each) {
    return each.first != peer && each.second.back().through < first_;
  });
}

void flight_recorder::answered(index_t index, std::uint64_t received, std::string trace,
                               std::uint64_t now) {
  if (!remembers(index)) return;
  auto& which = records_[index - first_];
  which.received = received;
  which.answered = now;
  if (trace.empty()) return;
  if (traces_.size() == most_entries) traces_.pop_front();
  traces_.emplace_back(index, std::move(trace));
}

void flight_recorder::forget() {
  records_.clear();
  writing_.clear();
  traces_.clear();
  replicated_.clear();
  for (auto* each : {&logged_, &synced_, &committed_, &given_, &applied_}) each->clear();
}

std::optional<entry_way> flight_recorder::way_of(index_t index, std::int64_t epoch_us) const {
  if (!remembers(index)) return {};
  const auto& known = records_[index - first_];
  const auto moment_of = [epoch_us](std::uint64_t at) {
    return at == 0 ? 0 : epoch_us + static_cast<std::int64_t>(at);
  };
  entry_way way;
  way.index = index;
  way.term = known.term;
  way.kind = known.kind;
  way.proposed_by = known.proposed_by;
  way.bytes = known.bytes;
  const auto trace = std::ranges::find(traces_, index, [](const auto& each) { return each.first; });
  if (trace != traces_.end()) way.trace = trace->second;
  way.received_us = moment_of(known.received);
  way.logged_us = moment_of(when(logged_, index));
  way.synced_us = moment_of(when(synced_, index));
  for (const auto& [peer, of] : replicated_)
    if (const auto at = when(of, index); at != 0)
      way.replicated_us.emplace_back(peer, moment_of(at));
  way.committed_us = moment_of(when(committed_, index));
  way.given_us = moment_of(when(given_, index));
  way.applied_us = moment_of(when(applied_, index));
  way.answered_us = moment_of(known.answered);
  return way;
}

}  // namespace lithair::actors
