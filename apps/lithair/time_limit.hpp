#pragma once

#include <poll.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <stdexcept>

#include "apps/lithair/values.hpp"

namespace lithair::apps {

/// Why a request came to no answer, in words that may end a sentence.
class no_answer : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// How long something may take in all its steps, and who may break it off. One thread.
class time_limit {
 public:
  /// `stop` outlives it; none: nobody breaks it off.
  explicit time_limit(milliseconds all, const std::atomic<bool>* stop = nullptr)
      : until_(clock::now() + all), stop_(stop) {}

  /// As long as something may be waited for before it is looked again. Throws no_answer when time
  /// is up or somebody said stop.
  milliseconds next_wait() const {
    if (stop_ != nullptr && stop_->load()) throw no_answer("it is to stop");
    const auto left = std::chrono::ceil<milliseconds>(until_ - clock::now());
    if (left.count() <= 0) throw no_answer("it does not answer in time");
    return std::min(left, look_every);
  }
  /// The same, but at most this part of what is left.
  time_limit part(std::size_t of) const {
    auto made = *this;
    made.until_ = clock::now() + (until_ - clock::now()) / static_cast<int>(of);
    return made;
  }
  /// Until the socket is ready for `events`. Throws as `next_wait` does.
  void await(int socket, short events) const {
    pollfd watch{socket, events, 0};
    while (poll(&watch, 1, static_cast<int>(next_wait().count())) <= 0) {
    }
  }

 private:
  using clock = std::chrono::steady_clock;
  static constexpr milliseconds look_every{50};

  clock::time_point until_;
  const std::atomic<bool>* stop_;
};

}  // namespace lithair::apps
