#include "actors/runtime/loop.hpp"

#include <pthread.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <future>
#include <limits>
#include <stdexcept>

#include <caf/resumable.hpp>

namespace lithair::actors {

namespace {

// Messages one actor handles before the others of its loop get their turn.
constexpr std::size_t max_throughput = 256;
// Passes over the queue before sockets are looked at again, and how long these take at most, but
// for the job that goes beyond it. Twice a turn, which so takes about 2 ms.
constexpr int max_rounds = 16;
constexpr std::uint64_t max_drain_ns = 1'000'000;
// Asking for a thread's processor time is a system call: not for each turn.
constexpr std::uint64_t measure_every_ns = 1'000'000;

}  // namespace

loop::loop(caf::actor_system& system, std::string name) : name_(std::move(name)) {
  system_ = &system;
  if (uv_loop_init(&uv_) != 0) throw std::runtime_error("cannot create an event loop");
  // So that a turn is told from waiting for one.
  uv_loop_configure(&uv_, UV_METRICS_IDLE_TIME);
  wake_fd_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake_fd_ < 0 || uv_poll_init(&uv_, &wake_, wake_fd_) != 0)
    throw std::runtime_error("cannot wake an event loop");
  uv_prepare_init(&uv_, &before_poll_);
  uv_check_init(&uv_, &after_poll_);
  uv_idle_init(&uv_, &busy_);
  wake_.data = before_poll_.data = after_poll_.data = busy_.data = this;
  uv_poll_start(&wake_, UV_READABLE, [](uv_poll_t* h, int, int) {
    auto* self = static_cast<loop*>(h->data);
    eventfd_t count = 0;
    eventfd_read(self->wake_fd_, &count);
    self->take_foreign();
  });
  // Once before and once after the sockets: what they bring is handled in the same round.
  uv_prepare_start(&before_poll_, [](uv_prepare_t* h) {
    static_cast<loop*>(h->data)->drain(max_drain_ns);
    static_cast<loop*>(h->data)->end_turn();
  });
  uv_check_start(&after_poll_,
                 [](uv_check_t* h) { static_cast<loop*>(h->data)->drain(max_drain_ns); });
}

// Handles have to be closed by a turn of the loop before their memory goes.
loop::~loop() {
  if (thread_.joinable()) stop();
  for (uv_handle_t* h :
       {reinterpret_cast<uv_handle_t*>(&wake_), reinterpret_cast<uv_handle_t*>(&before_poll_),
        reinterpret_cast<uv_handle_t*>(&after_poll_), reinterpret_cast<uv_handle_t*>(&busy_)})
    uv_close(h, nullptr);
  uv_run(&uv_, UV_RUN_DEFAULT);
  uv_loop_close(&uv_);
  close(wake_fd_);
}

// Waits for the thread's id, which `on_own_thread` compares.
void loop::start() {
  std::promise<void> running;
  thread_ = std::thread([this, &running] {
    pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
    thread_id_ = std::this_thread::get_id();
    running.set_value();
    run();
  });
  running.get_future().wait();
}

void loop::stop() {
  {
    std::lock_guard guard{mutex_};
    stopping_ = true;
  }
  wake();
  if (thread_.joinable()) thread_.join();
  thread_id_ = {};
}

// Not uv_async_send: its receiver spins while the sender, whom it may have displaced from the core,
// is in the call.
void loop::wake() { eventfd_write(wake_fd_, 1); }

void loop::run() {
  turn_began_ns_ = uv_hrtime();
  uv_run(&uv_, UV_RUN_DEFAULT);
}

// Only who finds the queue empty wakes the loop: of many messages one pays for it.
void loop::exec_later(caf::resumable* job) {
  if (on_own_thread()) {
    jobs_.push_back(job);
    return;
  }
  bool first = false;
  {
    std::lock_guard guard{mutex_};
    first = foreign_jobs_.empty() && foreign_tasks_.empty();
    foreign_jobs_.push_back(job);
  }
  if (first) wake();
}

void loop::post(std::function<void()> task) {
  bool first = false;
  {
    std::lock_guard guard{mutex_};
    first = foreign_jobs_.empty() && foreign_tasks_.empty();
    foreign_tasks_.push_back(std::move(task));
  }
  if (first) wake();
}

// The task's captures live until it has run, for the caller waits.
void loop::call(const std::function<void()>& task) {
  std::promise<void> done;
  post([&] {
    task();
    done.set_value();
  });
  done.get_future().wait();
}

// Tasks and jobs run outside of the lock.
void loop::take_foreign() {
  bool stopping = false;
  {
    std::lock_guard guard{mutex_};
    taken_jobs_.swap(foreign_jobs_);
    taken_tasks_.swap(foreign_tasks_);
    stopping = stopping_;
  }
  jobs_.insert(jobs_.end(), taken_jobs_.begin(), taken_jobs_.end());
  taken_jobs_.clear();
  for (auto& task : taken_tasks_) task();
  taken_tasks_.clear();
  if (stopping) {
    drain(std::numeric_limits<std::int64_t>::max());
    uv_stop(&uv_);
  }
}

// A round takes those that are there when it begins: what they add comes in the next. With jobs
// left, `busy_` keeps polling from blocking.
void loop::drain(std::uint64_t most_ns) {
  const auto until = uv_hrtime() + most_ns;
  bool is_over = false;
  for (int round = 0; round < max_rounds && !jobs_.empty() && !is_over; ++round) {
    for (auto left = jobs_.size(); left > 0 && !is_over; --left) {
      auto* job = jobs_.front();
      jobs_.pop_front();
      resume(job);
      is_over = uv_hrtime() >= until;
    }
  }
  if (jobs_.empty())
    uv_idle_stop(&busy_);
  else
    uv_idle_start(&busy_, [](uv_idle_t*) {});
}

// From here to here, but for the wait in between.
void loop::end_turn() {
  const auto now = uv_hrtime();
  const auto waited = uv_metrics_idle_time(&uv_);
  const auto took_us = (now - turn_began_ns_ - (waited - waited_ns_)) / 1000;
  turn_began_ns_ = now;
  waited_ns_ = waited;
  meters_.turn.add(took_us);
  if (took_us > meters_.longest_us.now()) meters_.longest_us.set(took_us);
  if (now - measured_ns_ >= measure_every_ns) measure_cpu(now);
}

// What was used since it was asked for last bounds what this turn used.
void loop::measure_cpu(std::uint64_t now_ns) {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  const auto cpu_us = static_cast<std::uint64_t>(used.tv_sec) * 1'000'000 +
                      static_cast<std::uint64_t>(used.tv_nsec) / 1000;
  if (cpu_us > cpu_us_ + meters_.longest_cpu_us.now()) meters_.longest_cpu_us.set(cpu_us - cpu_us_);
  measured_ns_ = now_ns;
  cpu_us_ = cpu_us;
}

void loop::resume(caf::resumable* job) {
  switch (job->resume(this, max_throughput)) {
    case caf::resumable::resume_later:
      jobs_.push_back(job);
      break;
    case caf::resumable::awaiting_message:
    case caf::resumable::done:
    case caf::resumable::shutdown_execution_unit:
      // It has ended, or waits for a message, with which CAF hands it in anew.
      caf::intrusive_ptr_release(job);
      break;
  }
}

}  // namespace lithair::actors
