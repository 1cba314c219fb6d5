#include "test/persistence/failing_disk.hpp"

#include <dlfcn.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace lithair::persistence::test {

namespace {

std::atomic<bool> armed = false;
disk_call failing;
int calls_before = 0;
int error_given = 0;
bool fails_forever = false;
bool has_failed = false;

bool fails(disk_call call) {
  if (!armed || call != failing || (calls_before > 0 && calls_before-- > 0)) return false;
  if (has_failed && !fails_forever) return false;
  has_failed = true;
  errno = error_given;
  return true;
}

template <class Function>
Function* real(const char* name, Function*) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

void fail_disk(disk_call call, int skipped, int error, bool forever) {
  failing = call;
  calls_before = skipped;
  error_given = error;
  fails_forever = forever;
  has_failed = false;
  armed = true;
}

bool heal_disk() {
  armed = false;
  return has_failed;
}

}  // namespace lithair::persistence::test

using namespace lithair::persistence::test;

// The program's own definitions come before those of the C library, also for shared libraries.
extern "C" {

int fdatasync(int descriptor) {
  static auto* const next = real("fdatasync", &fdatasync);
  return fails(disk_call::sync) ? -1 : next(descriptor);
}

int fsync(int descriptor) {
  static auto* const next = real("fsync", &fsync);
  return fails(disk_call::sync) ? -1 : next(descriptor);
}

ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t offset) {
  static auto* const next = real("pwrite", &pwrite);
  return fails(disk_call::write) ? -1 : next(descriptor, bytes, size, offset);
}

ssize_t pread(int descriptor, void* bytes, size_t size, off_t offset) {
  static auto* const next = real("pread", &pread);
  return fails(disk_call::read) ? -1 : next(descriptor, bytes, size, offset);
}

ssize_t writev(int descriptor, const iovec* parts, int count) {
  static auto* const next = real("writev", &writev);
  return fails(disk_call::write) ? -1 : next(descriptor, parts, count);
}
}
