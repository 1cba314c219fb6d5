#include "test/simulation/nodes/disk_weather.hpp"

#include <dlfcn.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>

namespace lithair::simulation::nodes {

namespace {

disk_mood mood = disk_mood::fine;

bool refuses_write() {
  if (mood == disk_mood::fine) return false;
  errno = mood == disk_mood::full ? ENOSPC : EIO;
  return true;
}

bool refuses_sync() {
  if (mood != disk_mood::failing) return false;
  errno = EIO;
  return true;
}

template <class Function>
Function* real(const char* name, Function*) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

void set_disk_mood(disk_mood x) { mood = x; }

static bool mood_is_full() { return mood == disk_mood::full; }

}  // namespace lithair::simulation::nodes

using namespace lithair::simulation::nodes;

// The program's own definitions come before those of the C library, also for shared libraries.
extern "C" {

int fdatasync(int descriptor) {
  static auto* const next = real("fdatasync", &fdatasync);
  return refuses_sync() ? -1 : next(descriptor);
}

int fsync(int descriptor) {
  static auto* const next = real("fsync", &fsync);
  return refuses_sync() ? -1 : next(descriptor);
}

ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t offset) {
  static auto* const next = real("pwrite", &pwrite);
  return refuses_write() ? -1 : next(descriptor, bytes, size, offset);
}

ssize_t writev(int descriptor, const iovec* parts, int count) {
  static auto* const next = real("writev", &writev);
  return refuses_write() ? -1 : next(descriptor, parts, count);
}

ssize_t pwritev(int descriptor, const iovec* parts, int count, off_t offset) {
  static auto* const next = real("pwritev", &pwritev);
  return refuses_write() ? -1 : next(descriptor, parts, count, offset);
}

int posix_fallocate(int descriptor, off_t offset, off_t size) {
  static auto* const next = real("posix_fallocate", &posix_fallocate);
  return mood_is_full() ? ENOSPC : next(descriptor, offset, size);
}

int statvfs(const char* path, struct statvfs* about) {
  static auto* const next = real("statvfs", &statvfs);
  const auto result = next(path, about);
  if (result == 0 && mood_is_full()) about->f_bavail = about->f_bfree = 0;
  return result;
}
}
