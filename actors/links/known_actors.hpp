#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>

namespace lithair::actors {

/// The actors of one side of a conversation that the other one knows of. Those that ended are
/// remembered for a while, for what is said to them was under way already: as many as may be alive.
/// Pure.
class known_actors {
 public:
  explicit known_actors(std::size_t most) : most_(most) {}

  /// It was named. `reachable`: and may be sent to from now on, by whoever heard it. False: there
  /// are too many.
  [[nodiscard]] bool name(std::uint64_t actor, bool reachable);
  /// It has ended.
  void end(std::uint64_t actor);

  bool knows(std::uint64_t actor) const { return all_.contains(actor); }
  bool is_reachable(std::uint64_t actor) const;
  std::size_t size() const { return all_.size(); }

 private:
  struct state {
    bool reachable = false;
    bool ended = false;
  };

  const std::size_t most_;
  std::unordered_map<std::uint64_t, state> all_;
  std::deque<std::uint64_t> ended_;  // the oldest first; some may have been named again
  std::size_t alive_ = 0;
};

}  // namespace lithair::actors
