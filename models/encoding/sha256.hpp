#pragma once

#include <string>
#include <string_view>

namespace lithair::models {

/// The 32 bytes of SHA-256 (FIPS 180-4) over `bytes`. The same on
/// every node: cut keys, the chain of events and idempotency keys are made with it.
std::string sha256(std::string_view bytes);

}  // namespace lithair::models
