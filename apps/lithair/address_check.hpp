#pragma once

#include <string>

#include "apps/lithair/values.hpp"

namespace lithair::apps {

/// Whether this process could listen there now: empty, or what is in the way. Asked before anything
/// is created, so that a taken port leaves nothing behind; it listens nowhere when it returns.
std::string why_not_listen(const endpoint& where);

}  // namespace lithair::apps
