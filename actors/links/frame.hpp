#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// What crosses a link between two nodes, once both know who is at the other end: frames, one after
/// the other. Pure.
///
///     frame := size:u32 class:u8 kind:u8 flags:u8 spare:u8 group:u64 payload:size bytes
///
/// little-endian. Group 0 is the node. Fields behind those that a kind is known to have are
/// ignored, so that later versions may tell more.
namespace lithair::actors {

/// What waits for what: within a class frames keep their order, between classes the lower goes
/// first (see frame_queue).
enum class frame_class : std::uint8_t {
  /// Greetings, heartbeats, votes, acknowledgements: never behind more than one frame of others
  liveness,
  raft,   ///< entries, and what groups say beside Raft
  calls,  ///< between actors of programs
  bulk,   ///< what is long, piece by piece
};
inline constexpr std::size_t frame_classes = 4;

/// What a frame holds. A number is never used again for something else.
enum class frame_kind : std::uint8_t {
  // Of the handshake: see handshake.hpp
  hello = 1,
  confirm = 2,
  ready = 3,
  refused = 4,
  // Of the node
  alive = 8,    ///< nothing: the sender lives
  models = 9,   ///< what the sender serves, as text of a model file; before any greeting
  actors = 10,  ///< bytes between actors of programs
  taken = 11,   ///< count:u32, of those bytes: they were taken, and as many may be said anew
  // Of a group; what they hold is written by peers/frame_codec.hpp
  greeting = 16,   ///< the sender's end for the group wants to be linked
  welcome = 17,    ///< the answer
  leave = 18,      ///< the sender's end for the group has ended
  raft = 19,       ///< Raft messages
  control = 20,    ///< what groups say beside Raft
  piece = 21,      ///< a part of Raft messages that are long
  piece_ack = 22,  ///< it was kept, or is of no use
};

/// Bits of `frame_head::flags`.
inline constexpr std::uint8_t frame_compressed = 1;  ///< by zstd; nobody sends it yet
/// Whoever does not know the kind must close the link; without it the frame is passed over.
inline constexpr std::uint8_t frame_must_understand = 2;

struct frame_head {
  static constexpr std::size_t bytes = 16;

  std::uint32_t size = 0;  ///< of the payload
  frame_class rank = frame_class::liveness;
  frame_kind kind = frame_kind::alive;
  std::uint8_t flags = 0;
  std::uint64_t group = 0;

  bool operator==(const frame_head&) const = default;
};

struct frame {
  frame_head head;
  std::string payload;

  bool operator==(const frame&) const = default;
};

/// The longest payload: a piece of a long message with its head, and what is told of models.
inline constexpr std::size_t longest_payload = std::size_t{1024} * 1024;

std::array<char, frame_head::bytes> encode(const frame_head& head);
/// Of exactly so many bytes; nothing about it is checked.
frame_head decode_head(std::string_view bytes);
/// A whole frame; its head's size is set.
std::string encode(frame_head head, std::string_view payload);

}  // namespace lithair::actors
