#include "apps/lithair/line_writer.hpp"

#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <mutex>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

namespace lithair::apps {

struct line_writer::shared {
  const int descriptor;
  const loss_line lost;
  const limits bounds;
  const int ended = eventfd(0, EFD_CLOEXEC);  // readable once nobody waits for what is left

  std::mutex mutex;  // guards the next four
  std::condition_variable changed;
  std::deque<std::string> lines;
  std::size_t bytes = 0;  // of the lines that wait
  bool writing = false;   // one was taken and is not written yet
  bool closed = false;

  std::atomic<std::uint64_t> dropped = 0;
  std::uint64_t told = 0;  // of them; the thread's

  shared(int d, loss_line l, limits b) : descriptor(d), lost(std::move(l)), bounds(b) {
    if (ended < 0) throw std::system_error(errno, std::generic_category(), "the log");
  }
  ~shared() { close(ended); }

  // Waits for room; false when the end came first. A pipe that has room takes PIPE_BUF bytes
  // without waiting.
  bool has_room() const {
    pollfd watched[] = {{descriptor, POLLOUT, 0}, {ended, POLLIN, 0}};
    while (poll(watched, 2, -1) < 0 && errno == EINTR) {
    }
    return watched[1].revents == 0;
  }

  // False when the end came first, or the descriptor takes nothing more.
  bool write_all(std::string_view rest) const {
    while (!rest.empty()) {
      if (!has_room()) return false;
      const auto size =
          write(descriptor, rest.data(), std::min<std::size_t>(rest.size(), PIPE_BUF));
      if (size < 0 && errno != EAGAIN && errno != EINTR) return false;
      if (size > 0) rest.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
  }

  void tell_losses() {
    const auto now = dropped.load();
    if (now == told || !lost || !write_all(lost(now - told))) return;
    told = now;
  }

  void run() {
    std::unique_lock guard{mutex};
    for (;;) {
      changed.wait(guard, [this] { return closed || !lines.empty(); });
      if (lines.empty()) return;
      const auto line = std::move(lines.front());
      lines.pop_front();
      bytes -= line.size();
      writing = true;
      guard.unlock();
      if (write_all(line))
        tell_losses();
      else
        ++dropped;
      guard.lock();
      writing = false;
      changed.notify_all();
    }
  }
};

line_writer::line_writer(int descriptor, loss_line lost, limits bounds)
    : shared_(std::make_shared<shared>(descriptor, std::move(lost), bounds)) {
  // Signals are for whoever waits for them.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  std::thread writer{[mine = shared_] {
    pthread_setname_np(pthread_self(), "log");
    mine->run();
  }};
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  writer.detach();
}

line_writer::~line_writer() {
  flush(last_wait);
  {
    const std::lock_guard guard{shared_->mutex};
    shared_->closed = true;
    shared_->lines.clear();
  }
  shared_->changed.notify_all();
  eventfd_write(shared_->ended, 1);
}

void line_writer::put(std::string line) {
  {
    const std::lock_guard guard{shared_->mutex};
    const bool full = shared_->lines.size() >= shared_->bounds.lines ||
                      shared_->bytes + line.size() > shared_->bounds.bytes;
    if (full) {
      ++shared_->dropped;
      return;
    }
    shared_->bytes += line.size();
    shared_->lines.push_back(std::move(line));
  }
  shared_->changed.notify_all();
}

bool line_writer::flush(std::chrono::milliseconds limit) {
  std::unique_lock guard{shared_->mutex};
  return shared_->changed.wait_for(guard, limit,
                                   [this] { return shared_->lines.empty() && !shared_->writing; });
}

std::uint64_t line_writer::dropped() const { return shared_->dropped; }

}  // namespace lithair::apps
