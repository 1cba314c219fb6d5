#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/derived/secondary_indexes.hpp"
#include "models/state/state_view.hpp"

/// Indexes that mean nothing here. A state that was restored from a backup counts as one as of an
/// index far behind the backup's, so that no number that clients may have kept (event ids, tags,
/// X-Raft-Index) from the time after the backup is ever given to something else. The numbers
/// between are remembered as a gap:
///
///     timeline := 'j' -> [[last, next], ...]       in msgpack, rising
///
/// `last` is the last index before the gap, `next` the first behind it; both are of this log.
namespace lithair::models {

/// A small value; copy it to where it is asked.
class timeline {
  /// Indexes strictly between the two were never given by this log.
 public:
  struct gap {
    std::uint64_t last = 0;
    std::uint64_t next = 0;

    bool operator==(const gap&) const = default;
  };

  /// Of data that were never restored.
  timeline() = default;
  explicit timeline(std::vector<gap> gaps) : gaps_(std::move(gaps)) {}

  const std::vector<gap>& gaps() const { return gaps_; }
  /// Whether an index was only ever given in another life of these data.
  bool is_elsewhere(std::uint64_t index) const;

 private:
  std::vector<gap> gaps_;
};

/// Read from the pair; empty when there is none.
timeline timeline_of(const state_view& state);

/// The gaps that are remembered; of more, the two oldest count as one.
inline constexpr std::size_t max_gaps = 64;

/// The pair with one more gap, which lies behind those that `before`, the pair's value, tells.
change with_gap(const std::optional<std::string>& before, timeline::gap added);
/// The key of the pair.
inline constexpr std::string_view timeline_key = "j";

}  // namespace lithair::models
