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
  front(backend node, const server_options& options);
  ~front();
  front(const front&) = delete;
  front& operator=(const front&) = delete;

  void start();
  void drain(std::uint32_t limit_ms);
  void stop();

  /// Where it listens, once started.
  std::uint16_t port() const { return listener_.port(); }
  /// Waits until no connection is open, for at most `limit`; whether that came about. Any thread.
  bool deserted(std::chrono::milliseconds limit) { return common_.sessions.wait_until_none(limit); }

 private:
  bool take(int fd);
  void start_publisher();
  void on_each_loop(void (lane::*what)());

  common common_;
  std::vector<std::unique_ptr<lane>> lanes_;
  listener listener_;
  std::size_t next_lane_ = 0;
  std::size_t budget_ = 0;  // connections at a time
  bool started_ = false;
};

}  // namespace lithair::http
