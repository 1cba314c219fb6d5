#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "actors/messages/peer_messages.hpp"
#include "actors/peers/gathered.hpp"

/// Big messages between nodes, in pieces: what is small and urgent goes between them, so that a
/// heartbeat never waits behind megabytes. Each message is a stream; the streams of a link follow
/// one another in the order in which they were put. Numbers of streams only rise in the life of a
/// sender, so nothing of a former link is taken for something of the present one.
namespace lithair::actors {

/// Bytes of one piece at most; longer messages are cut.
inline constexpr std::size_t piece_bytes = std::size_t{128} << 10;
/// Bytes on their way and not acknowledged: what an urgent message may find before it on the wire.
inline constexpr std::size_t piece_window = std::size_t{512} << 10;
/// The longest message: the longest body that clients may send becomes one entry, and that one
/// message.
inline constexpr std::size_t longest_message = (std::size_t{32} << 20) + (std::size_t{64} << 10);
/// Bytes of messages that wait for the window. More is dropped: Raft sends again what was lost.
inline constexpr std::size_t most_waiting = std::size_t{64} << 20;

/// Said by an end that begins to listen: nothing that was sent before will be acknowledged.
inline const peer_piece_ack begin_anew{0, 0, true};

/// The sending end of a link: messages go in, pieces come out as the peer acknowledges. For one
/// thread.
class piece_sender {
 public:
  /// False: it is dropped, being too long or finding no room.
  [[nodiscard]] bool put(gathered message);
  /// The next piece to send; none while the window is full, or nothing is left.
  std::optional<peer_piece> next();
  /// The peer has kept pieces, or can't use what it got: then all is forgotten. True when bytes
  /// were kept.
  bool acknowledged(const peer_piece_ack& ack);
  /// The link went down: nothing more will be acknowledged.
  void forget();

  /// Nothing waits, and all that was sent was kept: else what must not overtake it is put behind
  /// it.
  bool is_idle() const { return waiting_.empty() && sent_.empty(); }
  /// Bytes that were sent and not acknowledged.
  std::size_t on_the_way() const { return on_the_way_; }

 private:
  struct sent {
    std::uint64_t stream;
    std::uint64_t end;  // offset after the piece
    std::size_t size;
  };

  std::uint64_t stream_ = 1;  // of waiting_.front()
  std::uint64_t offset_ = 0;  // how much of it was sent
  std::deque<gathered> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::deque<sent> sent_;
  std::size_t on_the_way_ = 0;
};

/// The receiving end: pieces go in, whole messages come out. Holds one message at a time, and never
/// more than was received of it, whatever `total` claims. For one thread.
class piece_receiver {
 public:
  /// What a piece brings.
  struct result {
    /// For the sender; none: the piece was of a stream that is over
    std::optional<peer_piece_ack> answer;
    /// A message that is whole with this piece; none: it is not yet
    std::optional<std::string> message;
  };
  /// Takes the next piece. One that does not follow what is here, or is longer than pieces may be,
  /// ends its stream: the sender is told, and begins with another.
  result take(const peer_piece& piece);
  /// The link went down, or is another one: streams count anew.
  void forget();

 private:
  result refuse(std::uint64_t stream);

  std::uint64_t stream_ = 0;  // the last that began
  std::uint64_t total_ = 0;   // its length; 0: it is whole or refused
  std::string bytes_;
};

}  // namespace lithair::actors
