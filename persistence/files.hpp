#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

/// Files and directories as the stores need them: private to the user (0600, 0700), and durable
/// when a function says so. All throw `storage_error` that names the path.
namespace lithair::persistence {

/// An open file; closed with the object.
class file {
 public:
  /// Create empties a file that is there. Both that write make the file where it is missing, and
  /// refuse a symbolic link in its place.
  enum class mode { read, create, create_or_open };

  /// Throws `access`, `full` or `io`, as the path or the disk gives reason to.
  file(const std::filesystem::path& path, mode how);
  /// One that is there, of which each write is durable when it returns. With `direct`, which is set
  /// to whether the file system can do that, writes pass the page cache by: their bytes, their
  /// place and their number must then be multiples of the disk's block (4096 is one of all disks).
  static file open_durable(const std::filesystem::path& path, bool& direct);
  ~file();
  file(file&& other) noexcept;
  file& operator=(file&& other) noexcept;

  /// Stays this object's; valid while it lives.
  int descriptor() const { return descriptor_; }
  /// As it was opened; a rename since does not show.
  const std::filesystem::path& path() const { return path_; }
  /// In bytes, as of now.
  std::uint64_t size() const;

  /// Up to `size` bytes from `offset`; fewer at the end of the file only. What the disk can't read
  /// is `damaged`.
  std::string read(std::uint64_t offset, std::size_t size) const;
  /// All of the bytes, at `offset`; not durable before `sync`. After an error some of them may be
  /// there.
  void write(std::uint64_t offset, std::string_view bytes);
  /// Cuts the file, or lengthens it with zeroes. Not durable before `sync`.
  void truncate(std::uint64_t size);
  /// Content and size are durable when this returns.
  void sync();
  /// False when another process holds the lock. It ends with the object, or with the process.
  [[nodiscard]] bool try_lock();

 private:
  /// Takes an open one.
  file(std::filesystem::path path, int descriptor);

  /// For what errors say.
  std::filesystem::path path_;
  /// -1 in an object that was moved from.
  int descriptor_ = -1;
};

/// The whole content; none when there is no such file.
std::optional<std::string> read_file(const std::filesystem::path& path);

/// Durably makes `bytes` the content of `path`: a crash leaves the old content or the new one. The
/// two callbacks are where tests crash.
void replace_file(const std::filesystem::path& path, std::string_view bytes,
                  void (*before_rename)() = nullptr, void (*after_rename)() = nullptr);

/// Renames and makes it durable, replacing `to`.
void move_file(const std::filesystem::path& from, const std::filesystem::path& to);

/// Names that were created, renamed or removed in `directory` are durable when this returns.
void sync_directory(const std::filesystem::path& directory);

/// Creates it with mode 0700 where missing (parents too) and makes that durable.
void make_directory(const std::filesystem::path& directory);

/// Removes a file, durably.
void remove_file(const std::filesystem::path& path);

/// Removes a file or a directory with all in it; nothing when missing.
void remove_path(const std::filesystem::path& path);

}  // namespace lithair::persistence
