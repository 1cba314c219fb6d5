#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

/// What the parts of a node count while they work, for /metrics. Each number is changed by one
/// thread and read by any, without lock or barrier: a page may see one a little earlier than
/// another. All begin at 0 with the process.
namespace lithair::actors {

/// A number that only rises.
class tally {
 public:
  /// Only the one thread that changes it.
  void add(std::uint64_t n) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  /// Any thread.
  std::uint64_t now() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// A number that is what it is now.
class level {
 public:
  /// Only the one thread that changes it.
  void set(std::uint64_t number) { value_.store(number, std::memory_order_relaxed); }
  /// Any thread.
  std::uint64_t now() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// Upper bounds of the buckets: of times in microseconds, and of numbers of entries.
inline constexpr std::array<std::uint64_t, 14> time_bounds_us{
    50,     100,    250,    500,     1000,    2500,      5000,
    10'000, 25'000, 50'000, 100'000, 500'000, 1'000'000, 5'000'000};
inline constexpr std::array<std::uint64_t, 13> count_bounds{1,   2,   4,   8,    16,   32,  64,
                                                            128, 256, 512, 1024, 2048, 4096};

/// How often each size came; the last bucket has no bound.
template <const auto& Bounds>
struct histogram {
  static constexpr const auto& bounds = Bounds;
  /// By the first bound that is not below the size
  std::array<tally, Bounds.size() + 1> buckets;
  tally sum;  ///< of all sizes, as Prometheus wants it

  /// Only the one thread that changes it.
  void add(std::uint64_t number) {
    buckets[static_cast<std::size_t>(std::lower_bound(Bounds.begin(), Bounds.end(), number) -
                                     Bounds.begin())]
        .add(1);
    sum.add(number);
  }
};
using time_histogram = histogram<time_bounds_us>;
using count_histogram = histogram<count_bounds>;

/// Microseconds of a steady clock.
inline std::uint64_t meter_clock() {
  using namespace std::chrono;
  return static_cast<std::uint64_t>(
      duration_cast<microseconds>(steady_clock::now().time_since_epoch()).count());
}

/// Of one group; shared by its raft actor, its checkpointer and status pages.
struct group_meters {
  // Changed by the raft actor.
  tally proposals;        ///< commands of this node's clients
  tally reads;            ///< linearizable and leader reads of this node's clients
  count_histogram batch;  ///< entries in one write of the group
  time_histogram append;  ///< from handing entries to the log writer until they are durable here
  time_histogram commit;  ///< from there until this node knows that they are committed
  time_histogram apply;  ///< from handing committed entries to the aggregate until they are applied
  level settled_index;   ///< the last entry that is both applied and durable here
  // Changed by the checkpointer.
  time_histogram checkpoint;  ///< time of one checkpoint's transaction
  /// That the state's LMDB map may hold now, as of the last checkpoint
  level state_map_bytes;
  /// Of them in use
  level state_used_bytes;
  /// Of those without free pages, which are used before the file grows
  level state_live_bytes;
  // Changed by the aggregate.
  level unsaved_bytes;  ///< of memory that hold changes which no checkpoint has saved yet
  // Changed by the raft actor.
  tally slow;  ///< writes of this node's clients that took longer than they should
};

/// Of one event loop; changed by its thread. A turn is what it does between two looks at its
/// sockets: so long nothing else that lives there is heard, and no heartbeat is answered.
struct loop_meters {
  time_histogram turn;  ///< how long each took, without the wait for something to do
  level longest_us;     ///< the longest since the loop began, in microseconds
  /// The most that one needed of a processor, in microseconds and up to a millisecond more: what a
  /// turn took beyond that it waited for a processor, which others had.
  level longest_cpu_us;
};

/// Of all connections with other nodes; changed by the loop that they live on.
struct link_meters {
  /// One for each class of frames, see links/frame.hpp
  static constexpr std::size_t classes = 4;
  struct one_way {
    std::array<tally, classes> frames;
    std::array<tally, classes> bytes;  ///< heads included
  };
  one_way out, in;
  level queued_bytes;  ///< put and not taken by the system yet, of all connections
  tally begun;         ///< connections over which both ends know each other
  tally ended;         ///< of them, those that are over
};

/// Of the log that all groups of a node share; changed by the log writer.
struct log_meters {
  time_histogram sync;     ///< time of one durable transaction, its syncs included
  count_histogram writes;  ///< group writes that shared one transaction
  /// 1: writes go to the disk past the page cache; 0: they are synced, where that is refused
  level direct;
};

}  // namespace lithair::actors
