#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "models/command/command.hpp"
#include "models/problem/outcome.hpp"
#include "models/state/state_view.hpp"

namespace lithair::models {

/// The body of the answer to a command that was accepted as of `index`, from what it wrote.
std::string answer_body(const schema& s, const command& what, std::uint64_t index,
                        std::span<const written_part> written);

}  // namespace lithair::models
