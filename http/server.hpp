#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "http/server_options.hpp"

namespace lithair::actors {
class node;
}  // namespace lithair::actors

namespace lithair::http {

/// The HTTP server of one node: a listener and a session actor per connection, on the node's loops.
/// `start` and `stop` belong to the owner's thread; the node must outlive it.
class server {
 public:
  /// Throws std::invalid_argument when two projections have the same name.
  server(actors::node& node, const server_options& options);
  ~server();  ///< stops
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// Listens on the node's configured address; throws std::runtime_error with one clear sentence
  /// when it can't (the address in use, ...).
  void start();
  /// The node will stop: /readyz answers 503, and each answer asks its client to connect elsewhere,
  /// while everybody is served as before; streams end with the id to go on behind. Returns at once.
  void leave();
  /// After `leave`: waits for up to `time`, so that clients notice; at once when nobody was
  /// connected for so long before. `haste`: only until nobody is connected.
  void await_departures(std::chrono::milliseconds time, bool haste = false);
  /// No new connections; requests under way get their answers, with `Connection: close`.
  void drain(std::uint32_t limit_ms);
  /// Closes everything. Returns when no session is left.
  void stop();

 private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

}  // namespace lithair::http
