#include "bench/table/stalls.hpp"

#include <atomic>
#include <future>
#include <stdexcept>
#include <string>
#include <vector>

namespace lithair::bench {
namespace {

constexpr auto model = R"([models.records.fields]
id   = { type = "integer", primary_key = true, replicate = true }
text = { type = "string", replicate = true }
)";

const std::string checkpoints = "lithair_checkpoint_seconds_count";

/// Tells others that it is over, also when that is because of an exception.
struct ended_by {
  std::atomic<bool>& over;
  ~ended_by() { over = true; }
};

std::vector<std::string> flags(const settings& how, bool tidies) {
  if (!tidies)
    return {"--checkpoint-interval", "1h",       "--checkpoint-bytes", "1GiB",
            "--checkpoint-entries",  "100000000"};
  return {"--checkpoint-interval", how.quick ? "50ms" : "1s", "--log-margin", "10"};
}

std::string post(std::size_t payload) {
  return R"({"id":9########,"text":")" + std::string(payload, 't') + "\"}";
}

}  // namespace

stalled_cluster::stalled_cluster(const settings& how, bool tidies)
    : how_(how),
      models_(model),
      nodes_({.nodes = 3,
              .models = models_.path(),
              .flags = flags(how, tidies),
              .program = how.program}) {
  nodes_.start_all();
  nodes_.await_all_ready();
  leader_ = nodes_.await_leader();
}

load_plan stalled_cluster::plan(std::size_t payload) {
  leader_ = nodes_.await_leader();
  auto made = plan_for(how_, {nodes_.port(leader_)}, 64);
  made.write = make_request("POST", "/api/records", post(payload), 201);
  return made;
}

load_result stalled_cluster::run(const load_plan& plan) {
  auto numbered = plan;
  numbered.first_number = next_number_;
  auto made = run_whole(numbered);
  next_number_ += made.writes;
  return made;
}

load_result stalled_cluster::write(std::size_t payload) { return run(plan(payload)); }

double stalled_cluster::metric(const std::string& name) {
  const auto text = nodes_.client(leader_).get("/metrics").body;
  const auto line = "\n" + name + "{group=\"1\"} ";
  const auto at = text.find(line);
  if (at == std::string::npos) throw std::runtime_error("/metrics has no " + name);
  return std::stod(text.substr(at + line.size(), 20));
}

load_result stalled_cluster::write_beside_checkpoints() {
  const auto how = plan(200);
  const auto before = metric(checkpoints);
  auto made = run(how);
  // A moment may be too short for one.
  if (how_.quick) nodes_.await("a checkpoint", [&] { return metric(checkpoints) > before; });
  if (!(metric(checkpoints) > before)) throw std::runtime_error("no checkpoint was made");
  return made;
}

load_result stalled_cluster::write_beside_asked_checkpoints() {
  const auto how = plan(200);
  const auto before = metric(checkpoints);
  std::atomic<bool> over{false};
  auto asking = std::async(std::launch::async, [this, &over] {
    auto client = nodes_.client(leader_);
    bool taken = true;
    do taken = client.post("/_admin/snapshot", "").status == 200 && taken;
    while (!over);
    return taken;
  });
  load_result made;
  {
    const ended_by stop{over};
    made = run(how);
  }
  if (!asking.get()) throw std::runtime_error("a checkpoint was refused");
  if (!(metric(checkpoints) > before)) throw std::runtime_error("no checkpoint was made");
  return made;
}

std::size_t stalled_cluster::snapshots_sent() const {
  const std::string words = " a snapshot as of ";
  const auto log = nodes_.log(leader_);
  std::size_t times = 0;
  for (auto at = log.find(words); at != std::string::npos; at = log.find(words, at + 1)) ++times;
  return times;
}

load_result stalled_cluster::write_beside_snapshot() {
  auto how = plan(200);
  const auto away = (leader_ + 1) % nodes_.size();
  const auto known = metric("lithair_raft_last_index");
  nodes_.kill(away);
  run(how);
  nodes_.await("what the member misses to be purged",
               [&] { return metric("lithair_raft_first_index") > known + 1; });
  const auto before = snapshots_sent();
  how.on_begin = [this, away] { nodes_.start(away); };
  auto made = run(how);
  nodes_.await_ready(away);
  if (snapshots_sent() == before) throw std::runtime_error("no snapshot was sent");
  return made;
}

}  // namespace lithair::bench
