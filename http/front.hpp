#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "http/backend.hpp"
#include "http/lane.hpp"
#include "http/listener.hpp"
#include "http/server_options.hpp"

namespace lithair::http {

/// The server over whatever answers: a listener on loop 0, and a lane of sessions on each loop.
/// `start`, `drain` and `stop` belong to the owner's thread; the loops must run until `stop` has
/// returned.
class front {
 public:
  /// Throws std::invalid_argument when two projections have one name. Listens nowhere yet.
  front(backend node, const server_options& options);
  /// Stops.
  ~front();
  front(const front&) = delete;
  front& operator=(const front&) = delete;

  /// Throws std::runtime_error with one clear sentence when it can't listen.
  void start();
  /// The node will stop: /readyz says so, and connections are ended as their requests are answered,
  /// while everybody is served and let in as before. Returns at once.
  void leave();
  /// Gives clients `time` to go elsewhere, if there may be any: it returns at once when nobody was
  /// connected for so long before. `haste`: as soon as nobody is connected.
  void await_departures(std::chrono::milliseconds time, bool haste);
  /// No new connections; those that are open get their answers and close. Returns when none is
  /// left, or after `limit_ms`.
  void drain(std::uint32_t limit_ms);
  /// Closes every connection. Returns when no session is left; then nothing of it runs any more.
  void stop();

  /// Where it listens, once started.
  std::uint16_t port() const { return listener_.port(); }
  /// What its connections hold now. Any thread.
  holdings held() const { return common_.held(); }
  /// Waits until no connection is open, for at most `limit`; whether that came about. Any thread.
  bool deserted(std::chrono::milliseconds limit) { return common_.sessions.wait_until_none(limit); }

 private:
  /// Gives the socket to the next lane in turn; false: there is no place for it.
  bool take(int fd);
  /// The actor that reads the program's own projections, if there are any.
  void start_publisher();
  /// Runs it on each loop, one after the other, and waits.
  void on_each_loop(void (lane::*what)());

  common common_;
  std::vector<std::unique_ptr<lane>> lanes_;
  listener listener_;
  std::size_t next_lane_ = 0;
  bool started_ = false;
};

}  // namespace lithair::http
