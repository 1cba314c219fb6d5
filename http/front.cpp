#include "http/front.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <stdexcept>

#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include "actors/node/publisher.hpp"
#include "actors/node/system.hpp"
#include "actors/runtime/loop.hpp"
#include "http/published_projections.hpp"
#include "http/session.hpp"

namespace lithair::http {

namespace {

// File descriptors left for peers, the store and whatever else opens while connections are many.
constexpr std::size_t reserved_descriptors = 32;

// So that clients can never take the descriptors that keep the node in its cluster.
std::size_t connection_budget(std::size_t wanted) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return wanted;
  // What is open now belongs to the node: its store, its peers, its log.
  std::size_t open = 0;
  std::error_code ignored;
  for (std::filesystem::directory_iterator it{"/proc/self/fd", ignored}, end; it != end;
       it.increment(ignored))
    ++open;
  const auto taken = open + std::min<std::size_t>(reserved_descriptors, limit.rlim_cur / 4);
  // One connection at least, so that the node can be asked what is wrong.
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
  std::vector<std::string_view> names;
  for (const auto& x : common_.options.published) names.push_back(x->name());
  // Before anything runs: names can't be told apart later.
  if (const auto wrong = why_not_publish(*common_.node.schema, names); !wrong.empty())
    throw std::invalid_argument(wrong);
  for (auto* x : common_.node.loops) {
    lanes_.push_back(std::make_unique<lane>(common_, *x, seed()));
    common_.metrics.push_back(&lanes_.back()->metrics());
    common_.loops.push_back(&x->meters());
  }
}

front::~front() { stop(); }

void front::start() {
  // Counted late, when the node has opened what it needs.
  budget_ = connection_budget(common_.options.max_connections);
  start_publisher();
  listener_.start(common_.node.host, common_.node.port);
  started_ = true;
}

// On the loop on which projections are folded.
void front::start_publisher() {
  if (common_.options.published.empty()) return;
  const auto& node = common_.node;
  common_.publisher =
      caf::actor_cast<actors::publisher_handle>(node.system->spawn<actors::publisher, caf::hidden>(
          node.loops.back(), actors::publisher::setup{node.raft, node.data, node.aggregate}));
  actors::let_go_of_system();
}

// On loop 0. The session is made on its own loop, where it will live.
bool front::take(int fd) {
  // Counted before the session exists, so that a burst can't pass the budget.
  if (!common_.sessions.begin_one(budget_)) return false;
  // In turn: connections live long, so lanes fill evenly.
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
  // No session may begin any more when the others are told to end.
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
  if (common_.publisher) caf::anon_send_exit(common_.publisher, caf::exit_reason::user_shutdown);
  common_.publisher = nullptr;
  // The last session may still be on its way out of its callback.
  for (auto& x : lanes_) x->home().call([] {});
}

}  // namespace lithair::http
