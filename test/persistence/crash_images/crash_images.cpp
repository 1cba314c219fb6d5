#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "test/persistence/crash_images/explorer.hpp"

/// crash_images [--images N] [--seed S] [--exhaustive | --restore | --keep | --trace]: crashes at
/// each operation of random stories, a few ways at each; all ways, of short stories; while backups
/// are restored; while they are kept. `--trace` shows what the story of the seed does instead.
int main(int argc, char** argv) {
  using namespace lithair::persistence::images;
  std::uint64_t images = 100'000;
  std::uint64_t seed = 1;
  bool trace = false, all = false, restore = false, keep = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--trace")
      trace = true;
    else if (name == "--exhaustive")
      all = true;
    else if (name == "--restore")
      restore = true;
    else if (name == "--keep")
      keep = true;
    else if (name == "--images" && i + 1 < argc)
      images = std::strtoull(argv[++i], nullptr, 10);
    else if (name == "--seed" && i + 1 < argc)
      seed = std::strtoull(argv[++i], nullptr, 10);
    else
      return std::cerr << "crash_images [--images N] [--seed S] [--exhaustive | --restore | "
                          "--keep | --trace]\n",
             2;
  }
  if (trace) {
    const auto place = std::filesystem::temp_directory_path() / "lithair-trace";
    std::filesystem::create_directories(place / "elsewhere");
    const auto story = tell(seed, place);
    std::size_t marks = 0;
    for (std::size_t i = 0; i < story.record.size(); ++i) {
      std::cout << i << ' ' << to_string(story.record[i]) << '\n';
      if (story.record[i].what != operation::kind::mark) continue;
      std::cout << "  " << story.states[marks++] << '\n';
    }
    std::filesystem::remove_all(place);
    return 0;
  }
  const auto began = std::chrono::steady_clock::now();
  const auto found = all       ? exhaust(seed, images)
                     : restore ? restore_backups(seed, images, 4)
                     : keep    ? keep_backups(seed, images, 4)
                               : explore(seed, images, 4);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::cout << found.images << " images, "
            << static_cast<std::uint64_t>(static_cast<double>(found.images) / took.count())
            << " a second\n";
  if (!found.failure.empty()) std::cout << found.failure << '\n';
  return found.failure.empty() ? 0 : 1;
}
