#include "apps/lithair/restored_state.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>

#include "actors/storage/stored_view.hpp"
#include "models/command/command.hpp"
#include "models/command/local_fields.hpp"
#include "models/derived/timeline.hpp"

namespace lithair::apps {
namespace {

// Numbers go on where no log that gave out fewer than this many indexes a second can have come.
constexpr std::uint64_t indexes_a_second = std::uint64_t{1} << 22;
constexpr std::chrono::sys_seconds epoch = std::chrono::sys_days{std::chrono::year{2025} / 1 / 1};

// At least so far, whatever the clock says.
constexpr std::uint64_t least_step = std::uint64_t{1} << 40;

/// The state is one as of `next`, and remembers which numbers are none of its own.
void go_on_at(std::uint64_t next, persistence::state_store& state) {
  auto point = state.applied();
  const auto gap = models::with_gap(state.get(models::timeline_key), {point.index.value, next});
  point.index = protocol::index_t{next};
  const persistence::change_view change{gap.key, *gap.value};
  state.commit(std::span(&change, 1), std::move(point));
}

/// Carries out the archived entries up to the target, all of which were read before.
replayed replay_log(const restore_plan& plan, persistence::state_store& state,
                    actors::replay::division part) {
  actors::replay work(state, part);
  if (plan.log && plan.target > work.applied()) {
    work.use(plan.header.point.extra);
    plan.log->walk(
        work.applied() + 1, plan.header.point.term,
        [&](const persistence::entry_view& entry, const persistence::archive_origin& from) {
          work.use(from.models);
          work.apply(entry);
          return entry.index < plan.target;
        });
  }
  work.finish();
  if (work.applied() != plan.target)
    throw std::runtime_error("the archived log changed while it was read");
  return {work.count(), work.time_us(), state.applied()};
}

/// As a node does whose items are deleted: the two states are not as of quite the same moment. Of
/// how many items.
std::size_t forget_without_item(const std::string& models, persistence::state_store& own,
                                const persistence::state_store& restored) {
  actors::replay work(own, actors::part_of_own_group);
  work.use(models);
  const auto time_us = actors::latest_log_time(own);
  const auto term = own.applied().term;
  std::size_t count = 0;
  for (const auto& removal :
       models::removals_without_item(work.schema(), work.view(), actors::stored_view(restored))) {
    count += models::read_command(removal)->operations.size();
    work.apply({work.applied() + 1, term, protocol::entry_kind::command, {}, removal, time_us});
  }
  work.finish();
  return count;
}

}  // namespace

std::uint64_t next_index(std::uint64_t last, std::chrono::system_clock::time_point now) {
  const auto since = std::chrono::floor<std::chrono::seconds>(now) - epoch;
  const auto seconds = since.count() > 0 ? static_cast<std::uint64_t>(since.count()) : 0;
  return std::max(last + least_step, seconds * indexes_a_second);
}

replayed finish_main(const restore_plan& plan, std::uint64_t next,
                     persistence::state_store& state) {
  auto done = replay_log(plan, state, actors::part_of_main_group);
  go_on_at(next, state);
  return done;
}

replayed finish_own(const restore_plan& plan, std::uint64_t next, persistence::state_store& own,
                    const persistence::state_store& restored) {
  auto done = replay_log(plan, own, actors::part_of_own_group);
  go_on_at(next, own);
  done.forgotten = forget_without_item(plan.models, own, restored);
  return done;
}

void begin_own_anew(persistence::state_store& own, const persistence::state_store& restored) {
  auto beside = restored.applied();
  const auto gap = models::with_gap({}, {0, beside.index.value});
  beside.extra.clear();
  const persistence::change_view change{gap.key, *gap.value};
  own.commit(std::span(&change, 1), std::move(beside));
}

}  // namespace lithair::apps
