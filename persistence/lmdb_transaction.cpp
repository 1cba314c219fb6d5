#include "persistence/lmdb_transaction.hpp"

#include <cstring>

#include "persistence/lmdb_environment.hpp"
#include "persistence/lmdb_error.hpp"

namespace lithair::persistence {

namespace {

MDB_val as_val(std::string_view bytes) { return {bytes.size(), const_cast<char*>(bytes.data())}; }

std::string_view as_view(const MDB_val& val) {
  return {static_cast<const char*>(val.mv_data), val.mv_size};
}

}  // namespace

bool lmdb_cursor::move(int operation, std::string_view key) {
  auto k = as_val(key);
  MDB_val v{};
  const auto rc = mdb_cursor_get(raw_, &k, &v, static_cast<MDB_cursor_op>(operation));
  if (rc == MDB_NOTFOUND) return false;
  check_lmdb(rc, "reading the data file");
  key_ = as_view(k);
  value_ = as_view(v);
  return true;
}

bool lmdb_cursor::first() { return move(MDB_FIRST); }
bool lmdb_cursor::last() { return move(MDB_LAST); }
bool lmdb_cursor::seek(std::string_view key) {
  return key.empty() ? first() : move(MDB_SET_RANGE, key);
}
bool lmdb_cursor::seek_before(std::string_view key) { return seek(key) ? previous() : last(); }
bool lmdb_cursor::next() { return move(MDB_NEXT); }
bool lmdb_cursor::previous() { return move(MDB_PREV); }

lmdb_reader::lmdb_reader(const lmdb_environment& env)
    : lmdb_cursor(nullptr), env_(env), map_stays_(env.keep_map()), txn_(nullptr) {
  if (take_idle()) return;
  check_lmdb(mdb_txn_begin(env.env_, nullptr, MDB_RDONLY, &txn_), "beginning to read");
  if (const auto rc = mdb_cursor_open(txn_, main_map, &raw_)) {
    mdb_txn_abort(txn_);
    throw_lmdb(rc, "beginning to read");
  }
}

/// Beginning anew costs memory and a lock of LMDB's, so ended ones wait to be used again.
bool lmdb_reader::take_idle() {
  {
    const std::lock_guard lock(env_.idle_mutex_);
    if (env_.idle_.empty()) return false;
    txn_ = env_.idle_.back().txn;
    raw_ = env_.idle_.back().cursor;
    env_.idle_.pop_back();
  }
  auto rc = mdb_txn_renew(txn_);
  if (rc == MDB_SUCCESS) rc = mdb_cursor_renew(txn_, raw_);
  if (rc == MDB_SUCCESS) return true;
  mdb_cursor_close(raw_);
  mdb_txn_abort(txn_);
  throw_lmdb(rc, "beginning to read");
}

lmdb_reader::~lmdb_reader() {
  // Its pages may be used again from here on; the slot and the memory stay.
  mdb_txn_reset(txn_);
  const std::lock_guard lock(env_.idle_mutex_);
  env_.idle_.push_back({txn_, raw_});
}

std::uint64_t lmdb_reader::transaction_number() const { return mdb_txn_id(txn_); }

char* lmdb_writer::reserve(std::string_view key, std::size_t size, bool at_end) {
  auto k = as_val(key);
  MDB_val v{size, nullptr};
  const unsigned flags = at_end ? MDB_RESERVE | MDB_APPEND : MDB_RESERVE;
  // With a reserved place the value is written once, in the page itself.
  check_lmdb(mdb_cursor_put(raw_, &k, &v, flags), "writing to the data file");
  return static_cast<char*>(v.mv_data);
}

void lmdb_writer::put(std::string_view key, std::string_view value) {
  auto* to = reserve(key, value.size());
  if (!value.empty()) std::memcpy(to, value.data(), value.size());
}

void lmdb_writer::erase() { check_lmdb(mdb_cursor_del(raw_, 0), "writing to the data file"); }

}  // namespace lithair::persistence
