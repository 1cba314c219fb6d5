#pragma once

#include <functional>
#include <future>
#include <memory>
#include <utility>

#include "actors/embedded/caller.hpp"

namespace lithair {

/// What was asked for, or why not: `status`, `code`, `detail` and `errors` as an HTTP client is
/// told.
template <class T>
using result = models::result<T>;

}  // namespace lithair

namespace lithair::actors {

/// A request that has not begun. One of the three begins it, once:
///
///     auto made = notes.create(x).get();                    // waits
///     std::future<...> later = notes.create(x).future();
///     notes.create(x).then([](auto made) { ... });          // on a loop's thread: must not block
template <class T>
class [[nodiscard]] call {
 public:
  using handler = std::function<void(models::result<T>)>;

  call(caller through, std::function<void(handler)> begin)
      : through_(std::move(through)), begin_(std::move(begin)) {}

  void then(handler answer) && { begin_(std::move(answer)); }

  std::future<models::result<T>> future() && {
    auto promise = std::make_shared<std::promise<models::result<T>>>();
    auto made = promise->get_future();
    begin_([promise](models::result<T> x) { promise->set_value(std::move(x)); });
    return made;
  }

  /// Throws std::logic_error in a handler, for there the answer would never come.
  models::result<T> get() && {
    through_.require_waiting_allowed();
    return std::move(*this).future().get();
  }

 private:
  caller through_;
  std::function<void(handler)> begin_;
};

}  // namespace lithair::actors
