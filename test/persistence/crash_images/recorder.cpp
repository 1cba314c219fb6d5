#include "test/persistence/crash_images/recorder.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace lithair::persistence::images {

namespace {

using kind = operation::kind;

struct node {
  bool is_directory = false;
  std::map<std::string, int> entries;
};

struct place {
  int directory;
  std::string name;
};

bool recording = false;
std::string root;
std::vector<node> nodes;
std::vector<operation> record;

/// Relative to the root; none when it is elsewhere or of a file that does not count.
std::optional<std::string> below_root(std::string_view path) {
  if (!recording || !path.starts_with(root)) return std::nullopt;
  path.remove_prefix(root.size());
  if (path.empty()) return std::string();
  if (path.front() != '/') return std::nullopt;
  path.remove_prefix(1);
  const auto name = path.substr(path.rfind('/') + 1);
  if (name == "lock.mdb" || name == "lock") return std::nullopt;
  return std::string(path);
}

std::optional<place> find_place(std::string_view path) {
  const auto relative = below_root(path);
  if (!relative || relative->empty()) return std::nullopt;
  std::string_view rest = *relative;
  int at = 0;
  for (auto slash = rest.find('/'); slash != rest.npos; slash = rest.find('/')) {
    const auto found = nodes[at].entries.find(std::string(rest.substr(0, slash)));
    if (found == nodes[at].entries.end()) return std::nullopt;
    at = found->second;
    rest.remove_prefix(slash + 1);
  }
  return place{at, std::string(rest)};
}

std::optional<int> find_inode(std::string_view path) {
  const auto relative = below_root(path);
  if (relative && relative->empty()) return 0;
  const auto at = find_place(path);
  if (!at) return std::nullopt;
  const auto found = nodes[at->directory].entries.find(at->name);
  return found == nodes[at->directory].entries.end() ? std::nullopt : std::optional(found->second);
}

std::string path_of(int descriptor) {
  std::array<char, 4096> out{};
  const auto link = "/proc/self/fd/" + std::to_string(descriptor);
  const auto size = ::readlink(link.c_str(), out.data(), out.size());
  return size > 0 ? std::string(out.data(), static_cast<std::size_t>(size)) : std::string();
}

std::string path_at(int descriptor, const char* path) {
  if (descriptor == AT_FDCWD || path[0] == '/') return path;
  return path_of(descriptor) + '/' + path;
}

operation& add(kind what) {
  record.emplace_back().what = what;
  return record.back();
}

void note_new(const std::string& path, kind what) {
  const auto at = find_place(path);
  if (!at || nodes[at->directory].entries.contains(at->name)) return;
  auto& x = add(what);
  x.inode = static_cast<int>(nodes.size());
  x.directory = at->directory;
  x.name = at->name;
  nodes.push_back({what == kind::make_directory, {}});
  nodes[at->directory].entries[at->name] = x.inode;
}

void note_open(const std::string& path, int flags) {
  if (!recording || (flags & (O_CREAT | O_TRUNC)) == 0) return;
  note_new(path, kind::make_file);
  if ((flags & O_TRUNC) == 0) return;
  if (const auto inode = find_inode(path)) add(kind::cut).inode = *inode;
}

void note_removal(const std::string& path) {
  const auto at = find_place(path);
  if (!at || nodes[at->directory].entries.erase(at->name) == 0) return;
  auto& x = add(kind::remove);
  x.directory = at->directory;
  x.name = at->name;
}

void note_move(const char* from, const char* to) {
  const auto source = find_place(from);
  const auto target = find_place(to);
  if (!source || !target) return;
  auto& x = add(kind::move);
  x.inode = nodes[source->directory].entries.at(source->name);
  x.directory = source->directory;
  x.name = source->name;
  x.to_directory = target->directory;
  x.to_name = target->name;
  nodes[x.directory].entries.erase(x.name);
  nodes[x.to_directory].entries[x.to_name] = x.inode;
}

void note_write(int descriptor, std::string bytes, off_t offset) {
  if (!recording) return;
  const auto inode = find_inode(path_of(descriptor));
  if (!inode) return;
  auto& x = add(kind::write);
  x.inode = *inode;
  x.offset = static_cast<std::uint64_t>(offset);
  x.bytes = std::move(bytes);
  x.durable = (::fcntl(descriptor, F_GETFL) & O_DSYNC) != 0;
}

void note_cut(int descriptor, off_t size) {
  if (!recording) return;
  const auto inode = find_inode(path_of(descriptor));
  if (!inode) return;
  auto& x = add(kind::cut);
  x.inode = *inode;
  x.offset = static_cast<std::uint64_t>(size);
}

void note_sync(int descriptor) {
  if (!recording) return;
  const auto inode = find_inode(path_of(descriptor));
  if (!inode) return;
  add(nodes[*inode].is_directory ? kind::sync_directory : kind::sync).inode = *inode;
}

void list(int directory, const std::string& prefix, std::vector<std::string>& to) {
  for (const auto& [name, inode] : nodes[directory].entries) {
    to.push_back(prefix + name);
    if (nodes[inode].is_directory) list(inode, prefix + name + '/', to);
  }
}

template <class Function>
Function* real(const char* name, Function*) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

void start_recording(const std::filesystem::path& directory) {
  root = directory.string();
  nodes = {{true, {}}};
  record.clear();
  recording = true;
}

void record_mark() { add(kind::mark); }

std::vector<operation> stop_recording() {
  recording = false;
  return std::exchange(record, {});
}

std::vector<std::string> recorded_tree() {
  std::vector<std::string> out;
  list(0, "", out);
  std::sort(out.begin(), out.end());
  return out;
}

std::string to_string(const operation& x) {
  constexpr std::array names{"write", "cut",    "sync",           "make file", "make directory",
                             "move",  "remove", "sync directory", "mark"};
  auto out = std::string(names[static_cast<std::size_t>(x.what)]);
  if (x.inode != 0) out += " of " + std::to_string(x.inode);
  if (!x.name.empty()) out += ' ' + std::to_string(x.directory) + '/' + x.name;
  if (!x.to_name.empty()) out += " to " + std::to_string(x.to_directory) + '/' + x.to_name;
  if (x.what == kind::write)
    out += " at " + std::to_string(x.offset) + ", " + std::to_string(x.bytes.size()) + " bytes";
  return out;
}

}  // namespace lithair::persistence::images

