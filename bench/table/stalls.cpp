#include "bench/table/stalls.hpp"

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace lithair::bench {
namespace {

constexpr auto model = R"([models.records.fields]
id   = { type = "integer", primary_key = true, replicate = true }
text = { type = "string", replicate = true }
)";

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

double stalled_cluster::checkpoints() {
  const auto text = nodes_.client(leader_).get("/metrics").body;
  const std::string name = "\nlithair_checkpoint_seconds_count{group=\"1\"} ";
  const auto at = text.find(name);
  if (at == std::string::npos) throw std::runtime_error("/metrics has no checkpoints");
  return std::stod(text.substr(at + name.size(), 20));
}

load_result stalled_cluster::write_beside_checkpoints() {
  const auto how = plan(200);
  const auto before = checkpoints();
  auto made = run(how);
  if (!(checkpoints() > before)) throw std::runtime_error("no checkpoint was made");
  return made;
}

load_result stalled_cluster::write_beside_asked_checkpoints() {
  const auto how = plan(200);
  const auto before = checkpoints();
  std::atomic<bool> over{false};
  std::thread asking([this, &over] {
    auto client = nodes_.client(leader_);
    while (!over) client.post("/_admin/snapshot", "");
  });
  struct joined {
    std::atomic<bool>& over;
    std::thread& thread;
    ~joined() {
      over = true;
      thread.join();
    }
  };
  const joined at_the_end{over, asking};
  auto made = run(how);
  if (!(checkpoints() > before)) throw std::runtime_error("no checkpoint was made");
  return made;
}

load_result stalled_cluster::write_beside_snapshot() {
  auto how = plan(200);
  const auto away = (leader_ + 1) % nodes_.size();
  const auto told = [this] {
    const auto log = nodes_.log(leader_);
    std::size_t times = 0;
    for (auto at = log.find(" a snapshot as of "); at != std::string::npos;
         at = log.find(" a snapshot as of ", at + 1))
      ++times;
    return times;
  };
  nodes_.kill(away);
  run(how);  // what it misses; purged at once
  const auto before = told();
  how.on_begin = [this, away] { nodes_.start(away); };
  auto made = run(how);
  nodes_.await_ready(away);
  if (told() == before) throw std::runtime_error("no snapshot was sent");
  return made;
}

}  // namespace lithair::bench
