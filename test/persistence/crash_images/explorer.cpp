#include "test/persistence/crash_images/explorer.hpp"

#include <unistd.h>

#include <algorithm>
#include <exception>

namespace lithair::persistence::images {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t steps_of_a_story = 14;
constexpr unsigned goes_on_one_in = 8;

std::vector<std::string> tree_of(const fs::path& directory) {
  std::vector<std::string> out;
  for (const auto& each : fs::recursive_directory_iterator(directory)) {
    const auto name = each.path().filename();
    if (name != "lock" && name != "lock.mdb") out.push_back(fs::relative(each.path(), directory).string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

/// Why what the image holds is wrong; empty: it is right.
std::string judge(const told_story& story, std::size_t done, const fs::path& directory, const fs::path& elsewhere,
                  bool goes_on) try {
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
  return end == story.states.back() ? std::string() : "it ends as " + end + "\n  not as " + story.states.back();
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

told_story tell(std::uint64_t seed, const fs::path& place) {
  told_story out;
  out.steps = make_story(seed, steps_of_a_story);
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
  if (out.failure.empty() && tree_of(directory) != expected) out.failure = "the record misses what was done";
  return out;
}

exploration explore(std::uint64_t seed, std::uint64_t images, unsigned per_point) {
  const workplace place;
  exploration out;
  const auto directory = place.path() / "image";
  for (auto number = seed; out.images < images; ++number) {
    const auto story = tell(number, place.path());
    out.failure = story.failure;
    std::mt19937_64 random(number);
    disk_model disk;
    std::size_t marks = 0;
    for (std::size_t at = 0; at < story.record.size() && out.failure.empty(); ++at) {
      disk.perform(story.record[at]);
      marks += story.record[at].what == operation::kind::mark;
      const auto tries = disk.is_settled() ? 1u : per_point;
      for (unsigned i = 0; i < tries && out.images < images && out.failure.empty(); ++i, ++out.images) {
        write_image(disk.crash(random), directory);
        const auto done = marks == 0 ? 0 : marks - 1;
        const auto wrong = judge(story, done, directory, place.path() / "elsewhere", random() % goes_on_one_in == 0);
        if (!wrong.empty())
          out.failure = "seed " + std::to_string(number) + ", after operation " + std::to_string(at) + " (" +
                        to_string(story.record[at]) + "), step " + std::to_string(done) + ":\n  " + wrong;
      }
    }
    if (!out.failure.empty()) break;
  }
  return out;
}

}  // namespace lithair::persistence::images
