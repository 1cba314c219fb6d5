#pragma once

#include "actors/messages/status_messages.hpp"
#include "http/metric_families.hpp"

namespace lithair::http {

/// How the backups of a node stand, by the status of its main group; nothing where it makes none.
void add_backups(exposition::families& all, const actors::node_status& main);

}  // namespace lithair::http
