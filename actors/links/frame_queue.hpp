#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "actors/links/frame.hpp"

namespace lithair::actors {

/// Frames on their way out of one link. Those of one class keep their order. What is urgent goes
/// first: liveness before Raft, Raft before all else, and calls and bulk by turns. A frame that was
/// begun is finished, so whatever is put waits for the rest of one frame at most, beside its like.
/// Bounded by class. Pure.
class frame_queue {
 public:
  /// Bytes of each class, heads included.
  using limits = std::array<std::size_t, frame_classes>;
  static constexpr limits usual{4 << 20, 32 << 20, 8 << 20, 64 << 20};

  explicit frame_queue(limits most = usual) : most_(most) {}

  /// False: its class is full, and nothing was put. The head's size is set here.
  [[nodiscard]] bool put(frame_head head, std::string payload);
  /// What is not begun and is such goes.
  void forget(const std::function<bool(const frame_head&)>& such);

  /// The bytes to send next, in `into`, until that is full; how many parts there are. Valid until
  /// something changes.
  std::size_t next(std::span<std::string_view> into) const;
  /// So many of those bytes were sent.
  void sent(std::size_t bytes);

  bool empty() const;
  /// Bytes that wait in a class.
  std::size_t bytes(frame_class of) const { return bytes_[static_cast<std::size_t>(of)]; }

 private:
  struct waiting {
    frame_head head;
    std::array<char, frame_head::bytes> raw;
    std::string payload;
    std::size_t size() const { return raw.size() + payload.size(); }
  };
  // Where one has come to in going through what waits.
  struct place {
    std::array<std::size_t, frame_classes> at{};
    std::size_t sent = 0;   // bytes of the frame that was begun
    std::size_t begun = 0;  // its class, if any of it was sent
    bool calls_turn = true;
  };
  const waiting* first(const place& from, std::size_t& of) const;
  static void pass(place& from, std::size_t of);

  limits most_;
  std::array<std::deque<waiting>, frame_classes> frames_;
  std::array<std::size_t, frame_classes> bytes_{};
  place now_;  // its `at` stays 0
};

}  // namespace lithair::actors
