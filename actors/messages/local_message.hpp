#pragma once

#include <caf/allowed_unsafe_message_type.hpp>

/// Lets a type of lithair::actors be sent between actors of one process, without a way to write it
/// to bytes. It can't be put on a network, and CAF says so at once where somebody tries. Stands
/// outside any namespace, behind the type.
#define LITHAIR_LOCAL_MESSAGE(name) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::name)
