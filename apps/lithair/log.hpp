#pragma once

#include <cstdint>
#include <string>

#include "apps/lithair/options.hpp"

namespace lithair::apps {

/// Points the process's log at stderr, in the format and from the level on that the settings name.
/// Lines carry UTC time and the node's number. Before any other thread runs.
void set_up_log(log_format format, const std::string& level, std::uint64_t node_id);

}  // namespace lithair::apps
