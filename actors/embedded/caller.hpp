#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "actors/consistency.hpp"
#include "models/service.hpp"

namespace lithair::actors {

class node;

/// How a request went: what `submitted` and `answered` say, for whoever asked in process.
struct reply {
  disposition what = disposition::unavailable;
  std::string reason;       ///< when not done: a sentence
  std::uint64_t index = 0;  ///< of the command in the log, or what the answered state had applied
  models::outcome result;
};

/// None when the request was carried out and not refused; else what an HTTP client would be told.
std::optional<models::problem> problem_of_write(const reply& x);
std::optional<models::problem> problem_of_read(const reply& x);

/// Speaks to a node in its own process: writes and reads as over HTTP, without HTTP. A handle; its
/// copies speak through the same actor on one of the node's loops, which ends with the last of them
/// or when the node stops.
///
/// Every request is answered exactly once: after the node has stopped, with `unavailable`. Answers
/// come on the loop's thread, where a handler must not block; one that throws is logged.
/// Thread-safe. The node must outlive all copies, except that it may be stopped at any time, from
/// any thread.
class caller {
 public:
  using handler = std::function<void(reply&&)>;

  explicit caller(node& to);

  const models::schema& schema() const;
  /// The time, and ids, for a command that is made now.
  models::stamp stamp() const;
  /// A command that `models::prepare` made.
  void submit(std::string command, handler answer) const;
  void ask(consistency level, std::uint64_t min_index, models::query what, handler answer) const;

  /// Throws std::logic_error on a thread of the node's loops, where waiting would be for ever.
  void require_waiting_allowed() const;
  node& target() const;

 private:
  struct core;

  std::shared_ptr<core> core_;
};

}  // namespace lithair::actors

namespace lithair {

using actors::caller;
using actors::consistency;

}  // namespace lithair
