#include "persistence/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "persistence/mutants.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::persistence {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const char* doing, const fs::path& path, int error = errno) {
  throw_errno(error, std::string(doing) + " " + path.string());
}

/// Whether the disk has lost what was there, as against not answering at all.
bool is_unreadable(int error) { return error == EIO || error == EBADMSG || error == EUCLEAN; }

int flags_of(file::mode how) {
  switch (how) {
    case file::mode::read:
      return O_RDONLY | O_CLOEXEC;
    // Not through a link that somebody put where a file is to be made.
    case file::mode::create:
      return O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW;
    case file::mode::create_or_open:
      break;
  }
  return O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
}

fs::path parent_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

}  // namespace

file::file(const fs::path& path, mode how)
    : path_(path), descriptor_(::open(path.c_str(), flags_of(how), 0600)) {
  if (descriptor_ < 0) fail("opening", path_);
}

file::file(fs::path path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {
  if (descriptor_ < 0) fail("opening", path_);
}

file file::open_durable(const fs::path& path, bool& direct) {
  constexpr int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_DSYNC;
  if (direct) {
    const auto descriptor = ::open(path.c_str(), flags | O_DIRECT);
    if (descriptor >= 0 || errno != EINVAL) return {path, descriptor};
    direct = false;
  }
  return {path, ::open(path.c_str(), flags)};
}

file::~file() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

file::file(file&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

file& file::operator=(file&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

std::uint64_t file::size() const {
  struct stat about {};
  if (::fstat(descriptor_, &about) != 0) fail("reading", path_);
  return static_cast<std::uint64_t>(about.st_size);
}

std::string file::read(std::uint64_t offset, std::size_t size) const {
  std::string out(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const auto n =
        ::pread(descriptor_, out.data() + done, size - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && is_unreadable(errno))
      throw storage_error(storage_errc::damaged, path_.string() + " can't be read at byte " +
                                                     std::to_string(offset + done));
    if (n < 0) fail("reading", path_);
    // The end of the file.
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  out.resize(done);
  return out;
}

void file::write(std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail("writing", path_);
    // Nothing was taken and no error told: the next attempt would be the same, without end.
    if (n == 0) fail("writing", path_, ENOSPC);
    bytes.remove_prefix(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
}

void file::truncate(std::uint64_t size) {
  if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) fail("cutting", path_);
}

void file::sync() {
  // Content and size, which is what reading needs; times may be lost. A sync that failed may
  // succeed the next time without having written, so its caller must not just try again.
  if (::fdatasync(descriptor_) != 0) fail("syncing", path_);
}

bool file::try_lock() {
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return true;
  if (errno == EWOULDBLOCK) return false;
  fail("locking", path_);
}

std::optional<std::string> read_file(const fs::path& path) {
  struct stat about {};
  if (::lstat(path.c_str(), &about) != 0) {
    if (errno == ENOENT) return std::nullopt;
    fail("reading", path);
  }
  const file from(path, file::mode::read);
  return from.read(0, from.size());
}

void replace_file(const fs::path& path, std::string_view bytes, void (*before_rename)(),
                  void (*after_rename)()) {
  auto beside = path;
  beside += ".new";
  {
    file to(beside, file::mode::create);
    to.write(0, bytes);
    // Its content first: otherwise the name may be durable and lead to an empty file.
    if (!mutated(mutant::swap_not_synced)) to.sync();
  }
  if (before_rename != nullptr) before_rename();
  // Either name leads to a whole file at any moment.
  if (::rename(beside.c_str(), path.c_str()) != 0) fail("renaming", beside);
  if (after_rename != nullptr) after_rename();
  // The name itself is in the directory; until that is synced a crash may bring the old file back.
  sync_directory(parent_of(path));
}

void move_file(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) fail("renaming", from);
  sync_directory(parent_of(to));
}

void sync_directory(const fs::path& directory) {
  const auto descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) fail("opening", directory);
  const auto rc = ::fsync(descriptor);
  // Closing may set it anew.
  const auto error = errno;
  ::close(descriptor);
  if (rc != 0) fail("syncing", directory, error);
}

void make_directory(const fs::path& directory) {
  int made = ::mkdir(directory.c_str(), 0700);
  if (made != 0 && errno == ENOENT && parent_of(directory) != directory) {
    make_directory(parent_of(directory));
    // Once only: there are directories, as in /proc, that exist and yet answer the same for any
    // child.
    made = ::mkdir(directory.c_str(), 0700);
  }
  // A directory that is lost takes everything in it along, so each one made is synced into its
  // parent.
  if (made == 0) return sync_directory(parent_of(directory));
  const auto error = errno;
  if (error != EEXIST || !fs::is_directory(directory)) fail("creating", directory, error);
}

void remove_file(const fs::path& path) {
  remove_path(path);
  sync_directory(parent_of(path));
}

void remove_path(const fs::path& path) {
  std::error_code failed;
  fs::remove_all(path, failed);
  if (failed) fail("removing", path, failed.value());
}

}  // namespace lithair::persistence
