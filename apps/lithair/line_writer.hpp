#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace lithair::apps {

/// Lines on their way to a descriptor that may not take them: nobody who has something to say waits
/// for the one who reads it. A thread of its own writes; what finds no room in the queue is
/// dropped, counted, and told as soon as something is written again.
///
/// The thread outlives the object where a write is stuck, and then holds nothing but its own
/// memory. The descriptor's mode is left as it is, for other processes share it.
class line_writer {
 public:
  /// Of what may wait in the queue; more is dropped.
  struct limits {
    std::size_t lines = 8192;
    std::size_t bytes = 4 << 20;
  };
  /// The line that says that so many were lost; called on the writing thread. None: it is not said.
  using loss_line = std::function<std::string(std::uint64_t lost)>;

  /// How long the end waits for what is still to be written.
  static constexpr std::chrono::milliseconds last_wait{100};

  /// `descriptor` must stay open until the process ends.
  explicit line_writer(int descriptor, loss_line lost = {}, limits bounds = {8192, 4 << 20});
  /// Waits for what was put, for at most `last_wait`.
  ~line_writer();
  line_writer(const line_writer&) = delete;
  line_writer& operator=(const line_writer&) = delete;

  /// Takes a line, its end included, or drops it. Any thread; never waits for the descriptor.
  void put(std::string line);
  /// Waits until all that was put is written, for at most `limit`; false: it was not. Any thread.
  bool flush(std::chrono::milliseconds limit);
  /// Lines dropped since the beginning. Any thread.
  std::uint64_t dropped() const;

 private:
  struct shared;
  std::shared_ptr<shared> shared_;
};

}  // namespace lithair::apps
