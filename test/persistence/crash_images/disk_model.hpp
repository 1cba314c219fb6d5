#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "test/persistence/crash_images/recorder.hpp"

namespace lithair::persistence::images {

/// What a directory may look like after the power went: files by relative path; directories end
/// with a slash.
using image = std::map<std::string, std::string>;

/// A file system that keeps what was synced, and of the rest whatever it likes: any sectors of what
/// was written, with the old size or the new one, and any names that were made, moved or removed
/// since their directory was synced. A name does not wait for the file's bytes, nor they for the
/// name.
class disk_model {
 public:
  disk_model() { inodes_.push_back({}); }

  void perform(const operation& x);
  /// One of the images that a crash may leave now.
  image crash(std::mt19937_64& random) const;
  /// All of them, if no more than 2^`most` can be told apart: pages whole or not at all, sizes with
  /// them, any names. Whether that was so. Ends early when `visit` returns false.
  bool each_crash(unsigned most, const std::function<bool(const image&)>& visit) const;
  /// Everything so far is durable.
  void settle();
  /// Whether every crash leaves the same.
  bool is_settled() const { return names_.empty() && unsynced_ == 0; }

 private:
  struct inode {
    std::string bytes;                    ///< durable
    std::vector<const operation*> later;  ///< writes and cuts since
    std::map<std::string, int> entries;   ///< durable
    bool is_directory = true;
  };

  static void change(std::string& bytes, const operation& x);
  static std::string content(const inode& x, std::mt19937_64& random, unsigned kept);
  using choice = std::function<bool()>;  ///< whether the next thing is kept
  std::size_t undecided() const;
  static std::string content(const inode& x, const choice& keeps);
  static std::vector<std::map<std::string, int>> names_of(const std::vector<inode>& inodes);
  image show(const std::vector<std::map<std::string, int>>& names,
             const std::function<std::string(int)>& content_of) const;
  static void rename(std::vector<std::map<std::string, int>>& names, const operation& x);

  std::vector<inode> inodes_;
  std::vector<const operation*> names_;  ///< not durable
  std::size_t unsynced_ = 0;
};

/// Makes `directory` look like this.
void write_image(const image& x, const std::filesystem::path& directory);
/// The same for one that is there and empty.
void fill(const image& x, const std::filesystem::path& directory);

}  // namespace lithair::persistence::images
