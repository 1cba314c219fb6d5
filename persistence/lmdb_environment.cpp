#include "persistence/lmdb_environment.hpp"

#include <sys/mman.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "persistence/files.hpp"
#include "persistence/lmdb_check.hpp"
#include "persistence/lmdb_error.hpp"
#include "persistence/mutants.hpp"

namespace lithair::persistence {

namespace {

// Slots in lock.mdb; a read transaction that waits to be used again keeps its own.
constexpr unsigned max_readers = 1000;
// Removing writes pages too before it frees any; so it may pass the map's limit, by this much at a
// time.
constexpr std::uint64_t room_to_free_space = 4ull << 20;

std::uint64_t free_bytes(const std::filesystem::path& directory) {
  struct statvfs about {};
  if (::statvfs(directory.c_str(), &about) != 0)
    throw_errno(errno, "asking for room below " + directory.string());
  return static_cast<std::uint64_t>(about.f_bavail) * about.f_frsize;
}

/// LMDB unmaps before it maps anew, so ask first whether the address space is there.
bool could_map(std::uint64_t size) {
  void* at = ::mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at == MAP_FAILED) return false;
  ::munmap(at, size);
  return true;
}

/// A file that LMDB makes in place has its name before its first pages are on the disk, and after a
/// power loss in between looks like one that was wiped. So it is made elsewhere.
void create_data_file(const std::filesystem::path& directory) {
  const auto path = directory / "data.mdb";
  if (std::filesystem::exists(path) || mutated(mutant::new_file_in_place)) return;
  const auto elsewhere = directory / "new";
  const auto creating = "creating " + path.string();
  remove_path(elsewhere);
  make_directory(elsewhere);
  MDB_env* env = nullptr;
  check_lmdb(mdb_env_create(&env), creating);
  const std::unique_ptr<MDB_env, decltype(&mdb_env_close)> closing(env, &mdb_env_close);
  check_lmdb(mdb_env_open(env, elsewhere.c_str(), MDB_NOLOCK, 0600), creating);
  // The pages before the name, as for any file that appears at once.
  check_lmdb(mdb_env_sync(env, 1), creating);
  move_file(elsewhere / "data.mdb", path);
  remove_path(elsewhere);
}

/// A transaction that is undone unless it is committed.
class write_transaction {
 public:
  explicit write_transaction(MDB_env* env) {
    check_lmdb(mdb_txn_begin(env, nullptr, 0, &txn_), "beginning to write");
  }
  ~write_transaction() {
    if (txn_ != nullptr) mdb_txn_abort(txn_);
  }
  write_transaction(const write_transaction&) = delete;
  write_transaction& operator=(const write_transaction&) = delete;

  void run(const std::function<void(lmdb_writer&)>& work) {
    MDB_cursor* cursor = nullptr;
    check_lmdb(mdb_cursor_open(txn_, main_map, &cursor), "beginning to write");
    const std::unique_ptr<MDB_cursor, decltype(&mdb_cursor_close)> closing(cursor,
                                                                           &mdb_cursor_close);
    lmdb_writer writer(cursor);
    work(writer);
  }

  // LMDB ends the transaction whatever comes of it, so it is not undone after a failure here.
  void commit() { check_lmdb(mdb_txn_commit(std::exchange(txn_, nullptr)), "committing"); }

 private:
  MDB_txn* txn_ = nullptr;
};

}  // namespace

lmdb_environment::lmdb_environment(std::filesystem::path directory, lmdb_options options)
    : directory_(std::move(directory)), options_(options), seal_(directory_) {
  // Before LMDB opens the file: it would follow whatever pointer it finds.
  check();
  create_data_file(directory_);
  // Ending a reader must not need memory: destructors do not throw.
  idle_.reserve(max_readers);
  check_lmdb(mdb_env_create(&env_), "opening " + directory_.string());
  try {
    open();
    seal();
    // The names of data file and seal.
    sync_directory(directory_);
  } catch (...) {
    mdb_env_close(env_);
    throw;
  }
}

void lmdb_environment::check() const {
  const auto path = directory_ / "data.mdb";
  std::error_code missing;
  const auto size = std::filesystem::file_size(path, missing);
  const bool small = !missing && size <= options_.check_all_up_to;
  seal_.check();
  check_data_file(path, small ? check_depth::everything : check_depth::inner_pages);
}

