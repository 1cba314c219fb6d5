#include "test/actors/files_on_loops.hpp"

#include <dirent.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string_view>

namespace lithair::test {

namespace {

std::atomic<bool> watching = false;
std::mutex guard;
std::vector<std::string> calls;

bool on_a_loop() {
  if (!watching) return false;
  std::array<char, 16> name{};
  ::prctl(PR_GET_NAME, name.data());
  return std::string_view{name.data()}.starts_with("loop-");
}

void note(const char* call, const std::string& about) {
  std::string line = std::string{call} + " " + about;
  std::array<void*, 24> frames{};
  const int depth = ::backtrace(frames.data(), frames.size());
  char** names = ::backtrace_symbols(frames.data(), depth);
  for (int i = 0; names != nullptr && i < depth; ++i) line += std::string{"\n    "} + names[i];
  std::free(names);
  const std::lock_guard locked{guard};
  calls.push_back(std::move(line));
}

void look_at(const char* call, const char* path) {
  if (path == nullptr || !on_a_loop()) return;
  const std::string_view text = path;
  if (!text.starts_with("/proc/") && !text.starts_with("/dev/") && !text.starts_with("/sys/"))
    note(call, path);
}

void look_at(const char* call, int descriptor) {
  if (!on_a_loop()) return;
  struct stat is {};
  if (::fstat(descriptor, &is) != 0 || !(S_ISREG(is.st_mode) || S_ISDIR(is.st_mode))) return;
  std::array<char, 512> path{};
  const auto link = "/proc/self/fd/" + std::to_string(descriptor);
  (void)!::readlink(link.c_str(), path.data(), path.size() - 1);
  if (!std::string_view{path.data()}.starts_with("/proc/")) note(call, path.data());
}

template <class Function>
Function* real(const char* name, Function*) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

watch_of_loops::watch_of_loops() {
  std::array<void*, 2> frames{};
  ::backtrace(frames.data(), frames.size());  // The first one loads a library.
  const std::lock_guard locked{guard};
  calls.clear();
  watching = true;
}

watch_of_loops::~watch_of_loops() { watching = false; }

std::vector<std::string> watch_of_loops::found() const {
  const std::lock_guard locked{guard};
  return calls;
}

}  // namespace lithair::test

using lithair::test::look_at;
using lithair::test::real;

// The program's own definitions come before those of the C library, also for shared libraries.
#define WATCH(result, name, parameters, about, arguments) \
  result name parameters {                                \
    static auto* const next = real(#name, &name);         \
    look_at(#name, about);                                \
    return next arguments;                                \
  }

extern "C" {

WATCH(int, fsync, (int x), x, (x))
WATCH(int, fdatasync, (int x), x, (x))
WATCH(ssize_t, read, (int x, void* to, size_t size), x, (x, to, size))
WATCH(ssize_t, pread, (int x, void* to, size_t size, off_t at), x, (x, to, size, at))
WATCH(ssize_t, pread64, (int x, void* to, size_t size, off64_t at), x, (x, to, size, at))
WATCH(ssize_t, write, (int x, const void* from, size_t size), x, (x, from, size))
WATCH(ssize_t, pwrite, (int x, const void* from, size_t size, off_t at), x, (x, from, size, at))
WATCH(ssize_t, pwrite64, (int x, const void* from, size_t size, off64_t at), x, (x, from, size, at))
WATCH(ssize_t, writev, (int x, const iovec* parts, int count), x, (x, parts, count))
WATCH(ssize_t, pwritev, (int x, const iovec* parts, int count, off_t at), x, (x, parts, count, at))
WATCH(int, ftruncate, (int x, off_t size) noexcept, x, (x, size))
WATCH(int, rename, (const char* from, const char* to) noexcept, from, (from, to))
WATCH(int, unlink, (const char* path) noexcept, path, (path))
WATCH(int, mkdir, (const char* path, mode_t mode) noexcept, path, (path, mode))
WATCH(int, stat, (const char* path, struct stat* to) noexcept, path, (path, to))
WATCH(int, lstat, (const char* path, struct stat* to) noexcept, path, (path, to))
WATCH(int, statfs, (const char* path, struct statfs* to) noexcept, path, (path, to))
WATCH(DIR*, opendir, (const char* path), path, (path))
WATCH(FILE*, fopen, (const char* path, const char* mode), path, (path, mode))
WATCH(FILE*, fopen64, (const char* path, const char* mode), path, (path, mode))

#define WATCH_OPENING(name, parameters, about, ...) \
  int name parameters {                             \
    static auto* const next = real(#name, &name);   \
    look_at(#name, about);                          \
    va_list rest;                                   \
    va_start(rest, flags);                          \
    const auto mode = va_arg(rest, mode_t);         \
    va_end(rest);                                   \
    return next(__VA_ARGS__, flags, mode);          \
  }

WATCH_OPENING(open, (const char* path, int flags, ...), path, path)
WATCH_OPENING(open64, (const char* path, int flags, ...), path, path)
WATCH_OPENING(openat, (int at, const char* path, int flags, ...), path, at, path)
WATCH_OPENING(openat64, (int at, const char* path, int flags, ...), path, at, path)
}
