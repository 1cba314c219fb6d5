#include "protocol/progress.hpp"

#include <algorithm>

namespace lithair::protocol {

void progress::sent(index_t last, std::uint64_t bytes, std::uint64_t now) {
  // What waits for nothing can't be late: the time begins with the first that is sent.
  if (window_.empty()) advance = now;
  window_.push_back({last, bytes});
  inflight_bytes_ += bytes;
  next = last + 1;
  alone = false;
}

bool progress::acknowledged(index_t index, std::uint64_t now) {
  // An acknowledgement is of the whole log up to its index, so it stands for all appends before it.
  for (; !window_.empty() && window_.front().last <= index; window_.pop_front()) {
    inflight_bytes_ -= window_.front().bytes;
  }
  if (index <= match) return false;
  match = index;
  next = std::max(next, match + 1);
  advance = now;
  return true;
}

void progress::forget(std::uint64_t from_round) {
  // It has nothing for certain any more, though it may have all.
  match = told = index_t{};
  believed_from = from_round;
  verify = false;
  probe_from(next);
}

void progress::probe_from(index_t from) {
  clear_window();
  state = mode::probe;
  // What matches is durable there, so no probe goes below it.
  next = std::max(from, match + 1);
  paused = false;
  fetching = false;
  alone = false;
}

void progress::replicate() {
  clear_window();
  state = mode::replicate;
  next = match + 1;
  paused = false;
  fetching = false;
  alone = false;
}

void progress::await_snapshot() {
  clear_window();
  state = mode::snapshot;
  fetching = false;
  snapshot = index_t{};
}

void progress::clear_window() {
  window_.clear();
  inflight_bytes_ = 0;
}

}  // namespace lithair::protocol
