#pragma once

#include <filesystem>
#include <string>

namespace lithair::persistence::test {

/// A file system in a file, which can lose its power: whatever was not synced is gone then. Needs
/// root and a loop device.
class mortal_file_system {
 public:
  /// In `place`, an empty directory, as `place/mounted`.
  explicit mortal_file_system(const std::filesystem::path& place);
  ~mortal_file_system();
  mortal_file_system(const mortal_file_system&) = delete;
  mortal_file_system& operator=(const mortal_file_system&) = delete;

  bool usable() const { return usable_; }
  const std::filesystem::path& path() const { return path_; }

  /// From now on nothing reaches the disk.
  bool lose_power() const;
  /// Once nobody has a file open there.
  bool restart() { return unmount() && mount(); }

 private:
  bool mount();
  bool unmount();

  std::filesystem::path image_;
  std::filesystem::path path_;
  bool usable_ = false;
  bool mounted_ = false;
};

}  // namespace lithair::persistence::test
