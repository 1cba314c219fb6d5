#include "actors/storage/log_archiver.hpp"

#include <algorithm>
#include <chrono>

#include <spdlog/spdlog.h>
#include <caf/send.hpp>

#include "actors/runtime/background.hpp"
#include "persistence/own_group.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::actors {

using persistence::backup_kind;
using persistence::backup_name;

caf::behavior log_archiver::make_behavior() {
  set_default_handler(caf::drop);
  set_error_handler([](caf::error&) {});
  send(this, look_for_entries{});
  return behavior_of<handle_type>(
      [this](look_for_entries) {
        const auto settled = setup_.meters->settled_index.now();
        const std::chrono::milliseconds wait{looks_.next_ms(setup_.now_ms(), settled)};
        delayed_send(this, wait, look_for_entries{});
        look();
      },
      [this](go_on_archiving) {
        goes_on_ = false;
        look();
      },
      [this](backup_taken& news) { on_taken(news); },
      [this](const base_kept& news) { on_kept(news); },
      [this](archive_rest) {
        while (begin() && archive()) continue;
        tell();
        send(handle(current_sender()), rest_archived{setup_.group});
      });
}

void log_archiver::on_exit() {
  if (copying_) copying_->stop();
  if (archive_) archive_->begin_segment();
  drop_handles(setup_.archivist, setup_.keeper);
}

// Whose files are its own is known once the node is part of a cluster. Whether it may begin.
bool log_archiver::begin() {
  if (archive_) return true;
  status_.directory = setup_.config.directory;
  if (setup_.cluster() == 0) return false;
  std::uint64_t age_ms = UINT64_MAX;
  try {
    const auto all = persistence::backup_files(setup_.config.directory);
    const auto bases = persistence::backup_files_of(all, name_of(backup_kind::base, 0));
    if (!bases.empty()) {
      const auto& newest = bases.back();
      status_.base_index = newest.name.index.value;
      status_.base_time_us = newest.written_s * 1'000'000;
      status_.base_bytes = newest.bytes;
      const auto age_us = setup_.wall_us() - status_.base_time_us;
      age_ms = static_cast<std::uint64_t>(std::max<std::int64_t>(age_us, 0)) / 1000;
    }
  } catch (const persistence::storage_error& e) {
    // What comes next finds the same, and tells it.
    spdlog::debug("{}: {}", whose(), e.what());
  }
  plan_.emplace(backup_plan::intervals{setup_.config.every_ms, setup_.config.log_every_ms},
                setup_.now_ms(), age_ms);
  persistence::log_archive::setup of_log{setup_.config.directory, name_of(backup_kind::log, 0),
                                         setup_.models, setup_.log};
  of_log.reached = setup_.reached;
  archive_.emplace(std::move(of_log));
  return true;
}

void log_archiver::look() {
  const at_leisure so(true);
  if (begin()) {
    // What is left goes on behind what waits in the mailbox.
    if (archive() && !std::exchange(goes_on_, true)) send(this, go_on_archiving{});
    look_for_base();
  }
  tell();
}

// A piece of the log; whether there is more.
bool log_archiver::archive() {
  const auto now = setup_.now_ms();
  if (!plan_->is_log_due(now)) return false;
  bool more = false;
  try {
    const auto before = archive_->archived();
    more = archive_->advance(protocol::index_t{setup_.meters->settled_index.now()});
    look_for_gap();
    plan_->log_done(now);
    if (archive_->archived() > before && !std::exchange(told_, {}).empty())
      spdlog::info("{}: the log is archived again, up to entry {}", whose(),
                   archive_->archived().value);
  } catch (const std::exception& e) {
    plan_->log_failed(now, e.what());
    if (std::exchange(told_, e.what()) != told_)
      spdlog::error("{}: the log can't be archived, and it is tried again: {}", whose(), e.what());
  }
  return more;
}

void log_archiver::look_for_gap() {
  if (archive_->gaps() == status_.gaps) return;
  status_.gaps = archive_->gaps();
  spdlog::warn(
      "{}: the log forgot entries before they were archived, or what was archived is damaged: "
      "no restore to an index between {} and the next base is possible; that base is made now",
      whose(), status_.archived_index);
}

// Whether what is archived now has a base to go on from.
bool log_archiver::has_base() const {
  return status_.base_index != 0 && archive_->begins() &&
         protocol::index_t{status_.base_index + 1} >= archive_->begins();
}

void log_archiver::look_for_base() {
  // Without an entry there is nothing to keep.
  if (!archive_->begins() || !plan_->is_base_due(setup_.now_ms(), !has_base())) return;
  plan_->base_begun();
  base_us_ = meter_clock();
  send(setup_.archivist, take_backup{0, std::make_shared<persistence::pace>()});
}

void log_archiver::on_taken(backup_taken& news) {
  if (!news.failed.empty()) return fail_base(news.failed);
  const auto name = name_of(backup_kind::base, news.meta.index.value);
  std::error_code ignored;
  // Nothing has changed since: what is there is the newest.
  if (std::filesystem::exists(setup_.config.directory + '/' + to_string(name), ignored)) {
    plan_->base_done(setup_.now_ms());
    return tell();
  }
  copying_ = std::make_shared<persistence::pace>();
  send(setup_.keeper, keep_base{std::move(news.file), name, copying_});
}

void log_archiver::on_kept(const base_kept& news) {
  if (!news.failed.empty()) return fail_base(news.failed);
  plan_->base_done(setup_.now_ms());
  status_.base_index = news.index;
  status_.base_time_us = setup_.wall_us();
  status_.base_bytes = news.bytes;
  status_.bytes += news.bytes;
  spdlog::info("{}: kept a base as of {}, {} bytes, read back and verified, in {} ms", whose(),
               news.index, news.bytes, (meter_clock() - base_us_) / 1000);
  // What is before it may be removed one day.
  archive_->begin_segment();
  tell();
}

void log_archiver::fail_base(const std::string& why) {
  plan_->base_failed(setup_.now_ms(), why);
  spdlog::error("{}: no base could be kept, and it is tried again: {}", whose(), why);
  tell();
}

void log_archiver::tell() {
  if (archive_) {
    status_.archived_index = archive_->archived().value;
    status_.archived_time_us = archive_->archived_time_us();
    plan_->tell(setup_.now_ms(), status_);
  }
  setup_.board->tell(status_);
}

const char* log_archiver::whose() const {
  return setup_.group == persistence::own_group ? "backups of local data" : "backups";
}

backup_name log_archiver::name_of(backup_kind kind, std::uint64_t index) const {
  return {setup_.cluster(), setup_.group, setup_.node, kind, protocol::index_t{index}};
}

}  // namespace lithair::actors
