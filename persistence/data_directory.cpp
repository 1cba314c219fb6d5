#include "persistence/data_directory.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <string>
#include <utility>

#include "persistence/checksum.hpp"
#include "persistence/fault_points.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::persistence {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view title = "lithair data directory";
constexpr std::uint32_t identity_format = 1;

[[noreturn]] void fail(storage_errc code, const fs::path& path, const std::string& why) {
  throw storage_error(code, path.string() + " " + why);
}

// -- the identity file ---------------------------------------------------------------------------

std::string line(std::string_view name, std::uint64_t value) {
  return std::string(name) + ' ' + std::to_string(value) + '\n';
}

/// The checksum is the last line, over all lines before it; so a person can read the file, and a
/// change by hand shows.
std::string print(const identity& of) {
  auto text = std::string(title) + '\n' + line("format", of.format) + line("node", of.node.value) +
              line("cluster", of.cluster) + line("boots", of.boots);
  return text + line("checksum", checksum(text));
}

/// Takes "name number\n" off the front of `rest`.
bool take(std::string_view& rest, std::string_view name, std::uint64_t& value) {
  if (!rest.starts_with(name) || rest.size() <= name.size() || rest[name.size()] != ' ')
    return false;
  rest.remove_prefix(name.size() + 1);
  const auto [end, failed] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  if (failed != std::errc{}) return false;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  if (!rest.starts_with('\n')) return false;
  rest.remove_prefix(1);
  return true;
}

identity parse(const fs::path& path, std::string_view text) {
  auto rest = text;
  std::uint64_t format = 0;
  if (!rest.starts_with(title) || !rest.substr(title.size()).starts_with('\n'))
    fail(storage_errc::damaged, path, "is not an identity file");
  rest.remove_prefix(title.size() + 1);
  if (!take(rest, "format", format)) fail(storage_errc::damaged, path, "names no format");
  identity out;
  std::uint64_t sum = 0;
  const bool complete = take(rest, "node", out.node.value) && take(rest, "cluster", out.cluster) &&
                        take(rest, "boots", out.boots);
  const auto summed = text.substr(0, text.size() - rest.size());
  const bool matches =
      complete && take(rest, "checksum", sum) && rest.empty() && sum == checksum(summed);
  // Another version may have other lines, so what does not look like ours is told as another
  // format, unless it is ours with a byte changed.
  if (format != identity_format && (matches || !complete))
    fail(storage_errc::bad_format, path,
         "has format " + std::to_string(format) + ", and this version reads format " +
             std::to_string(identity_format));
  if (!matches) fail(storage_errc::damaged, path, "is damaged: its checksum does not match");
  return out;
}

// -- before anything is created ------------------------------------------------------------------

/// Without following a link, and not taking "may not look" for "is not there".
bool exists(const fs::path& path, struct stat& about) {
  if (::lstat(path.c_str(), &about) == 0) return true;
  if (errno == ENOENT) return false;
  throw_errno(errno, "opening " + path.string());
}

/// What a start that was interrupted before the identity was written may leave; `tls` is made
/// before anything else, for nodes with an authority of their own.
bool may_be_left_over(const fs::path& name) {
  return name == "lock" || name == "identity.new" || name == "tls" || name == "tls.new";
}

bool has_foreign_files(const fs::path& directory) {
  std::error_code failed;
  fs::directory_iterator entries(directory, failed);
  if (failed) throw_errno(failed.value(), "reading " + directory.string());
  for (const auto& entry : entries)
    if (!may_be_left_over(entry.path().filename())) return true;
  return false;
}

fs::path tidied(const fs::path& path) {
  const auto out = fs::absolute(path).lexically_normal();
  return out.has_filename() ? out : out.parent_path();
}

/// Refuses what can't become or be a data directory of ours; creates nothing.
fs::path checked_place(const fs::path& given, protocol::node_id node) {
  auto path = tidied(given);
  struct stat about {};
  const bool there = exists(path, about);
  // A link could be turned elsewhere while the node runs.
  if (there && S_ISLNK(about.st_mode))
    fail(storage_errc::access, path, "is a symbolic link; name the directory itself");
  if (there && !S_ISDIR(about.st_mode)) fail(storage_errc::access, path, "is not a directory");
  // What another user owns that user can change.
  if (there && about.st_uid != ::geteuid())
    fail(storage_errc::access, path, "belongs to another user");
  if (there && holds_data(path)) return path;
  // Never among files of something else: they would be taken for ours, or ours for theirs.
  if (there && has_foreign_files(path))
    fail(storage_errc::foreign, path, "is not empty and is not a data directory");
  if (!node) fail(storage_errc::access, path, "holds no data and no node id is given for it");
  return path;
}

file locked_file(const fs::path& path) {
  make_directory(path);
  // A directory that was there before may be open to others.
  if (::chmod(path.c_str(), 0700) != 0) throw_errno(errno, "making private " + path.string());
  // The lock is the kernel's: it goes with the process, so a crash leaves none behind. The file
  // stays.
  file lock(path / "lock", file::mode::create_or_open);
  if (!lock.try_lock()) fail(storage_errc::locked, path, "is in use by another process");
  return lock;
}

}  // namespace

bool holds_data(const fs::path& path) {
  struct stat about {};
  return exists(path / "identity", about);
}

data_directory::data_directory(const fs::path& path, protocol::node_id node, std::uint64_t cluster)
    : path_(checked_place(path, node)), lock_(locked_file(path_)) {
  claim(node, cluster);
  for (const auto& directory : {log_path(), state_path(), snapshots_path()})
    make_directory(directory);
}

void data_directory::claim(protocol::node_id node, std::uint64_t cluster) {
  const auto file_path = path_ / "identity";
  // Compared before anything is written: a foreign directory is left as it was found.
  if (const auto text = read_file(file_path)) {
    identity_ = parse(file_path, *text);
    if (node && node != identity_.node)
      fail(storage_errc::foreign, path_,
           "belongs to node " + std::to_string(identity_.node.value) + ", not to node " +
               std::to_string(node.value));
    if (cluster != 0 && identity_.cluster != 0 && cluster != identity_.cluster)
      fail(storage_errc::foreign, path_, "belongs to another cluster");
  } else {
    identity_.node = node;
  }
  if (cluster != 0) identity_.cluster = cluster;
  // Durable before anything else is done, so two runs never count the same boot.
  ++identity_.boots;
  save();
}

void data_directory::join(std::uint64_t cluster) {
  if (identity_.cluster == cluster) return;
  if (identity_.cluster != 0) fail(storage_errc::foreign, path_, "belongs to another cluster");
  identity_.cluster = cluster;
  try {
    save();
  } catch (...) {
    // The old file is still there, or the new one: the next attempt writes the same.
    identity_.cluster = 0;
    throw;
  }
}

// The mark first: a cluster that nobody may begin would wait for ever. A mark of a cluster that the
// directory did not become part of means nothing.
void data_directory::found(std::uint64_t cluster) {
  replace_file(path_ / "founder", std::to_string(cluster) + '\n');
  join(cluster);
}

bool data_directory::founded() const {
  const auto text = read_file(path_ / "founder");
  return text && identity_.cluster != 0 && *text == std::to_string(identity_.cluster) + '\n';
}

void data_directory::save() const {
  replace_file(
      path_ / "identity", print(identity_), [] { reach(fault_point::identity_before_rename); },
      [] { reach(fault_point::identity_after_rename); });
}

}  // namespace lithair::persistence
