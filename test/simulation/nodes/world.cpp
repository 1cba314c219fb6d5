#include "test/simulation/nodes/world.hpp"

#include <malloc.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <stdexcept>

#include "models/declaration/model_file.hpp"
#include "protocol/invariants.hpp"

namespace lithair::simulation::nodes {

namespace fs = std::filesystem;

namespace {

// What Raft has under way to one follower, a window of pieces, and what is urgent.
constexpr std::uint64_t most_on_a_connection = 3 << 20;

constexpr std::string_view common_fields = R"(
id    = { type = "string", primary_key = true, immutable = true, replicate = true, track_history = true }
value = { type = "string", unique = true, replicate = true, track_history = true }
count = { type = "integer", default = 0, replicate = true, merge = "add" }
)";

constexpr std::string_view projections = R"toml(
[projections.by_count]
from     = "items"
group_by = "count"
measures = { items = "count", total = "sum(count)" }
)toml";

models::schema schema_for(const weather& sky) {
  std::string text;
  for (auto* name : {"items", "others"})
    text += fmt::format("[models.{}.fields]{}", name, common_fields);
  if (sky.local)
    text +=
        "note = { type = \"string\", optional = true, replicate = false }\n[models.notes.fields]\n"
        "id = { type = \"string\", primary_key = true }\nvalue = { type = \"string\" }\n";
  text += projections;
  auto made = models::parse_model_text(text, "the simulator's models");
  if (!made) throw std::logic_error("the simulator's models are wrong");
  return std::move(*made);
}

// The log lines of nodes become lines of the trace.
class trace_sink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit trace_sink(std::function<void(const std::string&)> to) : to_(std::move(to)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& line) override {
    to_("  | " + std::string{line.payload.data(), line.payload.size()});
  }
  void flush_() override {}

  std::function<void(const std::string&)> to_;
};

caf::actor_system_config& virtual_time(caf::actor_system_config& config) {
  return config.set("scheduler.policy", caf::atom("testing"));
}

// Chance from one seed is not that from the next one, a step further.
std::uint64_t beginning_of(std::uint64_t seed) { return random_source{seed}.next(); }

std::uint64_t running_machine = 0;

}  // namespace

world::world(std::uint64_t seed, fs::path place, tracer trace)
    : seed_(seed),
      random_(beginning_of(seed)),
      sky_(weather::draw(random_)),
      trace_(std::move(trace)),
      place_(std::move(place)),
      schema_(schema_for(sky_)),
      system_(std::make_unique<caf::actor_system>(virtual_time(config_))) {
  report_.seed = seed;
  fs::remove_all(place_);
  fs::create_directories(place_);
  for (std::uint64_t id = 1; id <= sky_.nodes; ++id)
    machines_.push_back(
        std::make_unique<machine>(id, place_ / std::to_string(id), time_, random_, sky_));
  if (sky_.wrong_wall)
    machines_[random_.below(machines_.size())]->wall_offset_us = 3LL * 86'400'000'000;
  network_ = std::make_unique<network>(*system_, time_, random_, sky_, machines_);
  desk_ = companion::make(
      *system_, [this](caf::mailbox_element_ptr x) { on_message(x->move_content_to_message()); });
  if (trace_) {
    auto log = std::make_shared<spdlog::logger>(
        "trace", std::make_shared<trace_sink>([this](const std::string& line) {
          note(fmt::format("node {}{}", running_machine, line));
        }));
    log->set_level(spdlog::level::debug);
    spdlog::set_default_logger(log);
    note(to_string(sky_));
  } else {
    spdlog::set_level(spdlog::level::off);
  }
}

world::~world() {
  companion::end(desk_, caf::exit_reason::kill);
  for (auto& each : desks_) companion::end(each, caf::exit_reason::kill);
  desk_ = nullptr;
  desks_.clear();
  network_->close();
  time_.clear();
  machines_.clear();
  network_.reset();
  auto& jobs = static_cast<caf::scheduler::test_coordinator&>(system_->scheduler());
  while (jobs.try_run_once()) continue;
  system_.reset();
  if (report_.broken.empty() || !trace_)
    fs::remove_all(place_);  // Whoever looks closely wants to see the disks.
}

void world::note(const std::string& text) {
  if (trace_)
    trace_(fmt::format("{:>10.3f} ms  {}", static_cast<double>(time_.now()) / 1000, text));
}

void world::fail(const std::string& why) {
  if (!report_.broken.empty()) return;
  note("BROKEN: " + why);
  report_.broken = why;
}

void world::every(std::uint64_t ms, const std::function<void()>& what) {
  time_.after(ms * 500 + random_.below(ms * 1000 + 1), [this, ms, what] {
    what();
    every(ms, what);
  });
}

