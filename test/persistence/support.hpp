#pragma once

#include <filesystem>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "persistence/fault_points.hpp"
#include "persistence/journal_ring.hpp"
#include "persistence/lmdb_environment.hpp"
#include "persistence/log_store.hpp"
#include "persistence/state_store.hpp"
#include "persistence/storage_error.hpp"

/// What the tests of this room share.
namespace lithair::persistence {

inline std::ostream& operator<<(std::ostream& out, storage_errc code) {
  return out << to_string(code);
}

inline std::ostream& operator<<(std::ostream& out, fault_point point) {
  return out << to_string(point);
}

namespace test {

/// A new directory of this process's own below the system's temporary one; removed with the object.
class temporary_directory {
 public:
  temporary_directory();
  ~temporary_directory();
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// A directory in it, made if missing.
  std::filesystem::path make(const std::string& name) const;

 private:
  std::filesystem::path path_;
};

inline constexpr protocol::group_id group{1};

/// So small that a story goes round it many times.
inline constexpr journal_options small_journal{16 * journal_block, 3, true};

/// So that a commit of more than about so many bytes goes in parts, where its keys are neighbours.
lmdb_options in_parts_of(std::uint64_t bytes);

protocol::entry command(std::uint64_t index, std::uint64_t term, std::string data);
protocol::entry change_of_members(std::uint64_t index, std::uint64_t term,
                                  const protocol::configuration& members);
/// `count` commands from `first` on, each with `size` bytes that depend on its index.
std::vector<protocol::entry> commands(std::uint64_t first, std::uint64_t count, std::uint64_t term,
                                      std::size_t size = 20);
/// Members 1 to `count`.
protocol::configuration members_up_to(std::uint64_t count);

void append(log_store& to, std::vector<protocol::entry> entries, protocol::group_id where = group);
void truncate(log_store& to, std::uint64_t from, protocol::group_id where = group);
void vote(log_store& to, std::uint64_t term, std::uint64_t node, protocol::group_id where = group);
void purge_up_to(log_store& from, std::uint64_t index, protocol::group_id where = group);

/// Everything a log says about itself, as text: equal texts, equal logs.
std::string describe(log_store& log, protocol::group_id where = group);

struct change {
  std::string key;
  std::optional<std::string> value;
};
using changes = std::vector<change>;

/// Commits these as the state at `index`, with members 1 to 3.
void commit(state_store& to, std::uint64_t index, const changes& what, std::uint64_t term = 1);
/// What a scan shows, as "key=value " one after the other.
std::string scanned(const state_source& from, std::string_view lower, std::string_view upper,
                    scan_order order = scan_order::ascending);

/// The code of the storage error that `f` throws; fails the test when it throws none.
storage_errc code_of(const std::function<void()>& f);
/// Its sentence.
std::string sentence_of(const std::function<void()>& f);

/// Runs `work` in a child process until it ends, and gives its exit status; 128 + signal when
/// killed.
int in_child(const std::function<void()>& work);

/// Flips one bit of a file.
void flip_bit(const std::filesystem::path& path, std::uint64_t byte, unsigned bit);

}  // namespace test
}  // namespace lithair::persistence
