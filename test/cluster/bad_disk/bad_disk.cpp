// Preloaded into a node, this makes calls fail or wait for files whose path contains a given part.
// What to do is read from the file that LITHAIR_BAD_DISK names, at each call, so that a test may
// change it while the node runs:
//
//     "sync eio PART"       fdatasync, fsync and writes that are synced fail with EIO
//     "write eio PART"      so do pwrite and writev
//     "write full PART"     pwrite and writev find no room, ENOSPC
//     "sync wait MS PART"   they take so much longer
//     "space none PART"     the file system has no room left, as far as statvfs tells

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <sstream>
#include <string>
#include <thread>

namespace {

template <class Function>
Function* real(const char* name, Function*) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

struct order {
  std::string call;
  std::string what;
  int milliseconds = 0;
  std::string part;
};

order current() {
  order out;
  static const char* const path = std::getenv("LITHAIR_BAD_DISK");
  const int file = path == nullptr ? -1 : ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return out;
  char text[512];
  const auto size = ::read(file, text, sizeof text);
  ::close(file);
  if (size <= 0) return out;
  std::istringstream words{std::string(text, static_cast<std::size_t>(size))};
  words >> out.call >> out.what;
  if (out.what == "wait") words >> out.milliseconds;
  words >> out.part;
  return out;
}

bool concerns(const order& x, const char* call, const std::string& path) {
  return x.call == call && path.find(x.part) != std::string::npos;
}

std::string path_of(int descriptor) {
  char path[4096];
  const auto link = "/proc/self/fd/" + std::to_string(descriptor);
  const auto size = ::readlink(link.c_str(), path, sizeof path);
  return size > 0 ? std::string(path, static_cast<std::size_t>(size)) : std::string{};
}

/// True when the call is to fail.
bool meets(const char* call, int descriptor) {
  const auto x = current();
  if (x.call != call || !concerns(x, call, path_of(descriptor))) return false;
  std::this_thread::sleep_for(std::chrono::milliseconds{x.milliseconds});
  if (x.what != "eio" && x.what != "full") return false;
  errno = x.what == "eio" ? EIO : ENOSPC;
  return true;
}

bool is_synced(int descriptor) { return (::fcntl(descriptor, F_GETFL) & O_DSYNC) == O_DSYNC; }

bool write_fails(int descriptor) {
  return meets("write", descriptor) || (is_synced(descriptor) && meets("sync", descriptor));
}

}  // namespace

extern "C" {

int fdatasync(int descriptor) {
  static auto* const next = real("fdatasync", &fdatasync);
  return meets("sync", descriptor) ? -1 : next(descriptor);
}

int fsync(int descriptor) {
  static auto* const next = real("fsync", &fsync);
  return meets("sync", descriptor) ? -1 : next(descriptor);
}

ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t offset) {
  static auto* const next = real("pwrite", &pwrite);
  return write_fails(descriptor) ? -1 : next(descriptor, bytes, size, offset);
}

ssize_t pwrite64(int descriptor, const void* bytes, size_t size, off64_t offset) {
  static auto* const next = real("pwrite64", &pwrite64);
  return write_fails(descriptor) ? -1 : next(descriptor, bytes, size, offset);
}

ssize_t writev(int descriptor, const iovec* parts, int count) {
  static auto* const next = real("writev", &writev);
  return write_fails(descriptor) ? -1 : next(descriptor, parts, count);
}

int statvfs(const char* path, struct statvfs* about) {
  static auto* const next = real("statvfs", &statvfs);
  const auto done = next(path, about);
  if (done == 0 && concerns(current(), "space", path)) about->f_bavail = 0;
  return done;
}
}
