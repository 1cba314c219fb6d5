#pragma once

#include <uv.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace lithair::actors {
class loop;
}

namespace lithair::http {

/// A listening socket on a loop. Whatever it accepts within the budget it hands on; the rest is
/// told 503 and closed. Also when the process has no file descriptor left it goes on to refuse,
/// instead of letting clients wait or turning in circles.
class listener {
 public:
  /// Called on the loop's thread with a connected, non-blocking socket; false: too many, refuse it.
  using accepted = std::function<bool(int fd)>;

  /// `hand_on` owns each socket that it takes; `home` must outlive it. `secure`: clients expect
  /// TLS, and who is refused is told by an alert.
  listener(actors::loop& home, bool secure, accepted hand_on)
      : home_(home), secure_(secure), hand_on_(std::move(hand_on)) {}

  /// Any thread but the loop's. Throws std::runtime_error with one clear sentence. Listens when it
  /// returns; `host` is a numeric address or a name, of which the first address counts.
  void start(const std::string& host, std::uint16_t port);
  /// Any thread but the loop's. Afterwards nothing is accepted and the port is free.
  void stop();

  /// The port in use, also where 0 was asked for.
  std::uint16_t port() const { return port_; }

 private:
  void bind_to(const std::string& host, std::uint16_t port);  ///< throws
  void watch();           ///< accepts whenever there is something
  void accept_waiting();  ///< up to a burst, then others get their turn
  bool accept_one();
  void refuse(int fd);           ///< answers 503 and closes
  bool refuse_one_with_spare();  ///< when no descriptor is left
  void pause();                  ///< stops accepting for a moment

  actors::loop& home_;
  const bool secure_;
  accepted hand_on_;
  std::function<void()> on_closed_;
  int fd_ = -1;
  int spare_ = -1;  // given up for a moment to refuse a connection when no descriptor is left
  std::uint16_t port_ = 0;
  uv_poll_t poll_{};
  uv_timer_t timer_{};
  std::size_t open_handles_ = 0;
};

}  // namespace lithair::http
