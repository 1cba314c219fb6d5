// Preloaded into a node, this counts what it allocates and how often it asks the kernel for
// sockets, in a file that the test maps, too: see the header. What /proc tells is not counted here.

#include "test/cluster/cost_counter/cost_counter.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdlib>

// The C library's own, under the names that it keeps for those who stand in its way.
extern "C" {
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* old, size_t size);
void* __libc_memalign(size_t alignment, size_t size);
}

namespace {

using lithair::test::counted_costs;

counted_costs before_main;  // what is counted until the file is there
counted_costs* costs = &before_main;

[[gnu::constructor]] void map_costs() {
  const char* const path = std::getenv("COSTS_FILE");
  const int file = path == nullptr ? -1 : ::open(path, O_RDWR | O_CLOEXEC);
  if (file < 0) return;
  void* const at =
      ::mmap(nullptr, sizeof(counted_costs), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  ::close(file);
  if (at != MAP_FAILED) costs = static_cast<counted_costs*>(at);
}

void add(std::atomic<std::uint64_t>& counter, std::uint64_t much = 1) {
  counter.fetch_add(much, std::memory_order_relaxed);
}

void* count(void* made, size_t size) {
  if (made != nullptr) {
    add(costs->allocations);
    add(costs->allocated_bytes, size);
  }
  return made;
}

template <class Function>
Function* real(const char* name, Function*) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

void* malloc(size_t size) { return count(__libc_malloc(size), size); }

void* calloc(size_t times, size_t size) { return count(__libc_calloc(times, size), times * size); }

void* realloc(void* old, size_t size) { return count(__libc_realloc(old, size), size); }

void* memalign(size_t alignment, size_t size) {
  return count(__libc_memalign(alignment, size), size);
}

void* aligned_alloc(size_t alignment, size_t size) {
  return count(__libc_memalign(alignment, size), size);
}

int posix_memalign(void** made, size_t alignment, size_t size) {
  *made = count(__libc_memalign(alignment, size), size);
  return *made == nullptr ? ENOMEM : 0;
}

ssize_t send(int socket, const void* bytes, size_t size, int flags) {
  static auto* const next = real("send", &send);
  add(costs->socket_calls);
  return next(socket, bytes, size, flags);
}

ssize_t sendmsg(int socket, const msghdr* what, int flags) {
  static auto* const next = real("sendmsg", &sendmsg);
  add(costs->socket_calls);
  return next(socket, what, flags);
}

ssize_t recv(int socket, void* bytes, size_t size, int flags) {
  static auto* const next = real("recv", &recv);
  add(costs->socket_calls);
  return next(socket, bytes, size, flags);
}

ssize_t recvmsg(int socket, msghdr* what, int flags) {
  static auto* const next = real("recvmsg", &recvmsg);
  add(costs->socket_calls);
  return next(socket, what, flags);
}

int ioctl(int fd, unsigned long what, ...) {
  static auto* const next = real("ioctl", &ioctl);
  std::va_list more;
  va_start(more, what);
  void* const with = va_arg(more, void*);
  va_end(more);
  add(costs->socket_calls);
  return next(fd, what, with);
}

int epoll_wait(int poll, epoll_event* events, int most, int timeout) {
  static auto* const next = real("epoll_wait", &epoll_wait);
  add(costs->polls);
  return next(poll, events, most, timeout);
}

int epoll_pwait(int poll, epoll_event* events, int most, int timeout, const sigset_t* masked) {
  static auto* const next = real("epoll_pwait", &epoll_pwait);
  add(costs->polls);
  return next(poll, events, most, timeout, masked);
}
}
