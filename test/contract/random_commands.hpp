#pragma once

#include <functional>
#include <optional>
#include <random>
#include <string>

#include "test/contract/reference.hpp"
#include "test/contract/ways_of_writing.hpp"

namespace lithair::test {

/// Numbers and choices from one seed.
class chance {
 public:
  explicit chance(std::uint64_t seed) : numbers_(seed) {}

  std::size_t below(std::size_t n) { return numbers_() % n; }
  bool percent(std::size_t n) { return below(100) < n; }
  template <class Range>
  const auto& one_of(const Range& x) {
    return *(std::begin(x) + static_cast<std::ptrdiff_t>(below(std::size(x))));
  }

 private:
  std::mt19937_64 numbers_;
};

/// Any command on few items, so that they meet; many of them are wrong. `version_of` tells what
/// version an item has, if it is there.
command any_command(
    chance& by, const std::function<std::optional<std::uint64_t>(const operation&)>& version_of);

/// As a client sends it.
http_request request_of(const command& x);

}  // namespace lithair::test
