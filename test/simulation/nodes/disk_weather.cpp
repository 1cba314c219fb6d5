#include "test/simulation/nodes/disk_weather.hpp"

#include <dlfcn.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>

namespace lithair::simulation::nodes {

namespace {

// Enough for a transaction or two, so that a checkpoint in parts is left half done.
constexpr int first_writes = 6;

disk_mood mood = disk_mood::fine;
int writes = 0;  // since the mood was set

bool has_filled() {
  return mood == disk_mood::full || (mood == disk_mood::filling && writes > first_writes);
}

// `until`: where in its file a write ends.
bool refuses_write(int descriptor, off_t until) {
  if (mood == disk_mood::fine) return false;
  if (mood == disk_mood::filling) {
    struct stat about {};
    ++writes;
    if (!has_filled() || ::fstat(descriptor, &about) != 0 || until <= about.st_size) return false;
  }
  errno = mood == disk_mood::failing ? EIO : ENOSPC;
  return true;
}

off_t size_of(const iovec* parts, int count) {
  off_t total = 0;
  for (int i = 0; i < count; ++i) total += static_cast<off_t>(parts[i].iov_len);
  return total;
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

void set_disk_mood(disk_mood x) {
  mood = x;
  writes = 0;
}

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
  return refuses_write(descriptor, offset + static_cast<off_t>(size))
             ? -1
             : next(descriptor, bytes, size, offset);
}

ssize_t writev(int descriptor, const iovec* parts, int count) {
  static auto* const next = real("writev", &writev);
  const auto until = ::lseek(descriptor, 0, SEEK_CUR) + size_of(parts, count);
  return refuses_write(descriptor, until) ? -1 : next(descriptor, parts, count);
}

ssize_t pwritev(int descriptor, const iovec* parts, int count, off_t offset) {
  static auto* const next = real("pwritev", &pwritev);
  return refuses_write(descriptor, offset + size_of(parts, count))
             ? -1
             : next(descriptor, parts, count, offset);
}

int posix_fallocate(int descriptor, off_t offset, off_t size) {
  static auto* const next = real("posix_fallocate", &posix_fallocate);
  return has_filled() ? ENOSPC : next(descriptor, offset, size);
}

int statvfs(const char* path, struct statvfs* about) {
  static auto* const next = real("statvfs", &statvfs);
  const auto result = next(path, about);
  if (result == 0 && has_filled()) about->f_bavail = about->f_bfree = 0;
  return result;
}
}
