#include "persistence/state_directory.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "persistence/checksum.hpp"
#include "persistence/fault_points.hpp"
#include "persistence/files.hpp"
#include "persistence/mutants.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::persistence {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t batch_bytes = 8 * 1024 * 1024;

std::string with_checksum(const std::string& text) {
  return text + ' ' + std::to_string(checksum(text)) + '\n';
}

/// Pairs of a snapshot on their way into a new state, some megabytes in one commit.
class state_builder {
 public:
  explicit state_builder(lmdb_state_store& to) : to_(to) {}

  void add(std::string_view key, std::string_view value) {
    bytes_.append(key).append(value);
    sizes_.push_back({key.size(), value.size()});
    if (bytes_.size() >= batch_bytes) commit({});
  }

  /// Only the last commit carries the point: a state that lacks pairs is the state of nothing.
  void commit(applied_point point) {
    std::vector<change_view> changes;
    std::string_view rest = bytes_;
    for (const auto& [key_size, value_size] : sizes_) {
      changes.push_back({rest.substr(0, key_size), rest.substr(key_size, value_size)});
      rest.remove_prefix(key_size + value_size);
    }
    to_.commit(changes, std::move(point));
    bytes_.clear();
    sizes_.clear();
  }

 private:
  struct sizes {
    std::size_t key;
    std::size_t value;
  };

  lmdb_state_store& to_;
  std::string bytes_;
  std::vector<sizes> sizes_;
};

}  // namespace

state_directory::state_directory(const fs::path& states, protocol::group_id group)
    : path_(states / std::to_string(group.value)), group_(group) {
  make_directory(path_);
}

fs::path state_directory::directory_of(std::uint64_t number) const {
  return path_ / std::to_string(number);
}

std::optional<std::uint64_t> state_directory::read_current() const {
  const auto text = read_file(path_ / "current");
  if (!text) return std::nullopt;
  std::uint64_t number = 0;
  std::from_chars(text->data(), text->data() + text->size(), number);
  if (number == 0 || *text != with_checksum(std::to_string(number)))
    throw storage_error(storage_errc::damaged, (path_ / "current").string() + " is damaged");
  return number;
}

void state_directory::write_current(std::uint64_t number) {
  replace_file(path_ / "current", with_checksum(std::to_string(number)));
}

/// An interrupted first start leaves at most an empty state. Anything else without `current` was in
/// use once, and is not to be taken for new.
void state_directory::create_first(const lmdb_options& options) {
  for (const auto& entry : fs::directory_iterator(path_)) {
    const auto name = entry.path().filename();
    if (name != "1" && name != "current.new")
      throw storage_error(storage_errc::damaged, (path_ / "current").string() + " is missing");
  }
  make_directory(directory_of(1));
  if (lmdb_state_store(directory_of(1), options).applied() != applied_point{})
    throw storage_error(storage_errc::damaged, (path_ / "current").string() + " is missing");
  write_current(1);
}

std::unique_ptr<lmdb_state_store> state_directory::open(const lmdb_options& options) {
  if (!read_current()) create_first(options);
  const auto number = read_current().value();
  if (!fs::exists(directory_of(number) / "data.mdb"))
    throw storage_error(storage_errc::damaged, directory_of(number).string() + " is missing");
  if (auto why = read_file(directory_of(number) / "damaged"))
    throw storage_error(storage_errc::damaged, why->substr(0, why->find('\n')));
  remove_all_but(number);
  return std::make_unique<lmdb_state_store>(directory_of(number), options);
}

void state_directory::condemn(const std::string& why) {
  const auto number = read_current();
  if (number) replace_file(directory_of(*number) / "damaged", why + '\n');
}

/// Whatever `current` says, for it may be damaged too.
std::uint64_t state_directory::unused_number() const {
  std::uint64_t last = 0;
  for (const auto& entry : fs::directory_iterator(path_)) {
    const auto name = entry.path().filename().string();
    std::uint64_t number = 0;
    const auto digits = std::string_view(name).substr(name.starts_with(set_aside_prefix) ? set_aside_prefix.size() : 0);
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    last = std::max(last, number);
  }
  return last + 1;
}

std::unique_ptr<lmdb_state_store> state_directory::begin_anew(const lmdb_options& options) {
  const auto number = unused_number();
  // Before `current` names another one: a restart in between finds none in use, and begins anew again.
  std::vector<fs::path> before;
  for (const auto& entry : fs::directory_iterator(path_))
    if (entry.is_directory() && fs::exists(entry.path() / "data.mdb")) before.push_back(entry.path());
  if (!mutated(mutant::deletes_what_was_condemned))
    for (const auto& each : before) set_aside(each);
  make_directory(directory_of(number));
  auto made = std::make_unique<lmdb_state_store>(directory_of(number), options);
  write_current(number);
  remove_all_but(number);
  return made;
}

/// What was in use and found to be damaged may be the last copy of something, so it is not removed: a person does that.
void state_directory::set_aside(const fs::path& directory) {
  const auto name = directory.filename().string();
  if (name.starts_with(set_aside_prefix)) return;
  move_file(directory, path_ / (std::string(set_aside_prefix) + name));
}

void state_directory::remove_all_but(std::uint64_t number) {
  std::vector<fs::path> others;
  for (const auto& entry : fs::directory_iterator(path_))
    if (entry.is_directory() && entry.path() != directory_of(number)) others.push_back(entry.path());
  for (const auto& other : others) {
    const bool kept = other.filename().string().starts_with(set_aside_prefix) || fs::exists(other / "damaged");
    kept && !mutated(mutant::deletes_what_was_condemned) ? set_aside(other) : remove_path(other);
  }
}

void state_directory::install(const snapshot_file& snapshot,
                              const std::optional<protocol::configuration>& members) {
  const auto& header = snapshot.header();
  if (header.group != group_)
    throw storage_error(storage_errc::foreign, "the snapshot is of group " +
                                                   std::to_string(header.group.value) + ", not " +
                                                   std::to_string(group_.value));
  const auto number = unused_number();
  remove_path(directory_of(number));
  make_directory(directory_of(number));
  {
    lmdb_state_store next(directory_of(number));
    state_builder build(next);
    snapshot.read([&](std::string_view key, std::string_view value) {
      build.add(key, value);
      return true;
    });
    auto point = header.point;
    if (members) point.members = *members;
    build.commit(std::move(point));
  }
  reach(fault_point::install_before_swap);
  write_current(number);
  reach(fault_point::install_after_swap);
}

}  // namespace lithair::persistence