void lmdb_environment::open() {
  const auto opening = "opening " + directory_.string();
  // A file that is larger already is mapped as a whole: LMDB sees to that.
  const auto limit = options_.map_limit == 0 ? options_.map_size : options_.map_limit;
  check_lmdb(mdb_env_set_mapsize(env_, std::min(options_.map_size, limit)), opening);
  check_lmdb(mdb_env_set_maxreaders(env_, max_readers), opening);
  const unsigned flags = MDB_NOTLS | (options_.scattered_reads ? MDB_NORDAHEAD : 0) |
                         (mutated(mutant::no_sync) ? MDB_NOSYNC : 0);
  // Of a file that is there it only reads.
  const auto opened = mdb_env_open(env_, directory_.c_str(), flags, 0600);
  if (opened == EIO)
    throw storage_error(storage_errc::damaged,
                        (directory_ / "data.mdb").string() + " can't be read");
  check_lmdb(opened, opening);
  // The unnamed map has a fixed number; opening it once makes it known to all transactions.
  MDB_txn* txn = nullptr;
  MDB_dbi dbi = 0;
  check_lmdb(mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn), opening);
  const auto rc = mdb_dbi_open(txn, nullptr, 0, &dbi);
  mdb_txn_abort(txn);
  check_lmdb(rc, opening);
}

lmdb_environment::~lmdb_environment() {
  for (const auto& [txn, cursor] : idle_) {
    mdb_cursor_close(cursor);
    mdb_txn_abort(txn);
  }
  mdb_env_close(env_);
}

void lmdb_environment::write(const std::function<void(lmdb_writer&)>& work, write_purpose purpose,
                             std::uint64_t bytes) {
  refuse_when_stopped();
  if (purpose == write_purpose::stores_more) refuse_when_disk_is_full(bytes);
  seal_what_is_due();
  for (;;) {
    try {
      return run(work);
    } catch (const map_full&) {
      // LMDB tells in the middle of a transaction. All of it is undone, and done again in a larger
      // map.
      grow(purpose);
    } catch (const storage_error& error) {
      // Exceptions of other kinds are the work's own: its transaction is undone, and has changed
      // nothing.
      const bool is_full = error.code() == storage_errc::full;
      if (is_full && nothing_changed() && !mutated(mutant::full_is_failed)) throw;
      stop(error.what());
      if (!is_full) throw;
      // The transaction may be on the disk as a whole: only a restart tells.
      throw storage_error(storage_errc::io, error.what());
    }
  }
}

/// Pages that an abandoned transaction wrote are free ones for all that is known, until a meta page
/// says otherwise: as long as both are those of the last commit, nothing that counts was touched.
bool lmdb_environment::nothing_changed() const {
  try {
    if (!seal_.is_current()) return false;
    // LMDB refuses to begin any after it found that it can't go on.
    const write_transaction still_possible(env_);
    return true;
  } catch (const storage_error&) {
    return false;
  }
}

void lmdb_environment::run(const std::function<void(lmdb_writer&)>& work) {
  write_transaction transaction(env_);
  transaction.run(work);
  transaction.commit();
  // A process that ends before this leaves a seal that is one commit old. A power loss may leave an
  // older one, for it is not synced.
  seal();
}

/// On file systems that never write in place even this small file may find no room.
void lmdb_environment::seal() {
  try {
    seal_.renew();
    seal_is_due_ = false;
  } catch (const storage_error& error) {
    // The commit is durable all the same, so this is not its failure; the next write must seal
    // first.
    if (error.code() != storage_errc::full || mutated(mutant::full_is_failed)) throw;
    seal_is_due_ = true;
  }
}

void lmdb_environment::seal_what_is_due() {
  if (!seal_is_due_) return;
  try {
    seal_.renew();
    seal_is_due_ = false;
  } catch (const storage_error& error) {
    if (error.code() != storage_errc::full) stop(error.what());
    throw;
  }
}

