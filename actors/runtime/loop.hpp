#pragma once

#include <uv.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <caf/execution_unit.hpp>
#include <caf/fwd.hpp>

#include "actors/meters.hpp"

namespace lithair::actors {

/// A libuv loop on its own thread that CAF actors live on: what an actor of this loop handles, its
/// timers and its sockets all run on one thread, without a lock.
///
///     own thread ──exec_later──▶ jobs ──drain──▶ each actor handles up to 256 messages, in turn
///     others ──exec_later, post──▶ foreign jobs, tasks ──a wake-up, once for all──▶ jobs
///
/// Between two looks at the sockets the queue is gone through 16 times at most, so that neither
/// waits long for the other. Whoever waits or computes long here holds up everything that lives
/// here.
///
/// Ownership: whoever made it calls `stop`, then destroys it; the actors on it must have ended
/// before, and every libuv handle on it must be closed. `start` and `stop` belong to that owner's
/// thread.
class loop final : public caf::execution_unit {
 public:
  /// `name` is the thread's, 15 bytes of it. Throws std::runtime_error when the system gives it no
  /// loop or no descriptor.
  loop(caf::actor_system& system, std::string name);
  /// Stops it, if that was not done.
  ~loop() override;
  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;

  /// Begins the thread, and returns once it runs. Once.
  void start();
  /// Runs what is queued, then ends the thread and joins it. What is posted later never runs.
  void stop();

  /// Lets `job` run on the loop's thread; takes over the reference to it. Any thread; lock-free
  /// from the loop's own.
  void exec_later(caf::resumable* job) override;
  /// Runs `task` on the loop's thread, behind what was posted before. Any thread. It must not
  /// throw.
  void post(std::function<void()> task);
  /// Runs `task` on the loop's thread and waits for it; not from the loop's own thread, nor unless
  /// the loop runs: it would wait for ever.
  void call(const std::function<void()>& task);

  /// Whether the caller runs on the loop's thread; false before it starts.
  bool on_own_thread() const { return std::this_thread::get_id() == thread_id_; }
  /// For handles of sessions and timers; only on the loop's thread, or before `start`.
  uv_loop_t* uv() { return &uv_; }
  /// Milliseconds of a steady clock, as of the loop's last wake-up. Only on the loop's thread.
  std::uint64_t now_ms() { return uv_now(&uv_); }
  /// How long its turns took. Any thread.
  const loop_meters& meters() const { return meters_; }

 private:
  void run();
  void wake();
  void take_foreign();
  void drain(std::uint64_t most_ns);
  void resume(caf::resumable* job);
  void end_turn();
  void measure_cpu(std::uint64_t now_ns);

  std::string name_;
  // The loop and what wakes it: a descriptor that is polled as any socket.
  uv_loop_t uv_{};
  int wake_fd_ = -1;
  uv_poll_t wake_{};
  uv_prepare_t before_poll_{};
  uv_check_t after_poll_{};
  uv_idle_t busy_{};  // active while jobs are left, so that polling does not block

  std::deque<caf::resumable*> jobs_;  // the loop's thread only

  std::mutex mutex_;
  std::vector<caf::resumable*> foreign_jobs_;         // guarded by mutex_
  std::vector<std::function<void()>> foreign_tasks_;  // guarded by mutex_
  bool stopping_ = false;                             // guarded by mutex_
  // Scratch of take_foreign, kept for its capacity.
  std::vector<caf::resumable*> taken_jobs_;
  std::vector<std::function<void()>> taken_tasks_;

  loop_meters meters_;
  std::uint64_t turn_began_ns_ = 0;  // by uv_hrtime, and what the loop had waited until then
  std::uint64_t waited_ns_ = 0;
  std::uint64_t measured_ns_ =
      0;  // when the thread's processor time was asked for, and what it was
  std::uint64_t cpu_us_ = 0;

  std::thread thread_;
  std::thread::id thread_id_;
};

}  // namespace lithair::actors
