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
#include "persistence/set_aside.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::persistence {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t batch_bytes = 8 << 20;

constexpr std::string_view aside = "set-aside-";

/// The number that this name is; none when it is not just a number.
std::optional<std::uint64_t> number_in(const std::string& name) {
  std::uint64_t number = 0;
  const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (failed != std::errc{} || end != name.data() + name.size()) return std::nullopt;
  return number;
}

/// A number alone would be a number still after a bit of it changed.
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
  // LMDB would make an empty one, and the node would answer from it.
  if (!fs::exists(directory_of(number) / "data.mdb"))
    throw storage_error(storage_errc::damaged, directory_of(number).string() + " is missing");
  if (const auto why = noted_damage(directory_of(number)); !why.empty())
    throw storage_error(storage_errc::damaged, why);
  tidy(number);
  return std::make_unique<lmdb_state_store>(directory_of(number), options);
}

void state_directory::condemn(const std::string& why) {
  const auto number = read_current();
  if (!number) return;
  // In memory first: noting it may fail on the very disk that did the damage.
  condemned_.emplace(*number, why);
  note_damage(directory_of(*number), why);
}

std::vector<std::uint64_t> state_directory::numbers() const {
  std::vector<std::uint64_t> out;
  for (const auto& entry : fs::directory_iterator(path_))
    if (const auto number = number_in(entry.path().filename().string())) out.push_back(*number);
  return out;
}

/// Whatever `current` says, for it may be damaged too. Those set aside keep their numbers.
std::uint64_t state_directory::unused_number() const {
  std::uint64_t last = 0;
  for (const auto& entry : fs::directory_iterator(path_)) {
    auto name = entry.path().filename().string();
    if (name.starts_with(aside)) name.erase(0, aside.size());
    last = std::max(last, number_in(name).value_or(0));
  }
  return last + 1;
}

/// Without a word on which one that is it may be any of them.
void state_directory::condemn_what_is_in_use(const std::string& why) {
  std::optional<std::uint64_t> current;
  try {
    current = read_current();
  } catch (const storage_error& error) {
    if (error.code() != storage_errc::damaged) throw;
  }
  for (const auto number : numbers())
    if ((!current || number == *current) && noted_damage(directory_of(number)).empty())
      note_damage(directory_of(number), why);
}

std::unique_ptr<lmdb_state_store> state_directory::begin_anew(const lmdb_options& options,
                                                              const std::string& why) {
  // Before the switch: what is neither in use nor noted is removed as superseded.
  condemn_what_is_in_use(why);
  const auto number = unused_number();
  make_directory(directory_of(number));
  auto made = std::make_unique<lmdb_state_store>(directory_of(number), options);
  write_current(number);
  tidy(number);
  return made;
}

/// Leaves `number` as the only one. What was found to be damaged may be the last copy of something;
/// the others were superseded, or never in use.
void state_directory::tidy(std::uint64_t number) {
  for (const auto other : numbers()) {
    if (other == number) continue;
    const auto place = directory_of(other);
    const auto condemned = condemned_.find(other);
    const bool is_noted = !noted_damage(place).empty();
    if (mutated(mutant::deletes_what_was_condemned) ||
        (!is_noted && condemned == condemned_.end())) {
      // Superseded by a verified snapshot, or left by an installation that was interrupted.
      remove_path(place);
      continue;
    }
    if (!is_noted) note_damage(place, condemned->second);
    // A name that is no number is never taken for an environment again.
    move_file(place, path_ / (std::string(aside) + std::to_string(other)));
    condemned_.erase(other);
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
  make_directory(directory_of(number));
  try {
    build(snapshot, members, number);
  } catch (const storage_error&) {
    // It may be what fills the disk.
    std::error_code ignored;
    fs::remove_all(directory_of(number), ignored);
    throw;
  }
  // Until here a crash leaves the old state in use, and the new one is removed at the next opening.
  reach(fault_point::install_before_swap);
  write_current(number);
  reach(fault_point::install_after_swap);
}

void state_directory::build(const snapshot_file& snapshot,
                            const std::optional<protocol::configuration>& members,
                            std::uint64_t number) const {
  lmdb_state_store next(directory_of(number));
  state_builder pairs(next);
  snapshot.read([&](std::string_view key, std::string_view value) {
    pairs.add(key, value);
    return true;
  });
  // With its last pairs and not before, so a half-filled state is the state of nothing.
  auto point = snapshot.header().point;
  if (members) point.members = *members;
  pairs.commit(std::move(point));
}

}  // namespace lithair::persistence
