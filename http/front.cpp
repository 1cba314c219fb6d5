#include "http/front.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include <caf/actor_system.hpp>

#include "actors/loop.hpp"
#include "http/session.hpp"

namespace lithair::http {

namespace {

// File descriptors left for peers, the store and whatever else opens while connections are many.
constexpr std::size_t reserved_descriptors = 32;

// So that clients can never take the descriptors that keep the node in its cluster.
std::size_t connection_budget(std::size_t wanted) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return wanted;
  std::size_t open = 0;
  std::error_code ignored;
  for (std::filesystem::directory_iterator it{"/proc/self/fd", ignored}, end; it != end;
       it.increment(ignored))
    ++open;
  const auto taken = open + std::min<std::size_t>(reserved_descriptors, limit.rlim_cur / 4);
  return std::min<std::size_t>(wanted, limit.rlim_cur > taken ? limit.rlim_cur - taken : 1);
}

std::uint64_t seed() {
  std::random_device source;
  return std::uint64_t{source()} << 32 | source();
}

}  // namespace

front::front(backend node, const server_options& options)
    : common_(std::move(node), options),
      listener_(*common_.node.loops.front(), [this](int fd) { return take(fd); }) {
  for (auto* x : common_.node.loops) {
    lanes_.push_back(std::make_unique<lane>(common_, *x, seed()));
    common_.metrics.push_back(&lanes_.back()->metrics());
  }
}

front::~front() {
  stop();
}

void front::start() {
  budget_ = connection_budget(common_.options.max_connections);
  listener_.start(common_.node.host, common_.node.port);
  started_ = true;
}

// On loop 0. The session is made on its own loop, where it will live.
bool front::take(int fd) {
  if (!common_.sessions.begin_one(budget_)) return false;
  auto* to = lanes_[next_lane_++ % lanes_.size()].get();
  const auto begin = [to, fd] { to->all().node.system->spawn<session, caf::hidden>(to, fd); };
  if (to->home().on_own_thread())
    begin();
  else
    to->home().post(begin);
  return true;
}

void front::on_each_loop(void (lane::*what)()) {
  for (auto& x : lanes_) x->home().call([&x, what] { (x.get()->*what)(); });
}

void front::drain(std::uint32_t limit_ms) {
  if (!started_) return;
  listener_.stop();
  on_each_loop(&lane::drain);
  common_.sessions.wait_until_none(std::chrono::milliseconds{limit_ms});
}

void front::stop() {
  if (!started_) return;
  started_ = false;
  listener_.stop();
  on_each_loop(&lane::close_all);
  common_.sessions.wait_until_none(std::nullopt);
  // The last session may still be on its way out of its callback.
  for (auto& x : lanes_) x->home().call([] {});
}

}  // namespace lithair::http
