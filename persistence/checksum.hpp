#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

namespace lithair::persistence {

/// XXH3, 64 bits.
std::uint64_t checksum(std::string_view bytes, std::uint64_t seed = 0);

/// The checksum of a value that belongs to a key: right bytes under a wrong key do not match
/// either.
inline std::uint64_t checksum_of(std::string_view key, std::string_view value) {
  return checksum(value, checksum(key));
}

/// `checksum` over bytes that come piece by piece.
class running_checksum {
 public:
  running_checksum();
  ~running_checksum();
  running_checksum(running_checksum&&) noexcept;
  running_checksum& operator=(running_checksum&&) noexcept;

  void add(std::string_view bytes);
  std::uint64_t value() const;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace lithair::persistence
