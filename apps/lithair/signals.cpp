#include "apps/lithair/signals.hpp"

#include <unistd.h>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>

namespace lithair::apps {
namespace {

sigset_t stopping_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

extern "C" void exit_at_once(int signal) { _exit(128 + signal); }

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigaction(signal, &action, nullptr);
}

// When all that begins with the start has happened.
constexpr time_t first_tended_s = 5;

}  // namespace

stop_signals::stop_signals(bool takes_hangup) : takes_hangup_(takes_hangup) {
  auto set = stopping_signals();
  if (takes_hangup) sigaddset(&set, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  handle(SIGPIPE, SIG_IGN);
}

int stop_signals::wait(const std::function<void(bool hung_up)>& tend) const {
  const auto set = stopping_signals();
  auto all = set;
  if (takes_hangup_) sigaddset(&all, SIGHUP);
  timespec patience{first_tended_s, 0};
  int signal = 0;
  while (signal != SIGTERM && signal != SIGINT) {
    signal = sigtimedwait(&all, nullptr, &patience);
    patience.tv_sec = 3600;
    if (signal == SIGHUP || (signal < 0 && errno == EAGAIN)) tend(signal == SIGHUP);
  }
  handle(SIGTERM, exit_at_once);
  handle(SIGINT, exit_at_once);
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  return signal;
}

bool stop_signals::come_within(milliseconds time) const {
  const auto set = stopping_signals();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
  timespec limit{};
  limit.tv_sec = seconds.count();
  limit.tv_nsec = std::chrono::nanoseconds(time - seconds).count();
  return sigtimedwait(&set, nullptr, &limit) > 0;
}

}  // namespace lithair::apps
