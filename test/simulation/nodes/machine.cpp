#include "test/simulation/nodes/machine.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <limits>
#include <set>
#include <typeindex>
#include <unordered_map>
#include <utility>

#include <caf/resumable.hpp>
#include <caf/send.hpp>

#include "actors/messages/messages.hpp"
#include "actors/runtime/hosted.hpp"
#include "persistence/fault_points.hpp"

namespace lithair::simulation::nodes {

namespace {

// Not an exception that the node knows, so that nothing in it takes this for a failure that it
// could handle.
struct dies_here {};

int* crash_counter = nullptr;
bool* crash_flag = nullptr;

void crash_if_due(persistence::fault_point) {
  if (crash_counter == nullptr || *crash_counter < 0 || (*crash_counter)-- > 0) return;
  *crash_flag = true;
  throw dies_here{};
}

// Asked of every job each time: by its type, since a cast across bases takes long.
bool blocks_on_the_disk(caf::resumable* job) {
  static std::unordered_map<std::type_index, bool> known;
  const auto [found, is_new] = known.try_emplace(typeid(*job), false);
  if (is_new) found->second = dynamic_cast<actors::detached_actor*>(job) != nullptr;
  return found->second;
}

caf::actor_system_config& virtual_time(caf::actor_system_config& config) {
  return config.set("scheduler.policy", caf::atom("testing"));
}

}  // namespace

/// Whoever runs gives what it wakes to its own machine.
class machine::unit final : public caf::execution_unit {
 public:
  unit(caf::actor_system& system, std::vector<caf::resumable*>& woken) : woken_(woken) {
    system_ = &system;
  }
  void exec_later(caf::resumable* job) override { woken_.push_back(job); }

 private:
  std::vector<caf::resumable*>& woken_;
};

/// Raft's clock: by the machine's steady clock.
class machine::ticks final : public actors::tick_source {
 public:
  ticks(machine& on, std::uint32_t interval_ms)
      : on_(on), life_(on.life_), interval_us_(interval_ms * 1000), last_(on.steady_us()) {}

  std::uint32_t take() override {
    const auto passed = (on_.steady_us() - last_) / interval_us_;
    last_ += passed * interval_us_;
    return static_cast<std::uint32_t>(passed);
  }
  void wake_after(std::uint32_t count, const actors::sleeper_handle& sleeper) override {
    const auto due = last_ + count * interval_us_;
    const auto now = on_.steady_us();
    if (armed_ && due_ <= due && due_ > now) return;
    armed_ = true;
    due_ = due;
    const auto wait = due > now ? (due - now) * 100 / on_.rate_percent_ + 1 : 0;
    on_.time_.after(wait, [this, on = &on_, life = life_, sleeper, due] {
      if (on->life_ != life || !on->runs()) return;
      if (due_ == due) armed_ = false;
      sleeper->enqueue(nullptr, caf::make_message_id(), caf::make_message(actors::ticked{0}),
                       nullptr);
    });
  }
  void stop() override {}

