#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "actors/links/frame.hpp"

namespace lithair::actors {

/// Cuts the bytes of a link into frames, however they come. What a head claims is checked before it
/// costs memory: it holds what has come of one frame, and room for as much again at most. Pure.
class frame_decoder {
 public:
  /// `most`: the longest payload that is taken.
  explicit frame_decoder(std::size_t most) : most_(most) {}

  /// Takes bytes from the front of `bytes` up to the end of a frame. None: more bytes are needed
  /// (`bytes` is empty then), or it has failed.
  std::optional<frame> next(std::string_view& bytes);

  /// Why nothing is taken any more, as a sentence; empty: it goes on.
  const std::string& failed() const { return failed_; }
  /// Bytes that wait for the rest of their frame.
  std::size_t held() const { return head_.size() + payload_.size(); }

 private:
  bool take_head(std::string_view& bytes);

  std::size_t most_;
  std::string head_;  // what has come of it; empty or whole while the payload comes
  frame_head coming_;
  std::string payload_;
  std::string failed_;
};

}  // namespace lithair::actors
