#pragma once

#include <deque>
#include <functional>
#include <utility>

#include <caf/actor_control_block.hpp>

#include "actors/messages/explain_messages.hpp"
#include "actors/messages/storage_messages.hpp"

namespace lithair::actors {

/// Questions about entries that wait for the file reader to bring them; it answers in order. 64
/// wait at most. For one thread.
class explanations {
 public:
  /// Sends an answer to who asked.
  using reply = std::function<void(const caf::strong_actor_ptr&, entry_explained)>;

  explicit explanations(reply to) : reply_(std::move(to)) {}

  /// Whether as many wait as may.
  bool is_full() const { return waiting_.size() >= 64; }
  /// The answer waits for its content, which the file reader was asked for.
  void await(caf::strong_actor_ptr asker, entry_explained so_far) {
    waiting_.emplace_back(std::move(asker), std::move(so_far));
  }
  /// What the file reader found. Without an entry it is answered all the same.
  void fetched(actors::fetched& found) {
    if (waiting_.empty()) return;
    auto [asker, answer] = std::move(waiting_.front());
    waiting_.pop_front();
    if (!found.entries.empty() && found.entries.front().index == answer.index)
      answer.content = std::move(found.entries.front());
    reply_(asker, std::move(answer));
  }

 private:
  reply reply_;
  std::deque<std::pair<caf::strong_actor_ptr, entry_explained>> waiting_;
};

}  // namespace lithair::actors
