#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "actors/embedded/event.hpp"

namespace lithair::test {

/// Gathers what a subscriber is told, for a test that waits for it. Must outlive the subscription.
template <class T>
class listener {
 public:
  subscriber<T> handlers() {
    subscriber<T> made;
    made.changed = [this](const event<T>& x) { add(events_, x); };
    made.ended = [this](const models::problem& x) { add(ends_, x); };
    return made;
  }
  std::vector<event<T>> await_events(std::size_t count) { return await(events_, count); }
  models::problem await_end() { return await(ends_, 1).front(); }

 private:
  template <class Told>
  void add(std::vector<Told>& to, const Told& x) {
    std::lock_guard guard{mutex_};
    to.push_back(x);
    grown_.notify_all();
  }
  template <class Told>
  std::vector<Told> await(std::vector<Told>& what, std::size_t count) {
    std::unique_lock guard{mutex_};
    BOOST_REQUIRE(
        grown_.wait_for(guard, std::chrono::seconds{60}, [&] { return what.size() >= count; }));
    return what;
  }

  std::mutex mutex_;
  std::condition_variable grown_;
  std::vector<event<T>> events_;
  std::vector<models::problem> ends_;
};

}  // namespace lithair::test
