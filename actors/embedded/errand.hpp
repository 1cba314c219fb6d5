#pragma once

#include <exception>
#include <utility>

#include <spdlog/spdlog.h>

#include "actors/embedded/caller_line.hpp"

namespace lithair::actors {

/// A request on its way to its answer: whatever becomes of it, the handler is called once.
class errand {
 public:
  /// `gone`: why nobody answers, if that is how it ends.
  explicit errand(caller_line::handler answer, const char* gone = "The node is stopping.")
      : answer_(std::move(answer)), gone_(gone) {}
  errand(const errand&) = delete;
  errand& operator=(const errand&) = delete;
  ~errand() {
    if (!answer_) return;
    reply x;
    // What was under way may have been written.
    x.what = changes_ ? disposition::unknown : disposition::unavailable;
    x.reason = gone_;
    finish(std::move(x));
  }

  /// A write that is under way now: without an answer its outcome is unknown.
  void begins(bool changes) { changes_ = changes; }

  void finish(reply&& said) {
    const auto answer = std::exchange(answer_, nullptr);
    try {
      answer(std::move(said));
    } catch (const std::exception& error) {
      spdlog::error("a handler of an answer failed: {}", error.what());
    }
  }

 private:
  caller_line::handler answer_;
  const char* gone_;
  bool changes_ = false;
};

}  // namespace lithair::actors
