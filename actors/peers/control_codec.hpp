#pragma once

#include <optional>

#include "actors/messages/control_messages.hpp"
#include "actors/messages/peer_messages.hpp"

namespace lithair::actors {

/// How control messages look on the wire, which has one struct for all of them. Pure.
peer_control to_wire(const control_message& content);
/// None: nothing that is known here.
std::optional<control_message> from_wire(peer_control&& wire);

}  // namespace lithair::actors