void world::run_until(std::uint64_t time, const std::function<bool()>& done) {
  std::vector<machine*> able;
  while (time_.now() < time && report_.broken.empty() && !(done && done())) {
    while (time_.run_due()) continue;
    able.clear();
    for (auto& each : machines_)
      if (each->can_run()) able.push_back(each.get());
    if (able.empty()) {
      auto until = time;
      for (auto& each : machines_) until = each->next_able(until);
      time_.skip(until);
      continue;
    }
    auto& chosen = *able[random_.below(able.size())];
    running_machine = chosen.id();
    chosen.run_one();
    time_.pass(1 + random_.below(20));
    if (chosen.has_died()) {
      note(fmt::format("node {} dies in the middle of the stores' work", chosen.id()));
      ++report_.deaths;
      kill(chosen, false);
    }
  }
}

actors::node_config world::config_of(machine& x, bool init) {
  actors::node_config config;
  const auto address = [](const machine& of) {
    return actors::peer_address{protocol::node_id{of.id()}, "10.0.0.1", of.port,
                                static_cast<std::uint16_t>(of.port + 1000)};
  };
  config.self = address(x);
  // Later starts are told who is a member by then, as those who ask a cluster to join it.
  const bool founds = is_founder(x) && x.life() == 0;
  for (auto& each : machines_)
    if (each.get() != &x && (founds ? is_founder(*each) : members_.contains(each->id())))
      config.peers.push_back(address(*each));
  config.init = init;
  if (sky_.groups) config.groups = {{"others", protocol::group_id{2}}};
  config.checkpoint_entries = sky_.checkpoint_entries;
  config.checkpoint_interval_ms = 700;
  config.checkpoint_part_bytes = sky_.part_kb << 10;
  config.log_margin = sky_.log_margin;
  config.map_size = sky_.map_mb << 20;
  config.request_timeout_ms = 2500;
  config.leaderless_wait_ms = 1000;
  return config;
}

bool world::start(machine& x) {
  running_machine = x.id();
  note(fmt::format("node {} starts", x.id()));
  auto refused = x.start(config_of(x, is_founder(x)), schema_, network_->connector(x));
  ++report_.starts;
  if (refused.empty()) return true;
  note(fmt::format("node {} refuses to start: {}", x.id(), refused));
  const bool had_reason = x.disk != disk_mood::fine || refused.starts_with("it dies");
  if (!had_reason) fail(fmt::format("node {} refuses to start: {}", x.id(), refused));
  return false;
}

// Peers of a process that was killed hear it from its kernel; those of a machine without power do
// not, until they send something: the middleman does, twice a second.
void world::kill(machine& x, bool silently) {
  if (!x.runs() && !x.has_died()) return;
  note(fmt::format("node {} is killed{}", x.id(), silently ? ", silently" : ""));
  running_machine = x.id();
  const auto life = x.life();
  x.crash();
  if (!silently) return network_->break_links(x.id(), life);
  // By then it may run again, with other links.
  time_.after(random_.between(500'000, 1'500'000),
              [this, id = x.id(), life] { network_->break_links(id, life); });
}

machine* world::running(bool any) {
  std::vector<machine*> all;
  for (auto& each : machines_)
    if (each->runs() && (any || members_.contains(each->id()))) all.push_back(each.get());
  return all.empty() ? nullptr : all[random_.below(all.size())];
}

report world::run() {
  for (auto& each : machines_)
    if (is_founder(*each)) {
      members_.insert(each->id());
      start(*each);
    }
  every(5, [this] {
    for (auto& each : machines_)
      if (each->runs() && !each->paused) each->fire_timeouts();
  });
  every(sky_.client_every_ms, [this] { client(); });
  every(200, [this] { give_up_on_the_dead(); });
  every(400, [this] {
    if (chaos_) subscribe();
  });
  run_until(time_.now() + 1'000'000);
  every(sky_.fault_every_ms, [this] {
    if (chaos_) fault();
  });
  every(500, [this] {
    if (chaos_) operate();
  });
  end_of_chaos_ = time_.now() + sky_.chaos_ms * 1000;
  run_until(end_of_chaos_);
  if (report_.broken.empty()) heal();
  if (report_.broken.empty()) judge_all();
  for (auto& x : operations_) {
    if (x.outcome != operation::end::done) continue;
    (x.writes() ? report_.acknowledged : report_.reads) += 1;
  }
  report_.messages = network_->messages();
  report_.most_on_the_way = network_->most_on_the_way();
  if (report_.most_on_the_way > most_on_a_connection)
    fail(fmt::format("{} bytes were on their way over one connection", report_.most_on_the_way));
  report_.fingerprint = network_->fingerprint;
  return report_;
}

// LMDB wants some MB of zeros for each environment and touches few of them: fresh from the system
// they cost nothing. All else is used again and again.
void keep_memory() {
  static const bool done =
      mallopt(M_MMAP_THRESHOLD, 1 << 20) != 0 && mallopt(M_TRIM_THRESHOLD, 1 << 30) != 0;
  (void)done;
}

report simulate(std::uint64_t seed, const fs::path& place, world::tracer trace) {
  keep_memory();
  return world{seed, place, std::move(trace)}.run();
}

}  // namespace lithair::simulation::nodes
