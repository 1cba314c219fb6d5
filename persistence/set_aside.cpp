#include "persistence/set_aside.hpp"

#include <algorithm>
#include <string_view>

#include "persistence/files.hpp"

namespace lithair::persistence {

namespace fs = std::filesystem;

namespace {

constexpr auto note = "damaged";

/// Files may go while they are counted.
std::uint64_t bytes_in(const fs::path& directory) {
  std::uint64_t sum = 0;
  std::error_code failed;
  for (fs::recursive_directory_iterator at(directory, failed), end; !failed && at != end;
       at.increment(failed)) {
    std::error_code gone;
    const auto size = at->is_regular_file(gone) ? at->file_size(gone) : 0;
    if (!gone) sum += size;
  }
  return sum;
}

void add_those_below(const fs::path& parent, std::string_view prefix,
                     std::vector<set_aside_copy>& to) {
  std::error_code failed;
  for (fs::directory_iterator at(parent, failed), end; !failed && at != end; at.increment(failed)) {
    if (!at->path().filename().string().starts_with(prefix)) continue;
    to.push_back({at->path(), noted_damage(at->path()), bytes_in(at->path())});
  }
}

}  // namespace

std::vector<set_aside_copy> set_aside(const data_directory& directory) {
  std::vector<set_aside_copy> out;
  add_those_below(directory.path(), "damaged-log", out);
  std::error_code failed;
  for (fs::directory_iterator at(directory.state_path(), failed), end; !failed && at != end;
       at.increment(failed))
    add_those_below(at->path(), "set-aside-", out);
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return out;
}

void note_damage(const fs::path& directory, const std::string& why) {
  // Durably: after a restart the reason must still keep the directory from being used or removed.
  replace_file(directory / note, why + '\n');
}

std::string noted_damage(const fs::path& directory) {
  // The first line is the reason.
  const auto text = read_file(directory / note);
  return text ? text->substr(0, text->find('\n')) : std::string();
}

}  // namespace lithair::persistence
