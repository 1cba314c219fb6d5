#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

namespace lithair::persistence {

/// XXH3, 64 bits. It tells damage by chance, and no more: whoever wants to can forge it.
std::uint64_t checksum(std::string_view bytes, std::uint64_t seed = 0);

/// The checksum of a value that belongs to a key: right bytes under a wrong key do not match
/// either.
inline std::uint64_t checksum_of(std::string_view key, std::string_view value) {
  return checksum(value, checksum(key));
}

/// `checksum` over bytes that come piece by piece.
class running_checksum {
 public:
  /// Begins with no bytes. Throws `std::bad_alloc`.
  running_checksum();
  ~running_checksum();
  running_checksum(running_checksum&&) noexcept;
  running_checksum& operator=(running_checksum&&) noexcept;

  /// The bytes are not kept.
  void add(std::string_view bytes);
  /// Of all bytes added so far; more may follow.
  std::uint64_t value() const;

 private:
  /// Of the library, whose header stays out of this one.
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace lithair::persistence
