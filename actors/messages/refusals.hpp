#pragma once

#include <optional>
#include <string>

#include "actors/consistency.hpp"
#include "models/problem/problem.hpp"

namespace lithair::actors {

/// Why a write was not carried out, as its client is told, over HTTP or in process; none when it
/// was, and the models have the word. 503: nothing was written, and it may be tried again. 504: it
/// may or may not take effect. `reason`: of `submitted`, half a line of the log.
std::optional<models::problem> problem_of_write(disposition what, std::string reason);
/// The same of a read. 504: what it must see was not applied in time.
std::optional<models::problem> problem_of_read(disposition what, std::string reason);

}  // namespace lithair::actors
