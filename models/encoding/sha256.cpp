#include "models/encoding/sha256.hpp"

#include <openssl/evp.h>

#include <stdexcept>

namespace lithair::models {

std::string sha256(std::string_view bytes) {
  // Looked up once: that costs more than to digest a short text.
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  std::string digest(32, '\0');
  if (algorithm == nullptr ||
      EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()),
                 nullptr, algorithm, nullptr) != 1)
    throw std::runtime_error{"libcrypto has no SHA-256"};
  return digest;
}

}  // namespace lithair::models
