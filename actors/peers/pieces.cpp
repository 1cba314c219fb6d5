#include "actors/peers/pieces.hpp"

#include <algorithm>

#include "actors/mutants.hpp"

namespace lithair::actors {

// What finds no room is dropped as a whole: a part of a message is of no use.
bool piece_sender::put(gathered message) {
  if (message.size() == 0 || message.size() > longest_message) return false;
  if (waiting_bytes_ + message.size() > most_waiting) return false;
  waiting_bytes_ += message.size();
  waiting_.push_back(std::move(message));
  return true;
}

// Streams follow one another: the next begins when the last piece of this one was given out, not
// when it was acknowledged.
std::optional<peer_piece> piece_sender::next() {
  if (waiting_.empty()) return std::nullopt;
  const auto& message = waiting_.front();
  const auto size = std::min<std::size_t>(message.size() - offset_, piece_bytes);
  if (on_the_way_ + size > piece_window) return std::nullopt;
  peer_piece piece{stream_, offset_, message.size(), message.copy(offset_, size)};
  offset_ += size;
  on_the_way_ += size;
  sent_.push_back({stream_, offset_, size});
  if (offset_ == message.size()) {
    waiting_bytes_ -= message.size();
    waiting_.pop_front();
    ++stream_;
    offset_ = 0;
  }
  return piece;
}

bool piece_sender::acknowledged(const peer_piece_ack& ack) {
  const auto is_meant = [&](const sent& each) {
    return each.stream == ack.stream && (ack.refused || each.end == ack.received);
  };
  // Else it is of a former link, or of nothing that was sent.
  const bool anew = ack.refused && ack.stream == begin_anew.stream;
  if (!anew && std::none_of(sent_.begin(), sent_.end(), is_meant)) return false;
  if (ack.refused) {
    forget();
    return false;
  }
  // An acknowledgement tells of all pieces before it, too.
  for (bool reached = false; !reached; sent_.pop_front()) {
    on_the_way_ -= sent_.front().size;
    reached = is_meant(sent_.front());
  }
  return true;
}

void piece_sender::forget() {
  // The peer may have a part of the message, so its number is used up.
  ++stream_;
  offset_ = 0;
  waiting_.clear();
  sent_.clear();
  waiting_bytes_ = on_the_way_ = 0;
}

// What a peer claims is checked before it costs memory.
piece_receiver::result piece_receiver::take(const peer_piece& piece) {
  const bool stale = piece.stream < stream_ || (piece.stream == stream_ && total_ == 0);
  if (stale && !mutated(mutant::stale_piece_taken)) return {};
  const auto size = piece.bytes.size();
  if (piece.total > longest_message || size == 0 || size > piece_bytes || size > piece.total ||
      piece.offset > piece.total - size)
    return refuse(piece.stream);
  if (piece.stream > stream_) {
    // The sender gave up what came before, if that was not whole.
    if (piece.offset != 0) return refuse(piece.stream);
    stream_ = piece.stream;
    total_ = piece.total;
    bytes_.clear();
    bytes_.reserve(piece.total);  // addresses; memory is taken as bytes come
  }
  if (piece.total != total_ || piece.offset != bytes_.size()) {
    if (!mutated(mutant::stale_piece_taken)) return refuse(piece.stream);
  }
  if (!mutated(mutant::piece_acknowledged_not_kept)) bytes_ += piece.bytes;
  result done{peer_piece_ack{piece.stream, piece.offset + size, false}, {}};
  if (piece.offset + size < piece.total) return done;
  total_ = 0;
  done.message = std::exchange(bytes_, {});
  return done;
}

void piece_receiver::forget() {
  stream_ = total_ = 0;
  bytes_ = {};
}

piece_receiver::result piece_receiver::refuse(std::uint64_t stream) {
  stream_ = std::max(stream_, stream);
  total_ = 0;
  bytes_ = {};
  return {peer_piece_ack{stream, 0, true}, {}};
}

}  // namespace lithair::actors
