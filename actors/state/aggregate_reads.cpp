#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

#include <spdlog/spdlog.h>
#include <caf/send.hpp>

#include "actors/mutants.hpp"
#include "actors/state/aggregate.hpp"
#include "models/command/local_fields.hpp"
#include "models/problem/problem.hpp"
#include "models/problem/problems.hpp"
#include "models/query/history_page.hpp"
#include "persistence/storage_error.hpp"

// Reads: those that are answered at once, those that wait for an index, and those that take many
// turns.
namespace lithair::actors {

namespace {

// How often reads that waited too long for their index are looked for while any waits.
constexpr std::chrono::milliseconds look_again{100};
// Reads that may wait for an index at once; more are told to come again.
constexpr std::size_t max_waiting = 4096;
// Lists that go on at once, turn by turn. Each holds up to 32 MiB where it sorts.
constexpr std::size_t max_going = 4;
// Lists that wait for their turn, with those that wait for their first.
constexpr std::size_t max_queued = 4096;

}  // namespace

// Where a read is answered it is seen whether the state is as far as the read must see. While none
// is there, or what is there is not to be used, it is answered why.
void aggregate::take(const caf::strong_actor_ptr& asker, ask& what,
                     std::chrono::milliseconds longest) {
  const auto wanted = std::max(what.min_index, what.read_index);
  const bool is_applied = wanted <= applied_.value || mutated(mutant::answers_before_applying);
  if (is_applied || !is_there() || !stopped_.empty() || !left_.empty()) return answer(asker, what);
  if (mutated(mutant::drops_a_held_read)) return;
  if (waiting_.size() >= max_waiting)
    return refuse(asker, what.token, disposition::unavailable, "too many reads wait for an index");
  if (waiting_.empty()) delayed_send(this, look_again, expire_reads{});
  waiting_.emplace(wanted, waiting_read{asker, std::move(what), clock().now() + longest});
}

void aggregate::answer(const caf::strong_actor_ptr& asker, const ask& what) {
  if (!asker) return;
  // Waiting for it would never end, or end with something else under that number.
  if (timeline_.is_elsewhere(what.min_index)) {
    answered reply;
    reply.token = what.token;
    reply.applied = applied_.value;
    reply.result.status = 412;
    reply.result.body = models::to_json(models::other_timeline(what.min_index));
    return send(handle(asker), std::move(reply));
  }
  if (auto early = models::why_not_yet(what.what, applied_.value, time_now()); early && state_) {
    answered reply;
    reply.token = what.token;
    reply.applied = applied_.value;
    reply.result.status = early->status;
    reply.result.body = models::to_json(*early);
    return send(handle(asker), std::move(reply));
  }
  if (auto work = models::open_cursor(what.what)) return begin({asker, what, std::move(work)});
  answered reply;
  reply.token = what.token;
  reply.applied = applied_.value;
  attempt(asker, std::move(reply), [&] { return std::optional(run(what.what)); });
}

// The log's time where it is ahead of this node's clock, as it may be.
std::int64_t aggregate::time_now() const {
  const auto wall = setup_.wall_us ? setup_.wall_us() : std::int64_t{0};
  return std::max(wall, latest_time_us_);
}

// Sends what `make` gives, or why there is none; false when it gives nothing yet.
template <class Make>
bool aggregate::attempt(const caf::strong_actor_ptr& asker, answered reply, Make make) {
  try {
    // Looked at when it is answered: it may have waited since.
    if (!left_.empty()) throw std::runtime_error(left_);
    if (!stopped_.empty()) throw std::runtime_error(stopped_);
    if (!is_there()) throw std::runtime_error("a snapshot is being installed");
    std::optional<models::outcome> made = make();
    if (!made) return false;
    reply.result = std::move(*made);
  } catch (const persistence::storage_error& e) {
    if (e.code() == persistence::storage_errc::damaged) on_damage(e.what());
    reply.what = disposition::unavailable;
    reply.reason = e.what();
  } catch (const std::exception& e) {
    reply.what = disposition::unavailable;
    reply.reason = e.what();
  }
  send(handle(asker), std::move(reply));
  return true;
}

void aggregate::confirm(const confirm_ready& question) {
  if (!question.asker) return;
  readiness reply{question.what.token, true, {}, applied_.value};
  if (repairing_) {
    reply.ready = false;
    reply.reason = "indexes are being made for the state that came from the leader";
  } else if (timeline_.is_elsewhere(question.what.min_index)) {
    reply.ready = false;
    reply.elsewhere = true;
    reply.reason = models::other_timeline(question.what.min_index).detail;
  }
  caf::anon_send(handle(question.asker), std::move(reply));
}

void aggregate::refuse(const caf::strong_actor_ptr& asker, std::uint64_t token, disposition what,
                       std::string reason) {
  if (asker)
    caf::anon_send(handle(asker), answered{token, what, std::move(reason), applied_.value, {}});
}

// Whether the items have local fields, which another group of this node keeps.
bool aggregate::is_joint(const models::query& what) const {
  auto* own = what.target != nullptr ? setup_.schema->find(what.target->id) : nullptr;
  return own != nullptr && own->holds == models::extent::replicated_part;
}

const models::state_view& aggregate::local_view() const {
  auto* local = setup_.window ? setup_.window->view() : nullptr;
  if (local == nullptr) throw std::runtime_error("the local data is not there yet");
  return *local;
}

models::outcome aggregate::run(const models::query& what) {
  if (!is_joint(what)) return models::run(*setup_.schema, what, now(), random_());
  return models::run(*setup_.schema, what, models::joined_view{*setup_.schema, now(), local_view()},
                     random_());
}

// In the order of their indexes, as soon as each is applied.
void aggregate::release_waiting() {
  const auto end = waiting_.upper_bound(applied_.value);
  for (auto at = waiting_.begin(); at != end; ++at) answer(at->second.asker, at->second.what);
  waiting_.erase(waiting_.begin(), end);
}

void aggregate::expire_waiting() {
  std::erase_if(waiting_, [this, now = clock().now()](const auto& each) {
    auto& [asker, what, deadline] = each.second;
    if (deadline > now) return false;
    refuse(asker, what.token, disposition::unknown,
           fmt::format("index {} is not applied here yet", each.first));
    return true;
  });
  if (!waiting_.empty()) delayed_send(this, look_again, expire_reads{});
}

// -- reads that take many turns ------------------------------------------------------------------

// Most are done in their first slice. Those of one turn share its time, so that none of them makes
// a write wait.
void aggregate::begin(long_read reading) {
  // Begun over a state that was newer than this one: going back would show.
  if (applied_.value < reading.applied)
    return refuse(reading.asker, reading.what.token, disposition::unavailable,
                  "the state is being fetched from the leader");
  reading.applied = applied_.value;
  if (is_turn_over() && is_there() && stopped_.empty())
    return postpone(new_reads_, std::move(reading));
  if (!turn_until_) turn_until_ = clock().now() + setup_.slice;
  if (!advance(reading, *turn_until_)) hold(std::move(reading));
}

// The first of a turn always gets its slice.
bool aggregate::is_turn_over() const { return turn_until_ && clock().now() >= *turn_until_; }

void aggregate::postpone(std::deque<long_read>& to, long_read reading) {
  if (new_reads_.size() + queued_reads_.size() >= max_queued)
    return refuse(reading.asker, reading.what.token, disposition::unavailable,
                  "too many lists are under way on this node");
  to.push_back(std::move(reading));
  go_on_later();
}

// Whether it is answered.
bool aggregate::advance(long_read& reading, time_point until) {
  answered reply;
  reply.token = reading.what.token;
  reply.applied = reading.applied;
  return attempt(reading.asker, std::move(reply), [&] {
    return go_on(reading, until) ? std::optional(reading.work->answer()) : std::nullopt;
  });
}

bool aggregate::go_on(long_read& reading, time_point until) {
  // Looking at the clock takes longer than many a pair.
  auto is_late = [this, until, asked = 0u]() mutable {
    return asked++ % 8 == 0 && clock().now() >= until;
  };
  std::optional<models::snapshot_view> then, local_then;
  const models::state_view* state = &now();
  if (reading.since != 0) state = &then.emplace(past_, reading.since, *state);
  if (!is_joint(reading.what.what)) return reading.work->go_on(*state, is_late);
  const models::state_view* local = &local_view();
  if (reading.local_since != 0) {
    if (!setup_.window->past()->holds(reading.local_since))
      throw std::runtime_error("the local data was replaced meanwhile");
    local = &local_then.emplace(*setup_.window->past(), reading.local_since, *local);
  }
  return reading.work->go_on(models::joined_view{*setup_.schema, *state, *local}, is_late);
}

// Not more than go on at once; nor while it is being noted what was: what is noted already would
// be missing as of now.
bool aggregate::may_hold(const long_read& reading) const {
  if (going_reads_.size() >= max_going || noted_) return false;
  return !is_joint(reading.what.what) || setup_.window->may_hold();
}

// Its first slice has ended and nothing was applied since.
void aggregate::hold(long_read reading) {
  if (!may_hold(reading)) {
    reading.work = models::open_cursor(reading.what.what);
    return postpone(queued_reads_, std::move(reading));
  }
  reading.since = past_.hold();
  if (is_joint(reading.what.what)) reading.local_since = setup_.window->past()->hold();
  if (!reads_for(reading.asker->address())) monitor(reading.asker);
  going_reads_.push_back(std::move(reading));
  go_on_later();
}

// It is not among going_reads_ any more.
void aggregate::let_go(const long_read& reading) {
  past_.release(reading.since);
  if (reading.local_since != 0 && setup_.window->past() != nullptr) {
    setup_.window->past()->release(reading.local_since);
    // Whose it is may not read at all.
    setup_.window->past()->tidy([] { return false; });
  }
  if (!reads_for(reading.asker->address())) demonitor(reading.asker->address());
}

bool aggregate::reads_for(const caf::actor_addr& asker) const {
  return std::any_of(going_reads_.begin(), going_reads_.end(),
                     [&](const long_read& reading) { return reading.asker->address() == asker; });
}

void aggregate::go_on() {
  goes_on_ = false;
  if (!is_there()) return;
  turn_until_.reset();
  bound_past();
  for (auto left = new_reads_.size(); left > 0 && !is_turn_over(); --left) {
    auto x = std::move(new_reads_.front());
    new_reads_.pop_front();
    begin(std::move(x));
  }
  // One at least, so that those that come later do not keep them waiting for ever.
  for (auto left = queued_reads_.size(); left > 0; --left) {
    if (!may_hold(queued_reads_.front())) break;
    auto x = std::move(queued_reads_.front());
    queued_reads_.pop_front();
    const bool was_over = is_turn_over();
    if (was_over) turn_until_.reset();
    begin(std::move(x));
    if (was_over || is_turn_over()) break;
  }
  if (!going_reads_.empty()) {
    auto x = std::move(going_reads_.front());
    going_reads_.pop_front();
    if (advance(x, clock().now() + setup_.slice))
      let_go(x);
    else
      going_reads_.push_back(std::move(x));
  }
  const auto until = clock().now() + setup_.slice;
  past_.tidy([&] { return clock().now() >= until; });
  go_on_later();
}

// By way of the loop, so that its other actors and its sockets get their turn before.
void aggregate::go_on_later() {
  if (goes_on_ || !is_there() ||
      (new_reads_.empty() && going_reads_.empty() && queued_reads_.empty() && past_.is_tidy()))
    return;
  goes_on_ = true;
  send_in_a_later_turn(go_on_reading{});
}

// The state that they read is let go.
void aggregate::begin_again() {
  while (!going_reads_.empty()) {
    auto x = std::move(going_reads_.back());
    going_reads_.pop_back();
    let_go(x);
    x.since = x.local_since = 0;
    x.work = models::open_cursor(x.what.what);
    queued_reads_.push_front(std::move(x));
  }
  past_.forget_all();
}

// Gives up those that need the most of what was, until the rest is within bounds.
void aggregate::bound_past() {
  auto kept = [this] {
    auto* local = setup_.window && setup_.local_raft ? setup_.window->past() : nullptr;
    return past_.bytes() + (local != nullptr ? local->bytes() : 0);
  };
  while (!going_reads_.empty() && kept() > setup_.max_kept_bytes) {
    auto oldest =
        std::min_element(going_reads_.begin(), going_reads_.end(),
                         [](const long_read& a, const long_read& b) { return a.since < b.since; });
    auto x = std::move(*oldest);
    going_reads_.erase(oldest);
    let_go(x);
    refuse(x.asker, x.what.token, disposition::unavailable,
           "too much was written while this was read; ask for less at a time, or use an index");
  }
}

// Nobody waits for them.
void aggregate::drop_reads_of(const caf::actor_addr& asker) {
  for (auto* all : {&new_reads_, &queued_reads_})
    std::erase_if(*all,
                  [&](const long_read& reading) { return reading.asker->address() == asker; });
  for (std::size_t i = 0; i < going_reads_.size();) {
    if (going_reads_[i].asker->address() != asker) {
      ++i;
      continue;
    }
    auto x = std::move(going_reads_[i]);
    going_reads_.erase(going_reads_.begin() + static_cast<std::ptrdiff_t>(i));
    let_go(x);
  }
}

void aggregate::refuse_all_reads(const std::string& reason) {
  begin_again();
  for (auto* all : {&new_reads_, &queued_reads_})
    for (auto& x : std::exchange(*all, {}))
      refuse(x.asker, x.what.token, disposition::unavailable, reason);
  for (auto& [index, x] : std::exchange(waiting_, {}))
    refuse(x.asker, x.what.token, disposition::unavailable, reason);
}

}  // namespace lithair::actors
