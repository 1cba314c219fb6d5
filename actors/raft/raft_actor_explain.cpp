#include <chrono>

#include <spdlog/spdlog.h>
#include <caf/send.hpp>

#include "actors/raft/raft_actor.hpp"

// What became of entries, for people.
namespace lithair::actors {

using namespace protocol;

// The moment, since 1970, at which the clock of the meters stood at 0.
std::int64_t raft_actor::epoch_us() const {
  using namespace std::chrono;
  const auto now = duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
  return static_cast<std::int64_t>(now) - static_cast<std::int64_t>(meter_clock());
}

void raft_actor::tell_if_slow(index_t index, std::uint64_t since_us, std::uint64_t now_us) {
  const auto took = now_us - since_us;
  if (!slow_.is_slow(took)) return;
  meter_.counts().slow.add(1);
  const auto untold = slow_.tell(now_us);
  if (!untold) return;
  const auto way = meter_.recorder().way_of(index, epoch_us());
  spdlog::warn("{}slow write: entry {} took {} ms{}{}{}{}", setup_.label, index.value, took / 1000,
               way && !way->trace.empty() ? " (trace " + way->trace + ")" : "", way ? ": " : "",
               way ? where_time_went(steps_of(*way)) : "",
               *untold == 0 ? "" : fmt::format("; {} more were slow before it", *untold));
}

// From memory where it is there, else from the log: without the entry there is still its way.
void raft_actor::explain(const explain_entry& question) {
  entry_explained answer;
  answer.token = question.token;
  answer.node = setup_.config.self.id;
  answer.group = setup_.group;
  answer.index = question.index;
  const auto now = core_.inspect();
  answer.first = now.first_index;
  answer.last = now.last_index;
  answer.way = meter_.recorder().way_of(question.index, epoch_us());
  const bool in_log = question.index >= answer.first && question.index <= answer.last;
  if (in_log)
    if (auto entries = core_.cached(question.index, question.index); !entries.empty())
      answer.content = std::move(entries.front());
  // What is not durable yet is in memory; the disk may hold another in its place.
  const bool on_disk = in_log && !answer.content && question.index <= core_.durable_index();
  if (!on_disk || !setup_.reader || !health_.may_step())
    return send(handle(current_sender()), std::move(answer));
  if (explanations_.is_full()) {
    answer.failed = "too many questions about entries wait on this node";
    return send(handle(current_sender()), std::move(answer));
  }
  entry_fetch what;
  // Nobody fetches entries for itself but who explains them.
  what.peer = setup_.config.self.id;
  what.first = what.last = question.index;
  what.max_bytes = 1;
  send(setup_.reader, read_log{setup_.group, what, handle_of(this)});
  explanations_.await(current_sender(), std::move(answer));
}

}  // namespace lithair::actors
