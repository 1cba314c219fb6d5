#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "actors/embedded/caller_line.hpp"

namespace lithair::actors {

/// Why a write was not done, as an HTTP client would be told; none when it was carried out and not
/// refused. 503: nothing was written. 504: it may or may not take effect.
std::optional<models::problem> problem_of_write(const reply& answer);
/// The same of a read. 504: what it must see was not applied in time.
std::optional<models::problem> problem_of_read(const reply& answer);

/// Speaks to a node: writes and reads as over HTTP, without HTTP. A handle; its copies share one
/// line. Of a node in its own process that is an actor on one of the node's loops, which ends with
/// the last of them or when the node stops; `remote_cluster` (actors/remote) gives callers that
/// lead elsewhere.
///
///       program's threads                       the node's last loop          loop 0
///     submit, ask ──a message──▶ the caller's actor ──submit, ask──▶ raft, aggregate
///     handler     ◀──────────── on that loop       ◀──submitted, answered──
///
/// Most programs want `collection`, `transaction` and `projection`, which put structs before this.
/// Without structs, for models that come from a file:
///
///     const lithair::caller here{node};
///     const auto prepared = here.prepare(request);
///     if (prepared) here.submit(*prepared, [](auto&& x) { ... problem_of_write(x) ... });
///
/// No access rule binds a program, unless it says for whom it acts: `acting_for`.
///
/// Every request is answered exactly once: after the node has stopped, with `unavailable`; a write
/// that was under way when it stopped, with `unknown`. Answers come on the loop's thread, where a
/// handler must not block; one that throws is logged. What the actor is not there to take is
/// answered on the thread that asks.
///
/// Thread-safe. The node must outlive all copies, except that it may be stopped at any time, from
/// any thread. How much may be in flight is bounded by the node (`node_config::max_pending`), not
/// here.
class caller {
 public:
  /// Called once for each request.
  using handler = caller_line::handler;

  /// Spawns the actor, on the node's last loop. Not to be made once the node has stopped.
  explicit caller(node& to);
  /// For those who lead elsewhere.
  explicit caller(std::shared_ptr<caller_line> through) : line_(std::move(through)) {}
  /// Speaks of the records of the cluster (models/schema/cluster_records.hpp), which the group that
  /// all nodes share keeps and no dispatcher knows.
  static caller of_cluster_records(node& to);

  /// The same on behalf of somebody whom the models' access rules bind, as over HTTP: what `who`
  /// may not read is 404, what `who` may not do 403, fields that are not shown stay as in `T{}`,
  /// and the history says by whom. A caller without it passes all rules by, like an admin. Of a
  /// collection without rules nothing is kept from it. An empty id is nobody who is known.
  /// Throws std::invalid_argument for more than `models::subject` may have.
  caller acting_for(models::subject who) const;
  /// For whom it acts; none: for the program itself.
  const std::shared_ptr<const models::subject>& bound() const { return bound_; }

  /// What the node serves; valid as long as the node, stopped or not. Elsewhere: what the program
  /// declared.
  const models::schema& schema() const { return line_->schema(); }
  /// What `submit` takes of a write, or why it is wrong in itself. Its time and ids are those of
  /// now. `what` is of this schema. Of a caller that leads elsewhere the node there judges.
  models::result<std::string> prepare(const models::write_request& what) const {
    return line_->prepare(what, bound_);
  }
  models::result<std::string> prepare(const models::transaction_request& what) const {
    return line_->prepare(what, bound_);
  }
  /// A write that this caller has prepared.
  void submit(std::string prepared, handler answer) const {
    line_->submit(std::move(prepared), std::move(answer));
  }
  /// A read, which gives hidden fields too, unless it is for somebody. One that is wrong in itself
  /// is answered as the models answer it: by an outcome of 400 or 404.
  void ask(question what, handler answer) const {
    if (bound_) what.bound = bound_;
    line_->ask(std::move(what), std::move(answer));
  }

  /// Throws std::logic_error on a thread of the node's loops, where waiting would be for ever.
  /// After the node has stopped it never throws, for then nothing is waited for.
  void require_waiting_allowed() const { line_->require_waiting_allowed(); }
  /// The node it speaks to; throws std::logic_error if that is not in this process, and where it
  /// acts for somebody: changes are followed by a program, to whom all of them are told.
  node& target() const;

 private:
  std::shared_ptr<caller_line> line_;
  std::shared_ptr<const models::subject> bound_;
};

}  // namespace lithair::actors

namespace lithair {

using actors::caller;
using actors::consistency;
using models::subject;

}  // namespace lithair