 private:
  machine& on_;
  std::uint64_t life_;
  std::uint64_t interval_us_;
  std::uint64_t last_;
  std::uint64_t due_ = 0;
  bool armed_ = false;
};

machine::machine(std::uint64_t id, std::filesystem::path directory, timeline& time,
                 random_source& random, const weather& sky)
    : port(static_cast<std::uint16_t>(8000 + id)),
      id_(id),
      directory_(std::move(directory)),
      time_(time),
      random_(random),
      sky_(sky),
      rate_percent_(100 - sky.clock_spread_percent / 2 +
                    random.below(sky.clock_spread_percent + 1)),
      system_(std::make_unique<caf::actor_system>(virtual_time(config_))),
      unit_(std::make_unique<unit>(*system_, ready_)) {
  if (sky.wall_spread_ms != 0)
    wall_offset_us = static_cast<std::int64_t>(random.below(sky.wall_spread_ms * 1000));
  persistence::set_fault_handler(&crash_if_due);
  fire_timeouts();
  while (can_run()) run_one();  // CAF's own actors
}

machine::~machine() {
  crash();
  system_.reset();
}

std::uint64_t machine::steady_us() const {
  return 1'000'000'000 * id_ + time_.now() * rate_percent_ / 100;
}

std::int64_t machine::wall_us() const {
  return 1'900'000'000'000'000 + static_cast<std::int64_t>(time_.now()) + wall_offset_us;
}

caf::scheduler::test_coordinator& machine::coordinator() {
  return static_cast<caf::scheduler::test_coordinator&>(system_->scheduler());
}

void machine::fire_timeouts() {
  auto& clock = coordinator().clock();
  const auto now = caf::actor_clock::time_point{std::chrono::microseconds{steady_us()}};
  if (now > clock.current_time) clock.advance_time(now - clock.current_time);
}

std::string machine::start(actors::node_config config, const models::schema& schema,
                           actors::connector_handle connector) {
  ++life_;
  died_ = false;
  fire_timeouts();  // Its clock went on while nothing ran.
  actors::surroundings where;
  where.system = system_.get();
  where.detached = false;
  where.connector = std::move(connector);
  where.now_ms = [this] { return steady_us() / 1000; };
  where.wall_us = [this] { return wall_us(); };
  where.random = [this] { return random_.next(); };
  where.make_ticks = [this, tick = config.tick_ms] { return std::make_unique<ticks>(*this, tick); };
  config.data_dir = directory_.string();
  crash_counter = &crash_in;
  crash_flag = &died_;
  set_disk_mood(disk);
  std::string refused;
  try {
    node_ = std::make_unique<actors::composition>(
        std::move(config), std::make_shared<const models::schema>(schema), std::move(where));
  } catch (const dies_here&) {
    refused = "it dies while it starts";
  } catch (const std::exception& e) {
    refused = e.what();
  }
  set_disk_mood(disk_mood::fine);
  crash_counter = nullptr;
  if (!refused.empty()) {
    crash();
    return refused;
  }
  for (auto& each : node_->actors())
    if (auto* at_disk =
            dynamic_cast<actors::detached_actor*>(caf::actor_cast<caf::abstract_actor*>(each)))
      at_disk->set_exception_handler([this](caf::scheduled_actor*, std::exception_ptr& x) {
        if (!died_) std::rethrow_exception(x);  // Nothing that the node itself throws gets so far.
        return caf::make_error(caf::exit_reason::kill);
      });
  return {};
}

void machine::crash() {
  ++life_;
  crash_in = -1;
  paused = false;
  disk_held_until = slow_us = 0;
  crashing_ = true;
  for (auto& each : std::exchange(blocked_, {})) ready_.push_back(each.job);
  // One that had a turn before its end may have made another one.
  std::set<caf::actor> killed;
  for (bool more = node_ != nullptr; more;) {
    more = false;
    for (auto& each : node_->actors()) {
      if (!killed.insert(each).second) continue;
      caf::anon_send_exit(each, caf::exit_reason::kill);
      more = true;
    }
    for (intake(); !ready_.empty(); intake()) run_one();
  }
  killed.clear();
  for (intake(); !ready_.empty(); intake()) run_one();
  crashing_ = false;
  node_.reset();
}

void machine::intake() {
  auto& jobs = coordinator().jobs;
  ready_.insert(ready_.end(), jobs.begin(), jobs.end());
  jobs.clear();
  const auto waits = [this](caf::resumable* job) {
    if (!blocks_on_the_disk(job)) return false;
    const auto typical = sky_.disk_us / 2 + random_.below(sky_.disk_us + 1);
    blocked_.push_back({job, time_.now() + typical + (slow_us == 0 ? 0 : random_.below(slow_us))});
    return true;
  };
  if (!crashing_) std::erase_if(ready_, waits);
}

caf::resumable* machine::next_job() {
  intake();
  const auto due = [this](const blocked& x) {
    return x.until <= time_.now() && disk_held_until <= time_.now();
  };
  const auto waiting =
      static_cast<std::size_t>(std::count_if(blocked_.begin(), blocked_.end(), due));
  if (ready_.size() + waiting == 0) return nullptr;
  auto chosen = random_.below(ready_.size() + waiting);
  if (chosen < ready_.size()) {
    auto* job = ready_[chosen];
    ready_.erase(ready_.begin() + static_cast<std::ptrdiff_t>(chosen));
    return job;
  }
  chosen -= ready_.size();
  auto at = std::find_if(blocked_.begin(), blocked_.end(),
                         [&](const blocked& x) { return due(x) && chosen-- == 0; });
  auto* job = at->job;
  blocked_.erase(at);
  return job;
}

bool machine::can_run() {
  if (paused) return false;
  intake();
  return !ready_.empty() || std::any_of(blocked_.begin(), blocked_.end(), [this](const blocked& x) {
    return x.until <= time_.now() && disk_held_until <= time_.now();
  });
}

std::uint64_t machine::next_able(std::uint64_t limit) const {
  if (!paused)
    for (auto& x : blocked_) limit = std::min(limit, std::max(x.until, disk_held_until));
  return limit;
}

void machine::run_one() {
  auto* job = next_job();
  if (job == nullptr) return;
  const bool at_disk = node_ != nullptr && blocks_on_the_disk(job);
  if (at_disk) {
    set_disk_mood(disk);
    crash_counter = &crash_in;
    crash_flag = &died_;
  }
  // What blocks on the disk takes all that waits, and has nothing left when it dies in the middle
  // of it.
  constexpr std::size_t batches[] = {1, 2, 8, 256};
  const auto most = at_disk ? std::numeric_limits<std::size_t>::max()
                            : batches[random_.below(std::size(batches))];
  auto result = caf::resumable::awaiting_message;
  try {
    result = job->resume(unit_.get(), most);
  } catch (const dies_here&) {
  }
  set_disk_mood(disk_mood::fine);
  crash_counter = nullptr;
  if (result == caf::resumable::resume_later)
    ready_.push_back(job);
  else
    caf::intrusive_ptr_release(job);
}

}  // namespace lithair::simulation::nodes
