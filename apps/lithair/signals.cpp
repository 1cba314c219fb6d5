#include "apps/lithair/signals.hpp"

#include <unistd.h>
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

}  // namespace

stop_signals::stop_signals() {
  const auto set = stopping_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  handle(SIGPIPE, SIG_IGN);
}

int stop_signals::wait() const {
  const auto set = stopping_signals();
  int signal = 0;
  while (sigwait(&set, &signal) != 0) {
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
