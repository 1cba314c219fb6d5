#pragma once

#include <functional>
#include <future>
#include <memory>
#include <utility>

#include "actors/embedded/caller.hpp"

namespace lithair {

/// What was asked for, or why not: `status`, `code`, `detail` and `errors` as an HTTP client is
/// told.
///
///     | status        | what it means                                | what to do            |
///     |---------------|----------------------------------------------|-----------------------|
///     | 400, 422      | the request is wrong in itself               | change it             |
///     | 404, 409, 412 | the data are not what it needs               | read them anew        |
///     | 503           | certainly not done                           | ask again in a while  |
///     | 504           | a write may or may not take effect           | look, or repeat it    |
///     |               |                                              | with the same key     |
template <class T>
using result = models::result<T>;

}  // namespace lithair

namespace lithair::actors {

/// A request that has not begun. One of the three begins it, once:
///
///     auto made = notes.create(x).get();                    // waits
///     std::future<...> later = notes.create(x).future();
///     notes.create(x).then([](auto made) { ... });          // on a loop's thread: must not block
///
/// One that is never begun asks nothing. One that is wrong in itself (a field out of its rules, a
/// bad filter) is answered by whoever begins it, at once and on that thread. There is no way to
/// take back one that has begun; dropping the future only means that nobody looks.
template <class T>
class [[nodiscard]] call {
 public:
  /// Takes the result, once. What it throws is logged when it is called by the node.
  using handler = std::function<void(models::result<T>)>;

  /// For those who offer requests: `begin` is called at most once, and calls its handler once.
  call(caller through, std::function<void(handler)> begin)
      : through_(std::move(through)), begin_(std::move(begin)) {}

  /// Begins it. Any thread, also in a handler: nothing is waited for.
  void then(handler answer) && { begin_(std::move(answer)); }

  /// Begins it, and returns at once. Waiting for the future in a handler of the same node never
  /// ends: `get` says so, the future can't.
  std::future<models::result<T>> future() && {
    // Shared, since a std::function has to be copyable and a promise is not.
    auto promise = std::make_shared<std::promise<models::result<T>>>();
    auto made = promise->get_future();
    begin_([promise](models::result<T> answer) { promise->set_value(std::move(answer)); });
    return made;
  }

  /// Begins it and waits. Throws std::logic_error in a handler, for there the answer would never
  /// come: it comes on the very thread that would wait.
  models::result<T> get() && {
    through_.require_waiting_allowed();
    return std::move(*this).future().get();
  }

 private:
  // Asked only whether waiting is allowed where `get` is called.
  caller through_;
  std::function<void(handler)> begin_;
};

}  // namespace lithair::actors
