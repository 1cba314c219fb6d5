#include "http/front.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <thread>

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

// Places for those who look after the node, beyond the others.
constexpr std::size_t reserved_places = 16;

// Where descriptors are few the reserve takes an eighth of them. One address leaves an eighth to
// others, unless it is said how many it may have.
admission::limits places(const server_options& options) {
  const auto all = connection_budget(options.max_connections + reserved_places);
  admission::limits result;
  result.reserved = std::max(all > options.max_connections ? all - options.max_connections : 0,
                             std::min(reserved_places, all / 8));
  result.regular = std::min(options.max_connections, all - result.reserved);
  result.per_address =
      options.max_per_address > 0 ? options.max_per_address : result.regular - result.regular / 8;
  return result;
}

}  // namespace

front::front(backend node, const server_options& options)
    : common_(std::move(node), options),
      listener_(*common_.node.loops.front(), common_.options.tls != nullptr,
                [this](int fd) { return take(fd); }) {
  std::vector<std::string_view> names;
  names.reserve(common_.options.published.size());
  for (const auto& x : common_.options.published) names.push_back(x->name());
  // Before anything runs: names can't be told apart later.
  if (const auto wrong = why_not_publish(*common_.node.schema, names); !wrong.empty())
    throw std::invalid_argument(wrong);
  for (auto* x : common_.node.loops) {
    lanes_.push_back(std::make_unique<lane>(common_, *x));
    common_.lanes.push_back(lanes_.back().get());
    common_.metrics.push_back(&lanes_.back()->metrics());
    common_.loops.push_back(&x->meters());
  }
}

front::~front() { stop(); }

void front::start() {
  // Counted late, when the node has opened what it needs.
  common_.sessions.set_limits(places(common_.options));
  start_publisher();
  on_each_loop(&lane::begin_hub);
  try {
    listener_.start(common_.node.host, common_.node.port);
  } catch (...) {
    on_each_loop(&lane::end_hub);
    throw;
  }
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
  // Counted before the session exists, so that a burst can't pass the limits.
  const admission::ticket given{peer_address(fd), common_.sessions.begin_one(peer_address(fd))};
  if (given.as != place::regular) lanes_.front()->metrics().turned_away.add(1);
  // Before the last place is taken, and for whoever comes next.
  if (const auto shortage = common_.sessions.short_of(given.from); shortage.is_any())
    common_.make_room(shortage);
  if (given.as == place::refused) return false;
  // In turn: connections live long, so lanes fill evenly.
  auto* to = lanes_[next_lane_++ % lanes_.size()].get();
  const auto begin = [to, fd, given] {
    to->all().node.system->spawn<session, caf::hidden>(to, fd, given);
  };
  if (to->home().on_own_thread())
    begin();
  else
    to->home().post(begin);
  return true;
}

void front::on_each_loop(void (lane::*what)()) {
  for (auto& x : lanes_) x->home().call([&x, what] { (x.get()->*what)(); });
}

void front::leave() {
  if (!started_) return;
  on_each_loop(&lane::leave);
}

// Who balances load connects only now and then, to look at /readyz: so that nobody is connected
// means little, unless nobody was for as long as such a look may be away.
void front::await_departures(std::chrono::milliseconds time, bool haste) {
  if (!started_ || common_.sessions.none_for(time)) return;
  if (haste)
    common_.sessions.wait_until_none(time);
  else
    std::this_thread::sleep_for(time);
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
  on_each_loop(&lane::end_hub);
  // The last session may still be on its way out of its callback.
  for (auto& x : lanes_) x->home().call([] {});
}

}  // namespace lithair::http
