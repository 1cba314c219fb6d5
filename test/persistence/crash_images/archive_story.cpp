#include "test/persistence/crash_images/archive_story.hpp"

#include <algorithm>
#include <exception>
#include <random>
#include <span>

#include "persistence/archive_chain.hpp"
#include "persistence/log_archive.hpp"
#include "persistence/memory_log_store.hpp"
#include "persistence/memory_state_store.hpp"
#include "persistence/snapshot_file.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::persistence::images {

namespace fs = std::filesystem;
using namespace lithair::protocol;

namespace {

constexpr group_id group{1};
constexpr backup_name owner{99, group, node_id{1}, backup_kind::log, {}};
constexpr std::uint64_t entries = 60;
constexpr std::size_t kept = 2;  // bases

/// All that is ever written; how much of it is settled is told to the archive.
memory_log_store make_log(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  memory_log_store made;
  group_write one{group, {}};
  for (std::uint64_t i = 1; i <= entries; ++i) {
    entry added;
    added.index = index_t{i};
    added.term = term_t{1 + i / 20};
    added.time_us = static_cast<std::int64_t>(i) * 1'000'000;
    added.data = payload(std::string(random() % 900, static_cast<char>('a' + i % 26)));
    one.write.entries.push_back(std::move(added));
  }
  made.write(std::span(&one, 1));
  return made;
}

log_archive archive_of(const memory_log_store& log, const fs::path& directory) {
  return log_archive({directory, owner, "models", &log, 4000, 1000});
}

void advance(log_archive& archive, std::uint64_t settled) {
  while (archive.advance(index_t{settled})) continue;
}

void keep(std::uint64_t index, const fs::path& place, const fs::path& directory) {
  memory_state_store state;
  const std::string value(5000, static_cast<char>('a' + index % 26));
  const change_view change{"key", value};
  applied_point point;
  point.index = index_t{index};
  state.commit(std::span(&change, 1), std::move(point));
  const auto made = place / "made";
  write_snapshot(state, group, owner.cluster, made);
  auto name = owner;
  name.kind = backup_kind::base;
  name.index = index_t{index};
  // A piece is a part of it, and nothing rests.
  pace at({1000, 1000, 0});
  keep_base(file(made, file::mode::read), directory / to_string(name), at);
  for (const auto& each : superseded_backups(backup_files(directory), name, kept))
    remove_file(each);
}

/// Bases that are there; throws where one is damaged.
std::uint64_t newest_base(const std::vector<backup_file>& all) {
  std::uint64_t newest = 0;
  for (const auto& each : all) {
    if (each.name.kind != backup_kind::base) continue;
    snapshot_file(each.path).verify();
    newest = std::max(newest, each.name.index.value);
  }
  return newest;
}

/// Up to where a restore from this base can go.
std::uint64_t reaches(const std::vector<backup_file>& all, std::uint64_t base,
                      const memory_log_store& log) {
  std::uint64_t last = base;
  archive_chain(all, owner.cluster, group)
      .walk(index_t{base + 1}, {}, [&](const entry_view& x, const auto&) {
        const auto wanted = log.read(group, x.index, x.index, 1);
        if (wanted.empty() || wanted.front().data.view() != x.data) return false;
        last = x.index.value;
        return true;
      });
  return last;
}

std::string too_short(const char* what, std::uint64_t is, std::uint64_t promised) {
  return std::string(what) + " is as of " + std::to_string(is) + ", and " +
         std::to_string(promised) + " was told";
}

}  // namespace

told_archive tell_archive(std::uint64_t seed, const fs::path& place) {
  told_archive out;
  out.seed = seed;
  const auto directory = place / "told";
  fs::remove_all(directory);
  fs::create_directories(directory);
  const auto log = make_log(seed);
  std::mt19937_64 random(seed);
  auto archive = archive_of(log, directory);
  archive_promise now;
  start_recording(directory);
  const auto note = [&] {
    record_mark();
    out.promises.push_back(now);
  };
  note();
  for (std::uint64_t settled = 1; settled < entries; settled += 1 + random() % 6) {
    advance(archive, settled);
    now.archived = archive.archived().value;
    note();
    // The log goes on while a base is made.
    const auto base = settled - std::min(settled - 1, random() % 4);
    if (random() % 4 != 0 || base <= now.base) continue;
    now.oldest = now.base;  // those before may go
    note();
    keep(base, place, directory);
    now.base = base;
    note();
    archive.begin_segment();
  }
  out.record = stop_recording();
  return out;
}

std::string judge_archive(const told_archive& story, const archive_promise& last,
                          const fs::path& directory) try {
  const auto log = make_log(story.seed);
  const auto found = backup_files(directory);
  const auto base = newest_base(found);
  if (base < last.base) return too_short("the newest base", base, last.base);
  // Without a base there is what was archived, from the first entry on.
  if (const auto is = reaches(found, last.oldest, log); is < last.archived)
    return too_short("the archived log", is, last.archived);
  auto archive = archive_of(log, directory);
  // Where nothing is archived it begins with what is settled: the first entry.
  for (const auto settled : {std::uint64_t{1}, entries}) advance(archive, settled);
  if (archive.gaps() != 0) return "a gap is told where none is";
  const auto end = reaches(backup_files(directory), last.base, log);
  return end == entries ? std::string() : too_short("what goes on", end, entries);
} catch (const std::exception& error) {
  return std::string("it can't be used: ") + error.what();
}

}  // namespace lithair::persistence::images
