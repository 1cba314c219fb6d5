#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "protocol/configuration.hpp"
#include "protocol/entry.hpp"

namespace lithair::simulation {

using namespace lithair::protocol;

/// A register and the index of the entry that wrote it.
struct cell {
  std::uint64_t value = 0;
  index_t writer;

  bool operator==(const cell&) const = default;
};

/// The replicated state: a few registers, and a digest of everything applied.
struct machine {
  static constexpr std::size_t keys = 3;

  index_t applied;
  term_t applied_term;
  std::uint64_t digest = 0;
  std::array<cell, keys> cells;
  std::vector<std::pair<index_t, configuration>> members;  ///< every configuration applied

  /// `x` is the next entry.
  void apply(const entry& x);
  const configuration& members_as_of(index_t index) const;
};

/// A command that writes `value` to register `key`, and its reading back.
std::string write_command(std::size_t key, std::uint64_t value);
std::pair<std::size_t, std::uint64_t> parse_command(std::string_view bytes);

/// A hash of what an entry says, its place included.
std::uint64_t fingerprint(const entry& x);
std::uint64_t mix(std::uint64_t hash, std::uint64_t value);

}  // namespace lithair::simulation
