#include "actors/aggregate.hpp"

#include <algorithm>
#include <chrono>

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

namespace lithair::actors {

using namespace protocol;

namespace {

using clock = std::chrono::steady_clock;
using expire_atom = caf::atom_constant<caf::atom("expire")>;
constexpr expire_atom expire_v{};

// How long a read waits for its X-Min-Index, and how often late ones are looked for while any waits.
constexpr std::chrono::seconds min_index_wait{5};
constexpr std::chrono::milliseconds look_again{100};
// Local reads that may wait for an index at once; more are told to come again.
constexpr std::size_t max_waiting = 4096;

}  // namespace

aggregate::aggregate(caf::actor_config& cfg, loop* home, const models::schema* schema, node_id self)
    : hosted_actor(cfg, home), schema_(schema), self_(self) {}

caf::behavior aggregate::make_behavior() {
  set_default_handler(caf::drop);
  // CAF answers what an actor dropped with an error, and ends whoever has no handler for that.
  set_error_handler([](caf::error&) {});
  return {
      [this](const apply_entries& x) {
        auto result = apply(x.entries);
        send(caf::actor_cast<caf::actor>(current_sender()), std::move(result));
        release_waiting();
      },
      [this](const run_queries& x) {
        for (auto& each : x.queries) answer(each.asker, each.what);
      },
      [this](ask& x) {
        auto asker = current_sender();
        if (x.min_index <= applied_.value) {
          answer(asker, x);
        } else if (waiting_.size() >= max_waiting) {
          send(caf::actor_cast<caf::actor>(asker),
               answered{x.token, disposition::unavailable, "too many reads wait for an index", applied_.value, {}});
        } else {
          if (waiting_.empty()) delayed_send(this, look_again, expire_v);
          waiting_.push_back({std::move(asker), std::move(x), clock::now() + min_index_wait});
        }
      },
      [this](expire_atom) { expire_waiting(); },
  };
}

applied aggregate::apply(const std::vector<entry>& entries) {
  applied result;
  for (auto& each : entries) {
    if (!stopped_.empty()) break;
    if (each.index != applied_ + 1) {
      stopped_ = fmt::format("entry {} can't be applied after {}", each.index.value, applied_.value);
      break;
    }
    if (each.kind == entry_kind::command) {
      bool ours = each.from.node == self_;
      changes_.clear();
      auto outcome = models::apply(*schema_, each.index.value, each.data.view(), state_, ours, changes_);
      if (!outcome) {
        stopped_ = fmt::format("the command at index {} is of a version that this program does not know; "
                               "start a newer one", each.index.value);
        break;
      }
      state_.apply(changes_);
      if (ours) result.results.push_back({each.from.serial, each.index.value, std::move(*outcome)});
    }
    applied_ = each.index;
    result.term = each.term;
  }
  if (!stopped_.empty()) spdlog::critical("applying stops: {}", stopped_);
  result.through = applied_;
  result.stopped = stopped_;
  return result;
}

void aggregate::answer(const caf::strong_actor_ptr& asker, const ask& what) {
  if (!asker) return;
  answered reply;
  reply.token = what.token;
  reply.applied = applied_.value;
  if (stopped_.empty()) {
    reply.result = models::run(*schema_, what.what, state_, random_());
  } else {
    reply.what = disposition::unavailable;
    reply.reason = stopped_;
  }
  send(caf::actor_cast<caf::actor>(asker), std::move(reply));
}

void aggregate::release_waiting() {
  if (waiting_.empty()) return;
  auto ready = std::stable_partition(waiting_.begin(), waiting_.end(), [this](const waiting_read& x) {
    return x.what.min_index > applied_.value;
  });
  for (auto i = ready; i != waiting_.end(); ++i) answer(i->asker, i->what);
  waiting_.erase(ready, waiting_.end());
}

void aggregate::expire_waiting() {
  auto late = std::stable_partition(waiting_.begin(), waiting_.end(), [now = clock::now()](const waiting_read& x) {
    return x.deadline > now;
  });
  for (auto i = late; i != waiting_.end(); ++i)
    send(caf::actor_cast<caf::actor>(i->asker),
         answered{i->what.token, disposition::unknown,
                  fmt::format("index {} is not applied here yet", i->what.min_index), applied_.value, {}});
  waiting_.erase(late, waiting_.end());
  if (!waiting_.empty()) delayed_send(this, look_again, expire_v);
}

}  // namespace lithair::actors
