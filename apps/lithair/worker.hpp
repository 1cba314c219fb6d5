#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace lithair::apps {

/// A thread that looks after something: does what it is given, one job after the other, and looks
/// when it is woken, after each job, and when its time has come. It may wait for the cluster and
/// for files.
class worker {
 public:
  using milliseconds = std::chrono::milliseconds;
  /// Done on the thread, with false; or with true, on that which gives it, once this has ended.
  using job = std::function<void(bool ended)>;
  /// After how long to look again; none: when it is woken. What it throws ends the process.
  using look = std::function<std::optional<milliseconds>()>;
  /// Gives jobs, on any thread; may outlive the worker.
  using line = std::function<void(job)>;

  /// Looks for the first time once it is woken or given something.
  explicit worker(look what);
  ~worker() { end(); }
  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;

  /// Waits for what is being done, and does all that was given with true. Not on its thread; from
  /// the second time on nothing.
  void end();
  line jobs() const;
  /// Any thread; blocks nobody.
  void wake();

  /// Asks something that is answered once, on any thread, and waits for the answer; none: this
  /// ends. On its thread alone.
  template <class Answer>
  std::optional<Answer> await(const std::function<void(std::function<void(Answer)>)>& ask) const {
    // It may be answered when nobody waits any more.
    const auto given = std::make_shared<std::optional<Answer>>();
    ask([given, all = shared_](Answer said) {
      const std::lock_guard guard{all->mutex};
      *given = std::move(said);
      all->changed.notify_all();
    });
    std::unique_lock lock{shared_->mutex};
    shared_->changed.wait(lock, [&] { return given->has_value() || shared_->ended; });
    return std::move(*given);
  }

 private:
  struct shared {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<job> jobs;  // guarded by mutex, as the next
    bool woken = false;
    bool ended = false;
  };

  void run(const look& what) const;

  const std::shared_ptr<shared> shared_ = std::make_shared<shared>();
  std::thread thread_;
};

}  // namespace lithair::apps
