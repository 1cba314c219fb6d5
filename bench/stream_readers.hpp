#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace lithair::bench {

/// Subscribers of one stream, read by a thread of their own, which counts their events.
class stream_readers {
 public:
  /// Returns once all are open. Throws std::runtime_error when one can't connect.
  stream_readers(std::uint16_t port, const std::string& target, std::size_t count);
  ~stream_readers();
  stream_readers(const stream_readers&) = delete;
  stream_readers& operator=(const stream_readers&) = delete;

  std::uint64_t events() const { return events_; }
  /// Waits until all together have had so many events for each since it began.
  void await_events(std::uint64_t of_each);
  /// Whether each has seen `count` items whose integer `id` begins at `first` and goes on by one
  /// from event to event: nothing missed, nothing twice. Ask when nothing is written any more.
  bool all_saw(std::uint64_t first, std::uint64_t count) const;

 private:
  struct reader {
    int fd = -1;
    bool open = false;
    std::string rest;             // of what was read last: a line may be cut
    std::uint64_t first = 0;      // the id that came first
    std::uint64_t seen = 0;       // events
    std::uint64_t unordered = 0;  // events whose id was not the next
  };

  void run();
  void take(reader& one);
  void await(const char* what, const std::function<bool()>& reached) const;

  int poll_;
  std::vector<reader> all_;
  std::vector<char> buffer_ = std::vector<char>(256 * 1024);
  std::atomic<std::size_t> open_{0};
  std::atomic<std::uint64_t> events_{0};
  std::atomic<bool> over_{false};
  std::thread thread_;
};

/// As many open files as the machine allows: thousands of connections want more than is usual.
void allow_many_connections();

}  // namespace lithair::bench
