#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "test/persistence/crash_images/disk_model.hpp"
#include "test/persistence/crash_images/story.hpp"

namespace lithair::persistence::images {

/// One story, told on a real directory and recorded, and what it was like after each step.
struct told_story {
  std::vector<step> steps;
  std::vector<operation> record;
  std::vector<std::string> states;  ///< before the first step, after it, and so on
  std::vector<bool> empty;          ///< whether the state was that of nothing then
  std::string failure;              ///< when the record is not what happened
};

told_story tell(std::uint64_t seed, const std::filesystem::path& place, std::size_t steps = 14);

struct exploration {
  std::uint64_t images = 0;
  std::string failure;  ///< empty: none was found
};

/// Takes the power at so many operations of stories from `seed` on, and opens what that leaves.
/// Ends at the first image that lost what was acknowledged, that shows half a step, that is called
/// damaged, or with which the story does not go on to its end. Each story is crashed `per_point`
/// times at each of its operations.
exploration explore(std::uint64_t seed, std::uint64_t images, unsigned per_point);

/// The same for stories of few steps, with every image that a crash at each operation may leave, as
/// far as there are no more than some thousand at one.
exploration exhaust(std::uint64_t seed, std::uint64_t images);

/// Takes the power while a backup is restored: afterwards there is nothing, or all of it, and
/// another try succeeds.
exploration restore_backups(std::uint64_t seed, std::uint64_t images, unsigned per_point);

/// Takes the power while a node keeps backups: whatever it told is there, each base that has its
/// name is whole, and the archive goes on without a gap.
exploration keep_backups(std::uint64_t seed, std::uint64_t images, unsigned per_point);

}  // namespace lithair::persistence::images