void lmdb_environment::require_writable(std::uint64_t bytes) const {
  refuse_when_stopped();
  refuse_when_disk_is_full(bytes);
  // Free pages within the file count as room, though LMDB can't use those that a reader still sees.
  if (bytes != 0 && options_.map_limit != 0 &&
      used_bytes() + bytes > options_.map_limit + reusable_bytes())
    throw storage_error(storage_errc::full,
                        directory_.string() + " has too little room below its size limit of " +
                            std::to_string(options_.map_limit) + " bytes (--map-size)");
}

void lmdb_environment::refuse_when_stopped() const {
  if (!stopped_) return;
  throw storage_error(storage_errc::stopped, directory_.string() +
                                                 " takes no writes since one failed (" +
                                                 stopped_because() + "); restart to check it");
}

void lmdb_environment::refuse_when_disk_is_full(std::uint64_t bytes) const {
  if (free_bytes(directory_) >= options_.min_free_bytes + bytes) return;
  throw storage_error(storage_errc::full, "the file system of " + directory_.string() +
                                              " is full; writes go on when there is room");
}

void lmdb_environment::grow(write_purpose purpose) {
  const auto now = map_size();
  auto wanted = options_.map_limit == 0 ? now * 2 : std::min(now * 2, options_.map_limit);
  // What frees space, or finishes what is durable already, is let past the limit.
  if (purpose != write_purpose::stores_more) wanted = std::max(wanted, now + room_to_free_space);
  if (wanted <= now)
    throw storage_error(storage_errc::full,
                        directory_.string() + " has reached its size limit of " +
                            std::to_string(options_.map_limit) + " bytes (--map-size)");
  // LMDB moves the map, so nobody may look at it. Readers that come now wait at the gate, or one
  // after the other could keep this waiting for ever.
  const std::lock_guard gate(gate_);
  const std::unique_lock no_readers(map_);
  if (!could_map(wanted))
    throw storage_error(storage_errc::full, directory_.string() + " can't grow to " +
                                                std::to_string(wanted) +
                                                " bytes: no address space");
  check_lmdb(mdb_env_set_mapsize(env_, wanted), "growing " + directory_.string());
}

void lmdb_environment::stop(const std::string& reason) {
  const std::lock_guard lock(reason_mutex_);
  if (stopped_) return;
  reason_ = reason;
  // After the reason: who sees it true finds the reason there.
  stopped_ = true;
}

std::string lmdb_environment::stopped_because() const {
  const std::lock_guard lock(reason_mutex_);
  return reason_;
}

std::shared_lock<std::shared_mutex> lmdb_environment::keep_map() const {
  const std::lock_guard gate(gate_);
  return std::shared_lock(map_);
}

std::uint64_t lmdb_environment::map_size() const {
  const auto map = keep_map();
  MDB_envinfo info{};
  mdb_env_info(env_, &info);
  return info.me_mapsize;
}

std::uint64_t lmdb_environment::used_bytes() const {
  const auto map = keep_map();
  MDB_envinfo info{};
  MDB_stat stat{};
  mdb_env_info(env_, &info);
  mdb_env_stat(env_, &stat);
  return (info.me_last_pgno + 1) * static_cast<std::uint64_t>(stat.ms_psize);
}

std::uint64_t lmdb_environment::reusable_bytes() const {
  constexpr MDB_dbi free_pages = 0;
  const auto map = keep_map();
  MDB_txn* txn = nullptr;
  MDB_cursor* cursor = nullptr;
  check_lmdb(mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn), "counting free pages");
  const std::unique_ptr<MDB_txn, decltype(&mdb_txn_abort)> ending(txn, &mdb_txn_abort);
  check_lmdb(mdb_cursor_open(txn, free_pages, &cursor), "counting free pages");
  const std::unique_ptr<MDB_cursor, decltype(&mdb_cursor_close)> closing(cursor, &mdb_cursor_close);
  std::uint64_t pages = 0;
  MDB_val key{};
  MDB_val list{};
  // Each is a list of pages behind their number.
  while (mdb_cursor_get(cursor, &key, &list, MDB_NEXT) == MDB_SUCCESS) {
    std::size_t count = 0;
    std::memcpy(&count, list.mv_data, sizeof count);
    pages += count;
  }
  MDB_stat stat{};
  mdb_env_stat(env_, &stat);
  return pages * static_cast<std::uint64_t>(stat.ms_psize);
}

}  // namespace lithair::persistence
