#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

namespace lithair::actors {

class loop;

/// Whose handshake is under way, for `handshakes`.
class handshaker {
 public:
  /// Does the next step of it, with what has come. Within it `handshakes` may be called.
  virtual void shake() = 0;
  /// There is no room for it: it ends now, and says so by `handshakes::remove`.
  virtual void crowd_out() = 0;

 protected:
  ~handshaker() = default;
};

/// The handshakes under way on one loop. A step of one takes up to a millisecond or more, for its
/// signature; so between two looks at the loop's sockets there are as many as half a millisecond
/// has room for, and one at least. Of those who are too many the one gives way that began first: an
/// honest caller needs only a moment. On the loop's thread; it outlives whoever is in it.
class handshakes {
 public:
  /// `most`: under way at one time, one at least.
  handshakes(loop& home, std::size_t most);

  /// One more begins.
  void add(handshaker& who);
  /// It is over, however it went. Nothing, if it is not here.
  void remove(handshaker& who);
  /// Has `shake` called, soon and in turn.
  void ask_turn(handshaker& who);

  std::size_t under_way() const { return all_.size(); }

 private:
  void take_turns();
  void post_turns();

  loop& home_;
  const std::size_t most_;
  std::vector<handshaker*> all_;      // in the order in which they began
  std::deque<handshaker*> awaiting_;  // a turn
  bool posted_ = false;
  // What is posted may come when this is gone.
  const std::shared_ptr<handshakes*> self_;
};

}  // namespace lithair::actors
