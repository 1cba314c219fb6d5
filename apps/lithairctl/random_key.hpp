#pragma once

#include <string>

namespace lithair::ctl {

/// 32 hexadecimal digits that nobody has used: an Idempotency-Key.
std::string random_key();

}  // namespace lithair::ctl
