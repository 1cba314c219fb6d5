#include "test/persistence/crash_images/disk_model.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <stdexcept>

namespace lithair::persistence::images {

namespace fs = std::filesystem;

namespace {

using kind = operation::kind;

constexpr std::uint64_t sector = 512;
constexpr std::uint64_t page = 4096;

bool is_synced_by(const operation& name, int directory) {
  return name.what == kind::move ? name.to_directory == directory : name.directory == directory;
}

/// With a chance of so many eighths.
bool chance(std::mt19937_64& random, unsigned eighths) { return random() % 8 < eighths; }

}  // namespace

void disk_model::change(std::string& bytes, const operation& x) {
  if (x.what == kind::cut) return bytes.resize(x.offset);
  bytes.resize(std::max<std::size_t>(bytes.size(), x.offset + x.bytes.size()));
  bytes.replace(x.offset, x.bytes.size(), x.bytes);
}

void disk_model::rename(std::vector<std::map<std::string, int>>& names, const operation& x) {
  if (x.what == kind::move) {
    names[x.directory].erase(x.name);
    names[x.to_directory][x.to_name] = x.inode;
  } else if (x.what == kind::remove) {
    names[x.directory].erase(x.name);
  } else {
    names[x.directory][x.name] = x.inode;
  }
}

void disk_model::perform(const operation& x) {
  switch (x.what) {
    case kind::mark:
      return;
    case kind::make_file:
    case kind::make_directory:
      if (inodes_.size() <= static_cast<std::size_t>(x.inode)) inodes_.resize(x.inode + 1);
      inodes_[x.inode].is_directory = x.what == kind::make_directory;
      [[fallthrough]];
    case kind::move:
    case kind::remove:
      names_.push_back(&x);
      return;
    case kind::write:
      if (x.durable) return change(inodes_[x.inode].bytes, x);
      [[fallthrough]];
    case kind::cut:
      inodes_[x.inode].later.push_back(&x);
      ++unsynced_;
      return;
    case kind::sync: {
      auto& file = inodes_[x.inode];
      for (const auto* each : file.later) change(file.bytes, *each);
      unsynced_ -= file.later.size();
      file.later.clear();
      return;
    }
    case kind::sync_directory: {
      std::vector<std::map<std::string, int>> names;
      for (auto& each : inodes_) names.push_back(std::move(each.entries));
      std::erase_if(names_, [&](const operation* each) {
        if (!is_synced_by(*each, x.inode)) return false;
        rename(names, *each);
        return true;
      });
      for (std::size_t i = 0; i < names.size(); ++i) inodes_[i].entries = std::move(names[i]);
      return;
    }
  }
}

std::string disk_model::content(const inode& x, std::mt19937_64& random, unsigned kept) {
  auto out = x.bytes;
  for (const auto* each : x.later) {
    if (each->what == kind::cut) {
      if (chance(random, kept)) out.resize(each->offset);
      continue;
    }
    // The size may be the new one without the bytes.
    if (chance(random, kept))
      out.resize(std::max<std::size_t>(out.size(), each->offset + each->bytes.size()));
    const auto unit = random() % 2 == 0 ? sector : page;
    for (std::uint64_t at = 0; at < each->bytes.size();) {
      const auto size =
          std::min<std::uint64_t>(unit - (each->offset + at) % unit, each->bytes.size() - at);
      const auto from = each->offset + at;
      if (chance(random, kept)) {
        out.resize(std::max<std::size_t>(out.size(), from + size));
        out.replace(from, size, each->bytes, at, size);
      }
      at += size;
    }
  }
  return out;
}

std::vector<std::map<std::string, int>> disk_model::names_of(const std::vector<inode>& inodes) {
  std::vector<std::map<std::string, int>> names;
  for (const auto& each : inodes) names.push_back(each.entries);
  return names;
}

image disk_model::crash(std::mt19937_64& random) const {
  auto names = names_of(inodes_);
  // A journal keeps names in order; others may keep any of them.
  const bool in_order = random() % 2 == 0;
  auto first = random() % (names_.size() + 1);
  const auto kept_names = static_cast<unsigned>(random() % 9);
  for (std::size_t i = 0; i < names_.size(); ++i)
    if (in_order ? i < first : chance(random, kept_names)) rename(names, *names_[i]);
  const auto kept = static_cast<unsigned>(random() % 9);
  return show(names, [&](int file) { return content(inodes_[file], random, kept); });
}

image disk_model::show(const std::vector<std::map<std::string, int>>& names,
                       const std::function<std::string(int)>& content_of) const {
  image out;
  const std::function<void(int, const std::string&)> go_through = [&](int directory,
                                                                      const std::string& path) {
    for (const auto& [name, number] : names[directory]) {
      if (!inodes_[number].is_directory) {
        out[path + name] = content_of(number);
        continue;
      }
      out[path + name + '/'];
      go_through(number, path + name + '/');
    }
  };
  go_through(0, "");
  return out;
}

std::size_t disk_model::undecided() const {
  auto out = names_.size();
  for (const auto& each : inodes_)
    for (const auto* x : each.later)
      out += x->what == kind::cut
                 ? 1
                 : (x->offset + x->bytes.size() + page - 1) / page - x->offset / page;
  return out;
}

std::string disk_model::content(const inode& x, const choice& keeps) {
  auto out = x.bytes;
  for (const auto* each : x.later) {
    if (each->what == kind::cut) {
      if (keeps()) out.resize(each->offset);
      continue;
    }
    for (std::uint64_t at = 0; at < each->bytes.size();) {
      const auto from = each->offset + at;
      const auto size = std::min<std::uint64_t>(page - from % page, each->bytes.size() - at);
      if (keeps()) {
        out.resize(std::max<std::size_t>(out.size(), from + size));
        out.replace(from, size, each->bytes, at, size);
      }
      at += size;
    }
  }
  return out;
}

bool disk_model::each_crash(unsigned most, const std::function<bool(const image&)>& visit) const {
  const auto things = undecided();
  if (things > most) return false;
  for (std::uint64_t kept = 0; kept < std::uint64_t{1} << things; ++kept) {
    unsigned next = 0;
    const choice keeps = [&] { return (kept >> next++ & 1) != 0; };
    auto names = names_of(inodes_);
    for (const auto* each : names_)
      if (keeps()) rename(names, *each);
    std::vector<std::string> files;
    for (const auto& each : inodes_) files.push_back(content(each, keeps));
    if (!visit(show(names, [&](int file) { return std::move(files[file]); }))) break;
  }
  return true;
}

void disk_model::settle() {
  auto names = names_of(inodes_);
  for (const auto* each : names_) rename(names, *each);
  names_.clear();
  for (std::size_t i = 0; i < inodes_.size(); ++i) {
    auto& x = inodes_[i];
    x.entries = std::move(names[i]);
    for (const auto* each : x.later) change(x.bytes, *each);
    x.later.clear();
  }
  unsynced_ = 0;
}

void write_image(const image& x, const fs::path& directory) {
  fs::remove_all(directory);
  fs::create_directory(directory);
  fill(x, directory);
}

void fill(const image& x, const fs::path& directory) {
  for (const auto& [path, bytes] : x) {
    auto whole = (directory / path).string();
    if (whole.ends_with('/')) {
      whole.pop_back();
      fs::create_directory(whole);
      continue;
    }
    const auto to = ::open(whole.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const bool written = to >= 0 && ::pwrite(to, bytes.data(), bytes.size(), 0) ==
                                        static_cast<ssize_t>(bytes.size());
    ::close(to);
    if (!written) throw std::runtime_error("an image can't be written to " + whole);
  }
}

}  // namespace lithair::persistence::images
