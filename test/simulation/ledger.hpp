#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <vector>

#include "test/simulation/property.hpp"

namespace lithair::simulation {

/// Everything that was ever committed, as first seen: what all others are compared with.
class ledger {
 public:
  struct line {
    term_t term;
    term_t committed_in;  ///< the leader's term
    std::uint64_t fingerprint;
    std::uint64_t serial;  ///< 0: no command
    bool command = false;
    std::size_t key = 0;
    std::uint64_t value = 0;
  };

  index_t last() const { return index_t{lines_.size()}; }
  const line& at(index_t index) const { return lines_[index.value - 1]; }
  bool holds(std::uint64_t serial) const { return serials_.contains(serial); }
  /// What register `key` holds as of `index`.
  std::uint64_t value(std::size_t key, index_t index) const;

  void append(const entry& x, term_t committed_in);

 private:
  std::vector<line> lines_;
  std::set<std::uint64_t> serials_;
  std::array<std::vector<std::pair<index_t, std::uint64_t>>, machine::keys> writes_;
};

}  // namespace lithair::simulation
