#include "protocol/print.hpp"
#include "test/simulation/world.hpp"

namespace lithair::simulation {

void world::post(server& from, envelope e) {
  server* to = find(e.to);
  if (to == nullptr) return;
  bool lost =
      cut_.contains({from.id, e.to}) || (!healing_ && random_.percent(settings_.loss_percent));
  if (tracing()) {
    note(&from,
         "-> n" + std::to_string(e.to.value) + (lost ? " LOST " : " ") + to_string(e.content));
  }
  if (lost) return;
  std::uint64_t copies = !healing_ && random_.percent(settings_.duplicate_percent) ? 2 : 1;
  for (; copies > 0; --copies) {
    std::uint64_t delay = healing_ ? 500 : 1 + random_.below(ms(settings_.delay_ms));
    if (!healing_ && random_.percent(settings_.spike_percent))
      delay += random_.below(ms(settings_.spike_ms));
    if (free_packets_.empty()) {
      free_packets_.push_back(packets_.size());
      packets_.emplace_back();
    }
    std::uint64_t slot = free_packets_.back();
    free_packets_.pop_back();
    packets_[slot] = {from.id, e.content};
    schedule(what::deliver, delay, to, slot);
  }
}

void world::deliver(server& to, packet p) {
  catch_up(to);
  const auto* answer = std::get_if<snapshot_response>(&p.content);
  std::optional<snapshot_response> response;
  if (answer != nullptr) response = *answer;
  bool chunk = std::holds_alternative<snapshot_request>(p.content);
  if (tracing()) note(&to, "<- n" + std::to_string(p.from.value) + " " + to_string(p.content));
  to.core->step(p.from, std::move(p.content));
  auto sending = to.sending.find(p.from);
  if (response && sending != to.sending.end() && response->index == sending->second.meta.index) {
    if (response->installed || response->rejected) {
      to.sending.erase(sending);
    } else if (response->offset > sending->second.offset) {
      sending->second.offset = response->offset;
      send_chunk(to, p.from);
    }
  }
  after_input(to, chunk);
}

}  // namespace lithair::simulation
