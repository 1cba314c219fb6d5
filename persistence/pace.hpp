#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>

namespace lithair::persistence {

/// How work that nobody waits for leaves disk and processors to those who are waited for: it is
/// done in small pieces, each settled for itself, and rests behind each for longer than that took.
/// Whoever comes to wait for it has it hurry.
///
/// One thread works; `hurry` and `stop` are for any.
class pace {
 public:
  /// What it takes and gives. Pieces of work that hurries are larger: nobody is spared by it.
  struct rhythm {
    std::size_t piece_bytes = 256 << 10;
    std::size_t hurried_bytes = 4 << 20;
    unsigned rest = 9;  ///< so many times as long as the piece before it took,
    std::chrono::steady_clock::duration longest_rest = std::chrono::seconds{1};  ///< but no longer
    std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now;

    /// Behind a piece that took so long.
    std::chrono::steady_clock::duration rest_after(std::chrono::steady_clock::duration took) const {
      return std::min(rest * took, longest_rest);
    }
  };
  pace() : pace(rhythm{}) {}
  explicit pace(rhythm of);

  /// So many bytes more were read or written. At the end of a piece it calls `settle`, which may
  /// make it durable, and rests. Throws what that throws, and `storage_errc::stopped` once it was
  /// stopped.
  void worked(std::size_t bytes, const std::function<void()>& settle = {});

  /// From now on there are no rests, and the present one ends.
  void hurry();
  /// Whether that was said.
  bool hurries() const;
  /// Nobody wants it any more: it ends at its next piece.
  void stop();

 private:
  void rest();

  const rhythm of_;
  std::chrono::steady_clock::time_point began_;  // the present piece
  std::size_t bytes_ = 0;                        // of it

  mutable std::mutex mutex_;
  std::condition_variable told_;
  // Guarded by mutex_.
  bool hurries_ = false;
  bool stopped_ = false;
};

/// At which something is made for several who asked, each with a `pace` of his own or none, where
/// he waits for it: none if one of them does.
template <class Askers>
std::shared_ptr<pace> pace_for(const Askers& askers) {
  std::shared_ptr<pace> made;
  for (const auto& each : askers) {
    if (!each.pace) return nullptr;
    made = each.pace;
  }
  return made;
}

}  // namespace lithair::persistence
