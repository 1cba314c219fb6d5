#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include "persistence/lmdb_seal.hpp"
#include "persistence/lmdb_transaction.hpp"
#include "persistence/storage_error.hpp"

struct MDB_env;

namespace lithair::persistence {

/// What a write is for: one that frees space is not held up by the limits that it helps to keep. So
/// is one that finishes what is durable already: it was let begin when there was room for all of
/// it.
enum class write_purpose : std::uint8_t { stores_more, frees_space, finishes };

/// What an environment may take, and how thoroughly it is checked. All sizes are in bytes.
struct lmdb_options {
  /// Bytes of address space to begin with; doubled whenever it is full. More than the file needs.
  std::uint64_t map_size = 1ull << 30;
  /// The map never grows beyond this; writes are refused as `full` then. 0: no limit but the disk.
  std::uint64_t map_limit = 0;
  /// Writes are refused as `full`, before anything is touched, while the file system has less room.
  std::uint64_t min_free_bytes = 8ull << 20;
  /// A commit to a state that touches more than about this many bytes of pages goes in parts, so
  /// that LMDB, which keeps what it changes in memory, holds no more than that.
  std::uint64_t part_bytes = 16ull << 20;
  /// The pages of a data file up to this size are all checked when it is opened; of a larger one
  /// only the inner ones, and a damaged leaf shows when it is read.
  std::uint64_t check_all_up_to = 256ull << 20;
  /// Lookups are scattered and the file may exceed memory: no read-ahead.
  bool scattered_reads = false;
};

/// One LMDB environment in its own directory: an ordered map of bytes with durable transactions.
///
/// Any thread may read; one thread at a time writes. Only the default, durable flags are used: when
/// `write` returns, the transaction survives power loss (two syncs). After a failed write the
/// file's state is unknown, for a sync that failed once may succeed the next time without having
/// written: so the environment then refuses every write until it is opened anew, and reads go on. A
/// write that found no room before it came to the meta page has changed nothing, and is only
/// `full`. One that found none for the seal is done, and the next one is `full` until there is.
class lmdb_environment {
 public:
  /// Opens or creates, and checks what is there before LMDB trusts it (`check_data_file`,
  /// `lmdb_seal`). `directory` must exist and not be open elsewhere.
  lmdb_environment(std::filesystem::path directory, lmdb_options options);
  /// No reader may live any more.
  ~lmdb_environment();
  lmdb_environment(const lmdb_environment&) = delete;
  lmdb_environment& operator=(const lmdb_environment&) = delete;

  /// Runs `work` in one transaction and commits it. `work` runs again from its start, in a new
  /// transaction, whenever the map had to grow. An exception of `work` undoes everything. With
  /// `bytes`, how much is about to be stored, it is refused as `full` before anything is touched
  /// unless the file system has room for that too.
  void write(const std::function<void(lmdb_writer&)>& work,
             write_purpose purpose = write_purpose::stores_more, std::uint64_t bytes = 0);

  /// Throws `stopped` when writes are refused, `full` when the file system or the map's limit has
  /// not so much room. Any thread that holds no reader.
  void require_writable(std::uint64_t bytes = 0) const;
  /// Refuses writes from now on, for this reason. On the writer's thread.
  void stop(const std::string& reason);
  /// Why writes are refused; empty while they are not. Any thread.
  std::string stopped_because() const;

  /// Any thread that holds no reader.
  std::uint64_t map_size() const;
  /// Bytes of the data file that hold something or did once. Any thread that holds no reader.
  std::uint64_t used_bytes() const;
  /// Bytes of free pages among them, which LMDB uses before the file grows. Reads the list of them.
  /// Any thread that holds no reader.
  std::uint64_t reusable_bytes() const;
  /// Where data.mdb, lock.mdb and the seal are.
  const std::filesystem::path& directory() const { return directory_; }

 private:
  friend class lmdb_reader;

  /// A read transaction that ended and may be begun again, with its cursor.
  struct idle_reader {
    MDB_txn* txn;
    MDB_cursor* cursor;
  };

  /// What is there is sealed and sound; before LMDB opens it.
  void check() const;
  /// Lets LMDB open or create the file.
  void open();
  /// While it is held the map stays where it is; every use of `env_` by a reader needs it.
  std::shared_lock<std::shared_mutex> keep_map() const;
  /// Throws `stopped` after a failed write.
  void refuse_when_stopped() const;
  /// Throws `full` unless the file system has so much room, and `min_free_bytes` besides.
  void refuse_when_disk_is_full(std::uint64_t bytes) const;
  /// One attempt at a transaction, sealed after it.
  void run(const std::function<void(lmdb_writer&)>& work);
  /// Renews the seal; where there is no room for it, it is due.
  void seal();
  /// Before a write: the seal may be one commit behind and no more. Throws `full`.
  void seal_what_is_due();
  /// Whether the file is as of the last commit, after an attempt that failed.
  bool nothing_changed() const;
  /// Doubles the map, within its limit. Throws `full`. Waits for all readers.
  void grow(write_purpose purpose);

  std::filesystem::path directory_;
  lmdb_options options_;
  lmdb_seal seal_;
  // There was no room for it; it is one commit behind, and no more than that
  bool seal_is_due_ = false;
  MDB_env* env_ = nullptr;

  // Whoever grows the map holds `gate_` while it waits for the readers, so that new ones queue
  // behind it.
  mutable std::mutex gate_;
  /// Held shared by each reader, alone by whoever moves the map.
  mutable std::shared_mutex map_;
  /// Guards `idle_`.
  mutable std::mutex idle_mutex_;
  mutable std::vector<idle_reader> idle_;

  /// Once true it stays so; `reason_` was written before.
  std::atomic<bool> stopped_ = false;
  /// Guards `reason_`.
  mutable std::mutex reason_mutex_;
  std::string reason_;
};

}  // namespace lithair::persistence
