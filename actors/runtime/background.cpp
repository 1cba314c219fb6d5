#include "actors/runtime/background.hpp"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace lithair::actors {

namespace {

// A tenth of what another thread gets of a processor that both want.
constexpr int nice_value = 10;

}  // namespace

// For Linux a thread has a priority of its own. Where it can't be lowered all goes on as it was.
void work_in_background(const char* name) {
  thread_local bool done = false;
  if (done) return;
  done = true;
  pthread_setname_np(pthread_self(), name);
  setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), nice_value);
}

// See sched(7): a batch thread does not preempt who runs when it is woken.
at_leisure::at_leisure(bool is) : is_(is) {
  const sched_param none{};
  is_ = is_ && pthread_setschedparam(pthread_self(), SCHED_BATCH, &none) == 0;
}

at_leisure::~at_leisure() {
  const sched_param none{};
  if (is_) pthread_setschedparam(pthread_self(), SCHED_OTHER, &none);
}

}  // namespace lithair::actors
