#include "persistence/checksum.hpp"

#include <xxhash.h>

#include <new>

namespace lithair::persistence {

// The library's state must be aligned to 64 bytes, so the library makes it.
struct running_checksum::state {
  XXH3_state_t* raw = XXH3_createState();
  state() {
    if (raw == nullptr) throw std::bad_alloc();
    XXH3_64bits_reset(raw);
  }
  state(const state&) = delete;
  state& operator=(const state&) = delete;
  ~state() { XXH3_freeState(raw); }
};

std::uint64_t checksum(std::string_view bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

running_checksum::running_checksum() : state_(std::make_unique<state>()) {}
running_checksum::~running_checksum() = default;
running_checksum::running_checksum(running_checksum&&) noexcept = default;
running_checksum& running_checksum::operator=(running_checksum&&) noexcept = default;

void running_checksum::add(std::string_view bytes) {
  XXH3_64bits_update(state_->raw, bytes.data(), bytes.size());
}

std::uint64_t running_checksum::value() const { return XXH3_64bits_digest(state_->raw); }

}  // namespace lithair::persistence
