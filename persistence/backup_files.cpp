#include "persistence/backup_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <system_error>

#include "persistence/mutants.hpp"
#include "persistence/snapshot_file.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::persistence {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view unfinished = ".new";
constexpr std::size_t copied_at_once = 64 << 10;

// Takes `word` and the number behind it off the front. Only one spelling of each number is taken.
bool take_number(std::string_view& text, std::string_view word, std::uint64_t& out, int base = 10) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  if (failed != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

// With zeroes in front, so that names sort as their numbers do.
std::string digits(std::uint64_t number, int base, std::size_t count) {
  char text[20];
  const auto end = std::to_chars(text, text + sizeof text, number, base).ptr;
  const std::string made(text, end);
  return std::string(count - made.size(), '0') + made;
}

void for_each_in(const fs::path& directory, const std::function<void(const fs::path&)>& look) {
  std::error_code failed;
  fs::directory_iterator each(directory, failed);
  for (; !failed && each != fs::directory_iterator{}; each.increment(failed)) look(each->path());
  if (failed) throw_errno(failed.value(), "reading " + directory.string());
}

std::optional<backup_file> look_at(const fs::path& path) {
  const auto name = parse_backup_name(path.filename().string());
  struct stat about {};
  if (!name || ::lstat(path.c_str(), &about) != 0 || !S_ISREG(about.st_mode)) return std::nullopt;
  return backup_file{*name, path, static_cast<std::uint64_t>(about.st_size), about.st_mtime};
}

// Else the copy would take what the log of the meantime needs, only to find that it is not enough.
void require_room(const file& from, const fs::path& to) {
  struct statvfs about {};
  if (::statvfs(to.parent_path().c_str(), &about) != 0) return;  // opening it says why
  const auto room = std::uint64_t{about.f_bavail} * about.f_frsize;
  if (room < from.size())
    throw storage_error(storage_errc::full, to.parent_path().string() + " has room for " +
                                                std::to_string(room) + " bytes, and a base takes " +
                                                std::to_string(from.size()));
}

void copy(const file& from, file& to, pace& at) {
  const auto sync = [&to] {
    if (!mutated(mutant::base_named_before_sync)) to.sync();
  };
  const auto size = from.size();
  for (std::uint64_t done = 0; done < size;) {
    const auto bytes = from.read(done, copied_at_once);
    if (bytes.empty()) break;  // it was cut, which reading back tells
    to.write(done, bytes);
    done += bytes.size();
    at.worked(bytes.size(), sync);
  }
  sync();
}

void verify(const fs::path& copied, pace& at) {
  snapshot_file(copied).read([&at](std::string_view key, std::string_view value) {
    at.worked(key.size() + value.size());
    return true;
  });
}

// What is read next comes from the disk, as far as the system does as it is asked.
void forget_pages(const file& of) { ::posix_fadvise(of.descriptor(), 0, 0, POSIX_FADV_DONTNEED); }

}  // namespace

std::string to_string(const backup_name& name) {
  return "lithair-" + digits(name.cluster, 16, 16) + "-node" + std::to_string(name.node.value) +
         "-group" + std::to_string(name.group.value) + '-' + digits(name.index.value, 10, 20) +
         (name.kind == backup_kind::base ? ".base" : ".log");
}

std::optional<backup_name> parse_backup_name(std::string_view text) {
  backup_name made;
  auto rest = text;
  if (!take_number(rest, "lithair-", made.cluster, 16) ||
      !take_number(rest, "-node", made.node.value) ||
      !take_number(rest, "-group", made.group.value) || !take_number(rest, "-", made.index.value))
    return std::nullopt;
  made.kind = rest == ".base" ? backup_kind::base : backup_kind::log;
  if (to_string(made) != text) return std::nullopt;
  return made;
}

std::vector<backup_file> backup_files(const fs::path& directory) {
  std::vector<backup_file> found;
  for_each_in(directory, [&](const fs::path& path) {
    if (auto one = look_at(path)) found.push_back(std::move(*one));
  });
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<fs::path> unfinished_bases(const fs::path& directory, const backup_name& of) {
  std::vector<fs::path> found;
  for_each_in(directory, [&](const fs::path& path) {
    if (path.extension() != unfinished) return;
    auto name = parse_backup_name(path.stem().string());
    if (!name || name->kind != backup_kind::base) return;
    name->kind = of.kind;
    name->index = of.index;
    if (*name == of) found.push_back(path);
  });
  return found;
}

std::vector<backup_file> backup_files_of(const std::vector<backup_file>& all,
                                         const backup_name& of) {
  std::vector<backup_file> found;
  for (const auto& each : all) {
    auto like = each.name;
    like.index = of.index;
    if (like == of) found.push_back(each);
  }
  return found;
}

void keep_base(const file& from, const fs::path& to, pace& at) {
  auto beside = to;
  beside += unfinished;
  require_room(from, to);
  try {
    {
      file made(beside, file::mode::create);
      copy(from, made, at);
      forget_pages(made);
    }
    verify(beside, at);
  } catch (const storage_error&) {
    // It may be what fills the disk.
    std::error_code ignored;
    fs::remove(beside, ignored);
    throw;
  }
  move_file(beside, to);
}

std::vector<fs::path> superseded_backups(const std::vector<backup_file>& all, const backup_name& of,
                                         std::size_t keep) {
  auto name = of;
  name.kind = backup_kind::base;
  const auto bases = backup_files_of(all, name);
  keep = std::max<std::size_t>(keep, 1);
  if (bases.size() <= keep) return {};
  std::vector<fs::path> old;
  const auto oldest = bases.end() - static_cast<std::ptrdiff_t>(keep);
  for (auto each = bases.begin(); each != oldest; ++each) old.push_back(each->path);
  name.kind = backup_kind::log;
  const auto logs = backup_files_of(all, name);
  // The one with the base's own entry stays: it tells the time that the base is as of.
  const auto first_needed = std::find_if(logs.rbegin(), logs.rend(), [&](const backup_file& x) {
    return x.name.index <= oldest->name.index;
  });
  if (first_needed == logs.rend()) return old;
  for (const auto& each : logs)
    if (each.name.index < first_needed->name.index ||
        (each == *first_needed && mutated(mutant::removes_what_bases_need)))
      old.push_back(each.path);
  return old;
}

}  // namespace lithair::persistence
