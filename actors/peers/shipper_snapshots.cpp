#include "actors/peers/shipper.hpp"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>
#include <caf/send.hpp>

#include "actors/peers/peer_codec.hpp"

/// How a shipper sends a snapshot: from the reader of files, piece by piece, as the peer takes it.
namespace lithair::actors {

namespace {

// Bytes of a snapshot in one message, and how many of them may be on their way. And how long an
// answer may take; the last one comes when the state is replaced.
constexpr std::size_t chunk_size = std::size_t{192} * 1024;
constexpr std::size_t chunks_ahead = 4;
constexpr std::chrono::seconds chunk_timeout{10};
constexpr std::chrono::seconds install_timeout{120};

}  // namespace

// First the file is opened and an empty chunk sent: the peer's answer says how much of it is there
// already.
void shipper::offer(const send_snapshot& order) {
  if (transfer_ && transfer_->term == order.term && transfer_->meta == order.meta) return;
  end_snapshot();
  transfer_ = transfer{};
  transfer_->number = ++transfers_;
  transfer_->term = order.term;
  transfer_->meta = order.meta;
  transfer_->path = order.path;
  transfer_->deadline = clock().now() + chunk_timeout;
  spdlog::info("sending node {} a snapshot as of {}, {} bytes", setup_.peer.id.value,
               order.meta.index.value, order.meta.size);
  send(setup_.reader, read_chunk{order.path, nullptr, 0, 0, transfer_->number});
}

// Keeps some chunks on their way from the disk to the peer. The last one only goes when the peer
// has all before it, for it is then checked whole.
void shipper::read_ahead() {
  auto& x = *transfer_;
  while (x.unanswered < chunks_ahead && !x.complete) {
    const bool last = x.meta.size - x.next <= chunk_size;
    if (last && x.unanswered != 0) return;
    send(setup_.reader, read_chunk{x.path, x.file, x.next, chunk_size, x.number});
    x.next = last ? x.meta.size : x.next + chunk_size;
    x.complete = last;
    ++x.unanswered;
  }
}

void shipper::on_chunk(chunk_read& part) {
  if (!transfer_ || part.number != transfer_->number) return;
  if (!part.failed.empty()) return give_up_snapshot("it can't be read: " + part.failed);
  // The first answer only brings the file.
  const bool opened = !transfer_->file;
  if (opened) transfer_->file = std::move(part.file);
  if (!opened && part.bytes.empty() && part.offset < transfer_->meta.size)
    return give_up_snapshot("its file is shorter than it was");
  protocol::snapshot_request chunk{transfer_->term, transfer_->meta, part.offset, {}, false};
  if (!opened) {
    chunk.data = protocol::payload{std::move(part.bytes)};
    chunk.done = part.offset + chunk.data.size() == chunk.meta.size;
  }
  expect_answer();
  if (peer_.endpoint) put(encode(setup_.group, {std::move(chunk)}));
}

// The last chunk is answered when the state is replaced, which takes long.
void shipper::expect_answer() {
  transfer_->deadline = clock().now() + (transfer_->complete ? install_timeout : chunk_timeout);
}

// By its index only; of another snapshot it means nothing.
void shipper::on_progress(const protocol::snapshot_response& answer) {
  if (!transfer_ || answer.index != transfer_->meta.index) return;
  if (answer.installed || answer.rejected) return end_snapshot();
  auto& x = *transfer_;
  if (x.unanswered != 0) --x.unanswered;
  // All of it is there, and is being installed.
  if (x.complete && answer.offset >= x.meta.size) return;
  expect_answer();
  // All is answered: from here it goes on, after the offer, and where something was lost.
  if (x.unanswered == 0) {
    x.next = std::min(answer.offset, x.meta.size);
    x.complete = false;
  }
  read_ahead();
}

void shipper::give_up_snapshot(const std::string& why) {
  spdlog::warn("the snapshot for node {} is given up: {}", setup_.peer.id.value, why);
  if (raft_) send(raft_, snapshot_given_up{setup_.peer.id, transfer_->term, transfer_->meta.index});
  end_snapshot();
}

// The file goes where it can be closed without a wait.
void shipper::end_snapshot() {
  if (transfer_ && transfer_->file && setup_.reader)
    send(setup_.reader, release_file{std::move(transfer_->file)});
  transfer_.reset();
}

}  // namespace lithair::actors
