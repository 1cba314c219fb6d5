#pragma once

/// All messages of a node that stay in one process, by the conversation they belong to; those that
/// cross the network are in peer_messages.hpp.
#include "actors/messages/client_messages.hpp"
#include "actors/messages/control_messages.hpp"
#include "actors/messages/explain_messages.hpp"
#include "actors/messages/raft_messages.hpp"
#include "actors/messages/state_messages.hpp"
#include "actors/messages/status_messages.hpp"
#include "actors/messages/storage_messages.hpp"
