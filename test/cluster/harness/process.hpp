#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace lithair::test {

using namespace std::chrono_literals;
using milliseconds = std::chrono::milliseconds;

/// How to start a program.
struct launch {
  std::vector<std::string> words;      ///< the program's path and its arguments
  std::filesystem::path output;        ///< stdout and stderr are appended here
  std::filesystem::path directory;     ///< the working directory; empty: this process's
  std::vector<std::string> variables;  ///< NAME=value, on top of this process's environment
};

/// What a process used so far.
struct usage {
  milliseconds cpu{0};  ///< user and system time; the kernel counts in hundredths of a second
  std::uint64_t resident_kib = 0;
};

/// How a process ended.
struct ending {
  int status = 0;  ///< of exit; 128 + the signal when one killed it

  bool operator==(const ending&) const = default;
};

/// A child process. It is killed, at the latest, when this object goes or the starting thread ends,
/// so that nothing is left behind. Used by one thread, except for `signal`,
/// `pause` and `resume`.
class process {
 public:
  explicit process(const launch& how);
  ~process();
  process(process&& other) noexcept;
  process& operator=(process&&) = delete;

  pid_t pid() const { return pid_; }
  bool running() { return !wait(0ms); }
  void signal(int number) const;
  /// Stops all its threads where they are and waits until they stand still: a signal alone leaves
  /// them running until one of them was scheduled to take it.
  void pause() const;
  void resume() const;
  /// Ends it as a crash would, and waits until it is gone.
  void kill();
  /// Its ending, or none when it still runs after `limit`.
  std::optional<ending> wait(milliseconds limit);
  usage used() const;

 private:
  pid_t pid_ = -1;
  int exit_fd_ = -1;  // readable once the process has ended
  std::optional<ending> ended_;
};

/// The whole of a file; empty when there is none.
std::string read_file(const std::filesystem::path& file);

/// A directory of its own that goes with the object, on the disk that holds `TMPDIR` (or /tmp).
class temporary_directory {
 public:
  temporary_directory();
  ~temporary_directory();
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace lithair::test
