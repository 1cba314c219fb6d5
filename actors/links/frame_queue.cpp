#include "actors/links/frame_queue.hpp"

#include <algorithm>
#include <utility>

namespace lithair::actors {

namespace {

constexpr auto calls = static_cast<std::size_t>(frame_class::calls);
constexpr auto bulk = static_cast<std::size_t>(frame_class::bulk);

}  // namespace

bool frame_queue::put(frame_head head, std::string payload) {
  head.size = static_cast<std::uint32_t>(payload.size());
  const auto of = static_cast<std::size_t>(head.rank);
  waiting made{head, encode(head), std::move(payload)};
  if (bytes_[of] + made.size() > most_[of]) return false;
  bytes_[of] += made.size();
  frames_[of].push_back(std::move(made));
  return true;
}

void frame_queue::forget(const std::function<bool(const frame_head&)>& such) {
  for (std::size_t of = 0; of < frame_classes; ++of) {
    auto& frames = frames_[of];
    const auto from = frames.begin() + (now_.sent != 0 && now_.begun == of ? 1 : 0);
    const auto gone = std::remove_if(from, frames.end(), [&](const waiting& each) {
      if (!such(each.head)) return false;
      bytes_[of] -= each.size();
      return true;
    });
    frames.erase(gone, frames.end());
  }
}

// The one rule of order, for looking ahead and for what was sent.
const frame_queue::waiting* frame_queue::first(const place& from, std::size_t& of) const {
  const auto has = [&](std::size_t which) { return from.at[which] < frames_[which].size(); };
  if (from.sent != 0) {
    of = from.begun;
  } else if (has(0) || has(1)) {
    of = has(0) ? 0 : 1;
  } else if (has(calls) && has(bulk)) {
    of = from.calls_turn ? calls : bulk;
  } else if (has(calls) || has(bulk)) {
    of = has(calls) ? calls : bulk;
  } else {
    return nullptr;
  }
  return &frames_[of][from.at[of]];
}

void frame_queue::pass(place& from, std::size_t of) {
  ++from.at[of];
  from.sent = 0;
  if (of == calls || of == bulk) from.calls_turn = of == bulk;
}

std::size_t frame_queue::next(std::span<std::string_view> into) const {
  std::size_t count = 0;
  auto from = now_;
  std::size_t of = 0;
  while (const auto* each = first(from, of)) {
    for (const std::string_view part :
         {std::string_view{each->raw.data(), each->raw.size()}, std::string_view{each->payload}}) {
      const auto skipped = std::min(from.sent, part.size());
      from.sent -= skipped;
      if (skipped == part.size()) continue;
      if (count == into.size()) return count;
      into[count++] = part.substr(skipped);
    }
    pass(from, of);
  }
  return count;
}

void frame_queue::sent(std::size_t bytes) {
  std::size_t of = 0;
  while (bytes != 0) {
    const auto* each = first(now_, of);
    if (each == nullptr) return;
    const auto part = std::min(bytes, each->size() - now_.sent);
    bytes -= part;
    now_.sent += part;
    now_.begun = of;
    if (now_.sent < each->size()) return;
    bytes_[of] -= each->size();
    frames_[of].pop_front();
    pass(now_, of);
    now_.at = {};
  }
}

bool frame_queue::empty() const {
  return std::all_of(frames_.begin(), frames_.end(), [](auto& each) { return each.empty(); });
}

}  // namespace lithair::actors
