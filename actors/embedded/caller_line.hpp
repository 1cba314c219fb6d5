#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "actors/consistency.hpp"
#include "models/service.hpp"

namespace lithair::actors {

class node;

/// How a request went: what `submitted` and `answered` say, for whoever asked in process. One that
/// the dispatcher or the raft actor never took is `unavailable`.
struct reply {
  /// Whether it was carried out, before any question of what the models say
  disposition what = disposition::unavailable;
  /// A sentence for people when it is not `done`; empty else
  std::string reason;
  /// Of the command in the log, or what the answered state had applied; of a write that was not
  /// `done` 0
  std::uint64_t index = 0;
  models::outcome result;  ///< what the models answer, when `done`
};

/// A read, as a program asks it: in words, so that it means the same wherever it is answered.
struct question {
  models::query::kind what = models::query::kind::item;  ///< item, list or count
  const models::collection* of = nullptr;                ///< of the caller's schema
  std::string key;                                       ///< as text; of an item
  /// As in a query string; of a list or a count
  std::vector<std::pair<std::string, std::string>> parameters;
  consistency level = consistency::linearizable;
  /// What must be applied where it is answered, as of `ask`; 0: nothing in particular
  std::uint64_t min_index = 0;
  /// Whom access rules bind; none: nobody
  std::shared_ptr<const models::subject> bound = {};
};

/// Where a caller leads. Thread-safe; see `caller` for what is promised of each.
class caller_line {
 public:
  using handler = std::function<void(reply&&)>;

  virtual ~caller_line() = default;
  virtual const models::schema& schema() const = 0;
  /// `bound`: for whom it is done, whom access rules bind; none: for the program, whom none binds.
  virtual models::result<std::string> prepare(
      const models::write_request& what,
      const std::shared_ptr<const models::subject>& bound) const = 0;
  virtual models::result<std::string> prepare(
      const models::transaction_request& what,
      const std::shared_ptr<const models::subject>& bound) const = 0;
  virtual void submit(std::string prepared, handler answer) = 0;
  virtual void ask(question what, handler answer) = 0;
  virtual void require_waiting_allowed() const = 0;
  /// The node in this process that it leads to; none: it leads elsewhere.
  virtual node* target() const = 0;
};

}  // namespace lithair::actors
