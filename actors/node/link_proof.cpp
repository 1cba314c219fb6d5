#include "actors/node/link_proof.hpp"

#include "models/encoding/sha256.hpp"

namespace lithair::actors {

namespace {

constexpr std::size_t block_size = 64;

}  // namespace

std::string hmac_sha256(std::string_view key, std::string_view text) {
  std::string block = key.size() > block_size ? models::sha256(key) : std::string{key};
  block.resize(block_size, '\0');
  std::string inner;
  std::string outer;
  for (const char c : block) {
    inner += static_cast<char>(c ^ 0x36);
    outer += static_cast<char>(c ^ 0x5c);
  }
  return models::sha256(outer + models::sha256(inner.append(text)));
}

}  // namespace lithair::actors
