#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string_view>

struct MDB_cursor;
struct MDB_txn;

namespace lithair::persistence {

class lmdb_environment;

/// LMDB's number of the unnamed map, the only one here.
inline constexpr unsigned main_map = 1;

/// A position in an environment's ordered map of bytes, within one transaction. Whatever it shows
/// stays valid until the transaction ends or writes.
///
/// The moving functions return whether there is a pair at the new position.
class lmdb_cursor {
 public:
  /// `raw` stays its maker's.
  explicit lmdb_cursor(MDB_cursor* raw) : raw_(raw) {}

  /// All of these throw `storage_error`: damaged or io.
  bool first();
  bool last();
  /// To the first key that is not less than `key`.
  bool seek(std::string_view key);
  /// To the last key that is less than `key`.
  bool seek_before(std::string_view key);
  bool next();
  bool previous();

  /// The bytes lie in the file's map.
  std::string_view key() const { return key_; }
  std::string_view value() const { return value_; }

 protected:
  /// `operation` is one of LMDB's; `key` for those that seek.
  bool move(int operation, std::string_view key = {});

  MDB_cursor* raw_;
  std::string_view key_;
  std::string_view value_;
};

/// A short look at one committed state. It holds back the reuse of pages and the growth of the map,
/// so it must be short, and a thread may hold only one per environment at a time.
class lmdb_reader : public lmdb_cursor {
 public:
  /// Sees the last commit, and no later one however long it lives.
  explicit lmdb_reader(const lmdb_environment& env);
  ~lmdb_reader();
  lmdb_reader(const lmdb_reader&) = delete;
  lmdb_reader& operator=(const lmdb_reader&) = delete;

  /// Counts commits since the environment was made.
  std::uint64_t transaction_number() const;

 private:
  /// Begins one that ended again; false when there is none.
  bool take_idle();

  const lmdb_environment& env_;
  /// Taken first and let go last: the map may not move under the transaction.
  std::shared_lock<std::shared_mutex> map_stays_;
  MDB_txn* txn_;
};

/// The one transaction that writes; made by `lmdb_environment::write` only.
class lmdb_writer : public lmdb_cursor {
 public:
  using lmdb_cursor::lmdb_cursor;

  /// Adds or replaces, and returns `size` bytes to be filled in before the next call. With `at_end`
  /// the key must be the greatest of all; it costs less then.
  [[nodiscard]] char* reserve(std::string_view key, std::size_t size, bool at_end = false);
  /// As `reserve`, with the bytes. Both throw what LMDB answers; a full map is grown by the
  /// environment, which runs the work again.
  void put(std::string_view key, std::string_view value);
  /// Removes the pair at the position; `next` then goes to the one that followed it.
  void erase();
};

}  // namespace lithair::persistence
