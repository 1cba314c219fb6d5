#include "apps/lithairctl/import_ledger.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "apps/lithairctl/failure.hpp"

namespace lithair::ctl {
namespace {

constexpr std::chrono::milliseconds between_saves{500};

std::uint64_t records_in(const std::vector<rejection>& all) {
  std::uint64_t made = 0;
  std::uint64_t last = 0;
  // A record with several faults is there once for each.
  for (const auto& x : all) made += std::exchange(last, x.record.line) == x.record.line ? 0 : 1;
  return made;
}

}  // namespace

bool batch_queue::push(file_batch x) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return closed_ || all_.size() < most_; });
  if (closed_) return false;
  all_.push_back(std::move(x));
  changed_.notify_all();
  return true;
}

std::optional<file_batch> batch_queue::pop() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return closed_ || !all_.empty(); });
  if (all_.empty()) return std::nullopt;
  auto made = std::move(all_.front());
  all_.pop_front();
  changed_.notify_all();
  return made;
}

void batch_queue::close(bool empty) {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  if (empty) all_.clear();
  changed_.notify_all();
}

import_ledger::import_ledger(import_position from, files where)
    : now_(std::move(from)), where_(std::move(where)) {
  if (!where_.source.empty()) source_.open(where_.source, std::ios::binary);
  if (!where_.rejects.empty()) {
    std::error_code error;
    // What stands behind the position is written again.
    if (now_.rejected_bytes > 0)
      std::filesystem::resize_file(where_.rejects, now_.rejected_bytes, error);
    const auto mode = now_.rejected_bytes > 0 ? std::ios::app : std::ios::trunc;
    rejects_.open(where_.rejects, std::ios::binary | std::ios::out | mode);
    if (!rejects_ || error)
      throw failure(exit_status::failed, where_.rejects + " can't be written.");
  }
  // A crash right after the first request must find it again.
  save();
}

void import_ledger::done(const file_batch& batch, const batch_outcome& outcome) {
  finished made{outcome.imported,
                records_in(outcome.rejected),
                {},
                {batch.end_offset, batch.end_line, batch.number + 1},
                digest_of(batch.text)};
  std::uint64_t last = 0;
  for (const auto& x : outcome.rejected)
    if (std::exchange(last, x.record.line) != x.record.line)
      made.rejects += std::string(batch.text_of(x.record)) + '\n';
  const std::lock_guard lock(mutex_);
  now_.ahead.erase(batch.number);
  ahead_[batch.number] = std::move(made);
  move_on();
  if (std::chrono::steady_clock::now() >= next_save_) save();
}

void import_ledger::move_on() {
  for (auto at = ahead_.begin(); at != ahead_.end() && at->first == now_.place.batch;
       at = ahead_.erase(at)) {
    auto& x = at->second;
    now_.place = x.after;
    now_.imported += x.imported;
    now_.rejected += x.rejected;
    if (x.rejects.empty() || !rejects_.is_open()) continue;
    if (now_.rejected_bytes == 0 && !where_.head.empty()) x.rejects.insert(0, where_.head + '\n');
    rejects_ << x.rejects;
    now_.rejected_bytes += x.rejects.size();
  }
}

void import_ledger::save() {
  next_save_ = std::chrono::steady_clock::now() + between_saves;
  if (where_.position.empty()) return;
  if (rejects_.is_open() && !rejects_.flush())
    throw failure(exit_status::failed, where_.rejects + " can't be written.");
  auto kept = now_;
  if (source_.is_open()) kept.before = digest_before(source_, now_.place.offset);
  // What was rejected is told again, so those are sent again.
  for (const auto& [number, x] : ahead_)
    if (x.rejected == 0) kept.ahead[number] = {x.digest, x.imported};
  write_position(where_.position, kept);
}

void import_ledger::failed(std::uint64_t batch, std::exception_ptr why) {
  const std::lock_guard lock(mutex_);
  failures_[batch] = std::move(why);
}

bool import_ledger::has_failed() const {
  const std::lock_guard lock(mutex_);
  return !failures_.empty();
}

void import_ledger::rethrow() {
  const std::lock_guard lock(mutex_);
  if (!failures_.empty()) std::rethrow_exception(failures_.begin()->second);
}

import_position import_ledger::settle() {
  const std::lock_guard lock(mutex_);
  save();
  return now_;
}

import_position import_ledger::so_far() const {
  const std::lock_guard lock(mutex_);
  return now_;
}

}  // namespace lithair::ctl
