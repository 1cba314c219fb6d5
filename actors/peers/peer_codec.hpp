#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/peers/gathered.hpp"
#include "protocol/message.hpp"

namespace lithair::actors {

/// Raft messages of one group as they cross between nodes: what one peer_message holds.
struct peer_batch {
  protocol::group_id group;
  std::vector<protocol::message> messages;

  bool operator==(const peer_batch&) const = default;
};

/// Layout (msgpack): [group, message...], a message being [kind, field...] with the fields in the
/// order of protocol/message.hpp; kind is the message's place in `protocol::message`. Entries are
/// one binary string, as proposals are:
///
///     entries   := { term:u64 kind:u8 flags:u8 origin:u64 serial:u64 run:u64 time_us:i64
///                  length:u32 payload:length bytes }*
///     proposals := { origin:u64 serial:u64 run:u64 length:u32 payload:length bytes }*
///
/// little-endian, without their indexes, for they follow the message's prev_index. Flags are 0 and
/// must be understood. A configuration is a binary string as protocol/configuration.hpp has it.
/// Another layout is another `peer_version`.
gathered encode(protocol::group_id group, const std::vector<protocol::message>& messages);

/// Nothing when the bytes are not what `encode` makes; never throws, never allocates more than a
/// small multiple of the input. Payloads share the given bytes.
std::optional<peer_batch> decode(std::string bytes);

}  // namespace lithair::actors
