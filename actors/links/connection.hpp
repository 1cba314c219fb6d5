#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "actors/config.hpp"
#include "actors/links/byte_stream.hpp"
#include "actors/links/frame_decoder.hpp"
#include "actors/links/frame_queue.hpp"
#include "actors/links/handshake.hpp"
#include "actors/meters.hpp"
#include "actors/runtime/loop_timer.hpp"

namespace lithair::actors {

class loop;

/// One connection with another node, from its first byte to its last: the handshake, then frames
/// both ways. Until the handshake is done it holds a few KiB. Then it says every so often that it
/// lives, and ends when nothing comes for long, when what waits does not leave, or when a class of
/// frames is full: a peer that stalls is dropped, and not fed. It ends, too, when the other end
/// would not be let in any more. On one loop's thread.
class connection {
 public:
  /// Who is told what happens. It may be destroyed from within `greeted` and `ended`, and from
  /// nothing else.
  struct listener {
    std::function<void()> greeted;  ///< both ends know each other; no frame comes before `listen`
    std::function<void(frame&)> came;  ///< one that is not about the connection itself
    /// It is over, for this reason: a sentence without a full stop
    std::function<void(const std::string& why)> ended;
  };

  /// `home`, and what `meeting` refers to, outlive it.
  connection(loop& home, std::unique_ptr<byte_stream> over, handshake meeting,
             const link_limits& limits);
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  ~connection();

  /// What it sends and gets is counted there, too; before it begins to greet.
  void count_into(std::shared_ptr<link_meters> meters) { meters_ = std::move(meters); }
  /// Whom to tell from now on; the first time, it begins to greet.
  void tell(listener whom);
  /// Once greeted: from now on frames come.
  void listen();
  /// Puts a frame among those that wait; they leave with `flush`.
  void put(frame_class rank, frame_kind kind, std::uint64_t group, std::string payload);
  /// Frames of the group that have not begun to leave go, but greetings and answers to them.
  void forget(std::uint64_t group);
  /// Sends as much as goes.
  void flush();

  /// How the two met: who is at the other end, and why it failed.
  const handshake& meeting() const { return meeting_; }
  /// Numeric, of the other end.
  std::string address() const { return over_->address(); }
  /// Of the program at the other end, where its certificate tells it; else empty.
  std::string program() const { return over_->program(); }

 private:
  void on_bytes(std::string_view bytes);
  void greet(std::string_view bytes);
  void take(std::string_view bytes);
  void look();
  void count_queued();
  void end(const std::string& why);

  const link_limits limits_;
  handshake meeting_;
  bool dialled_ = false;
  bool listens_ = false;
  bool blocked_ = false;
  bool over_full_ = false;
  std::string early_;  // came behind the handshake, before `listen`
  frame_decoder decoder_{longest_payload};
  frame_queue going_;
  // By `look`, in its rounds: since when nothing came, or nothing left although something waits
  std::uint32_t silent_rounds_ = 0;
  std::uint32_t stuck_rounds_ = 0;
  std::shared_ptr<link_meters> meters_;  // may be none
  std::size_t counted_ = 0;              // of what waits, there
  listener whom_;
  std::unique_ptr<byte_stream> over_;
  loop_timer rounds_;
};

}  // namespace lithair::actors
