#include "test/persistence/crash_images/explorer.hpp"

#include <unistd.h>

#include <algorithm>
#include <exception>
#include <functional>

#include "persistence/recovery.hpp"
#include "test/persistence/crash_images/archive_story.hpp"

namespace lithair::persistence::images {

namespace fs = std::filesystem;

namespace {

constexpr unsigned goes_on_one_in = 8;
// Every image at one point, if there are no more than 2^so many; and how many steps the stories for
// that have.
constexpr unsigned all_of = 10;
constexpr std::size_t short_story = 4;
// How often the power goes once more, while what the first crash left is opened.
constexpr unsigned crashes_again_one_in = 40;

std::vector<std::string> tree_of(const fs::path& directory) {
  std::vector<std::string> out;
  for (const auto& each : fs::recursive_directory_iterator(directory)) {
    const auto name = each.path().filename();
    if (name != "lock" && name != "lock.mdb")
      out.push_back(fs::relative(each.path(), directory).string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

/// Why what the image holds is wrong; empty: it is right.
std::string judge(const told_story& story, std::size_t done, const fs::path& directory,
                  const fs::path& elsewhere, bool goes_on) try {
  node found(directory, elsewhere);
  const auto is = found.describe();
  auto next = done;
  if (is != story.states[done]) {
    next = done + 1;
    if (next >= story.states.size() || is != story.states[next])
      return "it is   " + is + "\n  after   " + story.states[done] +
             (next < story.states.size() ? "\n  before  " + story.states[next] : "");
  }
  if (!found.damaged_log().empty()) return "the log is called damaged: " + found.damaged_log();
  // A state that was condemned has an empty one in its place, which waits for a snapshot.
  if (!found.damaged_state().empty() && !story.empty[next])
    return "the state is called damaged: " + found.damaged_state();
  if (!goes_on) return {};
  for (auto step = next; step < story.steps.size(); ++step) found.perform(story.steps[step]);
  const auto end = found.describe();
  return end == story.states.back() ? std::string()
                                    : "it ends as " + end + "\n  not as " + story.states.back();
} catch (const std::exception& error) {
  return std::string("it can't be used: ") + error.what();
}

/// A directory of this process's own; in memory, for nothing here depends on the disk.
class workplace {
 public:
  workplace() : path_("/dev/shm/lithair-images-" + std::to_string(::getpid())) {
    fs::remove_all(path_);
    fs::create_directories(path_ / "elsewhere");
  }
  ~workplace() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  workplace(const workplace&) = delete;
  workplace& operator=(const workplace&) = delete;

  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

}  // namespace

told_story tell(std::uint64_t seed, const fs::path& place, std::size_t steps) {
  told_story out;
  out.steps = make_story(seed, steps);
  const auto directory = place / "told";
  fs::remove_all(directory);
  fs::create_directories(directory);
  start_recording(directory);
  {
    node one(directory, place / "elsewhere");
    const auto note = [&] {
      record_mark();
      out.states.push_back(one.describe());
      out.empty.push_back(one.is_empty());
    };
    note();
    std::size_t condemned = 0;
    for (const auto& each : out.steps) {
      condemned += each.what == step::kind::condemn && !one.is_empty();
      one.perform(each);
      note();
      if (one.kept() != condemned) out.failure = "a state that was condemned is gone";
    }
  }
  const auto expected = recorded_tree();
  out.record = stop_recording();
  if (out.failure.empty() && tree_of(directory) != expected)
    out.failure = "the record misses what was done";
  return out;
}

namespace {

/// Where the power goes in a story, and what is found then.
class crashing {
 public:
  crashing(std::uint64_t number, const told_story& story, const fs::path& place, exploration& out)
      : number_(number), story_(story), place_(place), random_(number), out_(out) {}

  /// Each operation, and what may be tried behind it.
  void go(const std::function<void(disk_model&, std::mt19937_64&)>& behind_each) {
    disk_model disk;
    for (at_ = 0; at_ < story_.record.size() && out_.failure.empty(); ++at_) {
      disk.perform(story_.record[at_]);
      marks_ += story_.record[at_].what == operation::kind::mark;
      behind_each(disk, random_);
    }
  }

  /// Whether it is right.
  bool look_at(const image& x) {
    ++out_.images;
    const auto directory = place_ / "image";
    write_image(x, directory);
    refuse(judge(story_, done(), directory, place_ / "elsewhere", random_() % goes_on_one_in == 0),
           "");
    if (out_.failure.empty() && random_() % crashes_again_one_in == 0) crash_again(x);
    return out_.failure.empty();
  }

 private:
  std::size_t done() const { return marks_ == 0 ? 0 : marks_ - 1; }

  void refuse(const std::string& wrong, const std::string& when) {
    if (wrong.empty()) return;
    out_.failure = "seed " + std::to_string(number_) + ", after operation " + std::to_string(at_) +
                   " (" + to_string(story_.record[at_]) + "), step " + std::to_string(done()) +
                   when + ":\n  " + wrong;
  }

  // What opening does to the disk can be interrupted too, at each of its operations.
  void crash_again(const image& x) {
    const auto directory = place_ / "again";
    fs::remove_all(directory);
    fs::create_directories(directory);
    start_recording(directory);
    fill(x, directory);
    record_mark();
    { const node opened(directory, place_ / "elsewhere"); }
    const auto record = stop_recording();
    disk_model disk;
    bool is_opening = false;
    for (std::size_t at = 0; at < record.size() && out_.failure.empty(); ++at) {
      disk.perform(record[at]);
      if (record[at].what == operation::kind::mark) disk.settle();
      is_opening = is_opening || record[at].what == operation::kind::mark;
      if (!is_opening || disk.is_settled()) continue;
      ++out_.images;
      write_image(disk.crash(random_), directory);
      refuse(judge(story_, done(), directory, place_ / "elsewhere", false),
             ", and opening that ended after its operation " + std::to_string(at) + " (" +
                 to_string(record[at]) + ")");
    }
  }

  std::uint64_t number_;
  const told_story& story_;
  const fs::path& place_;
  std::mt19937_64 random_;
  exploration& out_;
  std::size_t at_ = 0;
  std::size_t marks_ = 0;
};

}  // namespace

exploration explore(std::uint64_t seed, std::uint64_t images, unsigned per_point) {
  const workplace place;
  exploration out;
  for (auto number = seed; out.images < images && out.failure.empty(); ++number) {
    const auto story = tell(number, place.path());
    out.failure = story.failure;
    crashing one(number, story, place.path(), out);
    one.go([&](disk_model& disk, std::mt19937_64& random) {
      const auto tries = disk.is_settled() ? 1u : per_point;
      for (unsigned i = 0; i < tries && out.images < images; ++i)
        if (!one.look_at(disk.crash(random))) return;
    });
  }
  return out;
}

exploration exhaust(std::uint64_t seed, std::uint64_t images) {
  const workplace place;
  exploration out;
  for (auto number = seed; out.images < images && out.failure.empty(); ++number) {
    const auto story = tell(number, place.path(), short_story);
    out.failure = story.failure;
    crashing one(number, story, place.path(), out);
    one.go([&](disk_model& disk, std::mt19937_64& random) {
      if (disk.each_crash(all_of, [&](const image& x) { return one.look_at(x); })) return;
      for (unsigned i = 0; i < 1u << all_of / 2; ++i)
        if (!one.look_at(disk.crash(random))) return;
    });
  }
  return out;
}

exploration restore_backups(std::uint64_t seed, std::uint64_t images, unsigned per_point) {
  const workplace place;
  const auto backup = place.path() / "backup", told = place.path() / "told",
             found = place.path() / "image";
  exploration out;
  for (auto number = seed; out.images < images && out.failure.empty(); ++number) {
    make_backup(number, backup);
    fs::remove_all(told);
    fs::create_directories(told);
    start_recording(told);
    restore_backup(backup, told / "node", protocol::node_id{1});
    record_mark();
    const auto record = stop_recording();
    const auto expected = node(told / "node", place.path() / "elsewhere").describe();
    std::mt19937_64 random(number);
    disk_model disk;
    for (std::size_t at = 0; at < record.size() && out.failure.empty(); ++at) {
      disk.perform(record[at]);
      const bool is_done = record[at].what == operation::kind::mark;
      for (unsigned i = 0; i < per_point && out.failure.empty(); ++i, ++out.images) {
        write_image(disk.crash(random), found);
        try {
          if (is_done && !fs::exists(found / "node")) out.failure = "what was restored is gone";
          if (!fs::exists(found / "node"))
            restore_backup(backup, found / "node", protocol::node_id{1});
          if (node(found / "node", place.path() / "elsewhere").describe() != expected)
            out.failure = "it is another state";
        } catch (const std::exception& error) {
          out.failure = error.what();
        }
      }
      if (!out.failure.empty())
        out.failure = "seed " + std::to_string(number) + ", after operation " + std::to_string(at) +
                      " (" + to_string(record[at]) + "): " + out.failure;
    }
  }
  return out;
}

exploration keep_backups(std::uint64_t seed, std::uint64_t images, unsigned per_point) {
  const workplace place;
  const auto found = place.path() / "image";
  exploration out;
  for (auto number = seed; out.images < images && out.failure.empty(); ++number) {
    const auto story = tell_archive(number, place.path());
    std::mt19937_64 random(number);
    disk_model disk;
    std::size_t marks = 0;
    for (std::size_t at = 0; at < story.record.size() && out.failure.empty(); ++at) {
      disk.perform(story.record[at]);
      marks += story.record[at].what == operation::kind::mark;
      const auto tries = disk.is_settled() ? 1u : per_point;
      for (unsigned i = 0; i < tries && out.failure.empty(); ++i, ++out.images) {
        write_image(disk.crash(random), found);
        const auto promised = marks == 0 ? archive_promise{} : story.promises[marks - 1];
        const auto wrong = judge_archive(story, promised, found);
        if (!wrong.empty())
          out.failure = "seed " + std::to_string(number) + ", after operation " +
                        std::to_string(at) + " (" + to_string(story.record[at]) + "): " + wrong;
      }
    }
  }
  return out;
}

}  // namespace lithair::persistence::images
