// A round of the protocol: a leader and two followers without disks and links, so that what is left
// is the core.

#include <benchmark/benchmark.h>

#include <deque>
#include <stdexcept>
#include <string>
#include <vector>

#include "protocol/core.hpp"

namespace lithair::bench {
namespace {

using namespace protocol;

/// Three cores whose writes are durable at once, and whose messages arrive in order.
class three_cores {
 public:
  three_cores() {
    configuration members;
    for (std::uint64_t id = 1; id <= 3; ++id) members.members.push_back({node_id{id}, true, ""});
    for (std::uint64_t id = 1; id <= 3; ++id)
      cores_.emplace_back(node_id{id}, group_id{1}, options{}, restored_state{},
                          [](std::uint32_t) { return 0u; });
    if (!leader().bootstrap(members)) throw std::runtime_error("no cluster can be founded");
    for (int i = 0; i < 1000 && !leader().ready(); ++i) {
      leader().tick();
      settle();
    }
    if (!leader().ready()) throw std::runtime_error("node 1 does not lead");
  }

  raft_core& leader() { return cores_.front(); }

  /// Until nobody has anything to say; all that is committed is applied.
  void settle() {
    for (bool moved = true; moved;) {
      moved = false;
      for (std::size_t i = 0; i < cores_.size(); ++i) {
        if (!cores_[i].has_output()) continue;
        moved = true;
        perform(i);
      }
      for (; !under_way_.empty(); under_way_.pop_front()) {
        auto& [from, sent] = under_way_.front();
        cores_[sent.to.value - 1].step(from, std::move(sent.content));
      }
    }
  }

 private:
  void perform(std::size_t i) {
    auto& core = cores_[i];
    auto out = core.take_output();
    for (auto& each : out.messages) under_way_.push_back({node_id{i + 1}, std::move(each)});
    if (out.write) core.written(out.write->token);
    if (!out.commit) return;
    core.applied(*out.commit);
    // As behind a checkpoint.
    if (out.commit->value % 1024 == 0) core.purged(*out.commit);
  }

  struct packet {
    node_id from;
    envelope sent;
  };
  std::vector<raft_core> cores_;
  std::deque<packet> under_way_;
};

/// Proposed at once by the leader until all three have applied them.
void core_round(benchmark::State& state) {
  three_cores all;
  const payload data(std::string(200, 'x'));
  std::uint64_t serial = 0;
  for (auto _ : state) {
    std::vector<proposal> proposals;
    for (std::int64_t i = 0; i < state.range(0); ++i)
      proposals.push_back({{node_id{1}, ++serial, 1}, data});
    const auto before = all.leader().commit_index();
    if (all.leader().propose(std::move(proposals)) != refusal::none) {
      state.SkipWithError("the leader refused");
      break;
    }
    all.settle();
    if (all.leader().commit_index() - before != static_cast<std::uint64_t>(state.range(0))) {
      state.SkipWithError("not all were committed");
      break;
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(core_round)->Arg(1)->Arg(8)->Arg(64)->Arg(512);

}  // namespace
}  // namespace lithair::bench
