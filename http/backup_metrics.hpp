#pragma once

#include <vector>

#include "actors/messages/status_messages.hpp"
#include "http/metric_families.hpp"

namespace lithair::http {

/// How the backups of a node stand, by group; nothing of groups of which it makes none.
void add_backups(exposition::families& all, const std::vector<actors::node_status>& groups);

}  // namespace lithair::http