using namespace lithair::persistence::images;

// The program's own definitions come before those of the C library, also for shared libraries.
extern "C" {

int open(const char* path, int flags, ...) {
  static auto* const next = real("open", &open);
  va_list more;
  va_start(more, flags);
  const auto mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  const auto out = next(path, flags, mode);
  if (out >= 0) note_open(path, flags);
  return out;
}

int openat(int directory, const char* path, int flags, ...) {
  static auto* const next = real("openat", &openat);
  va_list more;
  va_start(more, flags);
  const auto mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  const auto out = next(directory, path, flags, mode);
  if (out >= 0 && recording) note_open(path_at(directory, path), flags);
  return out;
}

ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t offset) {
  static auto* const next = real("pwrite", &pwrite);
  const auto out = next(descriptor, bytes, size, offset);
  if (out > 0 && recording)
    note_write(descriptor,
               std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(out)), offset);
  return out;
}

ssize_t writev(int descriptor, const iovec* parts, int count) {
  static auto* const next = real("writev", &writev);
  const auto offset = recording ? ::lseek(descriptor, 0, SEEK_CUR) : 0;
  const auto out = next(descriptor, parts, count);
  if (out <= 0 || !recording || offset < 0) return out;
  std::string bytes;
  for (int i = 0; i < count; ++i)
    bytes.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
  bytes.resize(static_cast<std::size_t>(out));
  note_write(descriptor, std::move(bytes), offset);
  return out;
}

int ftruncate(int descriptor, off_t size) noexcept {
  static auto* const next = real("ftruncate", &ftruncate);
  const auto out = next(descriptor, size);
  if (out == 0) note_cut(descriptor, size);
  return out;
}

int fsync(int descriptor) {
  static auto* const next = real("fsync", &fsync);
  const auto out = recording ? 0 : next(descriptor);
  note_sync(descriptor);
  return out;
}

int fdatasync(int descriptor) {
  static auto* const next = real("fdatasync", &fdatasync);
  const auto out = recording ? 0 : next(descriptor);
  note_sync(descriptor);
  return out;
}

int rename(const char* from, const char* to) noexcept {
  static auto* const next = real("rename", &rename);
  const auto out = next(from, to);
  if (out == 0) note_move(from, to);
  return out;
}

int unlink(const char* path) noexcept {
  static auto* const next = real("unlink", &unlink);
  const auto out = next(path);
  if (out == 0) note_removal(path);
  return out;
}

int unlinkat(int directory, const char* path, int flags) noexcept {
  static auto* const next = real("unlinkat", &unlinkat);
  const auto whole = recording ? path_at(directory, path) : std::string();
  const auto out = next(directory, path, flags);
  if (out == 0 && recording) note_removal(whole);
  return out;
}

int remove(const char* path) noexcept {
  static auto* const next = real("remove", &remove);
  const auto out = next(path);
  if (out == 0) note_removal(path);
  return out;
}

int rmdir(const char* path) noexcept {
  static auto* const next = real("rmdir", &rmdir);
  const auto out = next(path);
  if (out == 0) note_removal(path);
  return out;
}

int mkdir(const char* path, mode_t mode) noexcept {
  static auto* const next = real("mkdir", &mkdir);
  const auto out = next(path, mode);
  if (out == 0 && recording) note_new(path, kind::make_directory);
  return out;
}
}
