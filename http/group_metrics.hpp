#pragma once

#include <vector>

#include "actors/messages/status_messages.hpp"
#include "http/metric_families.hpp"

namespace lithair::http {

/// Adds what there is to tell of the groups of a node and of its disk, for /metrics. One status of
/// each group; there is at least one.
void add_groups(exposition::families& all, const std::vector<actors::node_status>& groups);

}  // namespace lithair::http
