#include "actors/node/link_proof.hpp"

#include <spdlog/fmt/fmt.h>

#include "models/encoding/sha256.hpp"

namespace lithair::actors {

namespace {

constexpr std::size_t block_size = 64;
constexpr std::string_view secret_word = "secret ";

std::string code_of(std::string_view secret, const link_claim& claim) {
  const auto code =
      hmac_sha256(secret, fmt::format("lithair link {} {} {} {}\n{}", claim.from, claim.to,
                                      claim.group, claim.incarnation, claim.proof));
  std::string hex;
  for (const char c : code) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return hex;
}

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

std::string secret_line(std::string_view secret, const link_claim& claim) {
  return std::string{secret_word} + code_of(secret, claim) + '\n';
}

bool knows_secret(std::string_view secret, const link_claim& claim) {
  auto before = claim;
  const auto size = secret_word.size() + 2 * 32 + 1;
  if (claim.proof.size() < size) return false;
  before.proof = claim.proof.substr(0, claim.proof.size() - size);
  const auto shown = claim.proof.substr(before.proof.size());
  const auto wanted = secret_line(secret, before);
  unsigned difference = 0;
  for (std::size_t i = 0; i < size; ++i)
    difference |= static_cast<unsigned>(static_cast<unsigned char>(shown[i] ^ wanted[i]));
  return difference == 0;
}

}  // namespace lithair::actors
