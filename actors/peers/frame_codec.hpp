#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "actors/messages/peer_messages.hpp"

/// What the frames of a group hold, beside Raft's own messages (peer_codec). Who sends them, and
/// for which group, is the link's to know. Pure; fields as in links/fields.hpp, in this order:
///
///     greeting  := cluster:u64 proof:text
///     welcome   := cluster:u64 refused:text proof:text
///     control   := id:u64 is_answer:u8 action:u8 force:u8 status:u16 node:u64 address:text
///                  detail:text
///     piece     := stream:u64 offset:u64 total:u64 bytes…
///     piece_ack := stream:u64 received:u64 refused:u8
///
/// What follows is ignored, but for `piece`. None: it is cut short.
namespace lithair::actors {

std::string encode(const hello& greeting);
std::string encode(const welcome& answer);
std::string encode(const peer_control& wire);
std::string encode(const peer_piece& piece);
std::string encode(const peer_piece_ack& ack);

std::optional<hello> decode_greeting(std::string_view payload);
std::optional<welcome> decode_welcome(std::string_view payload);
std::optional<peer_control> decode_control(std::string_view payload);
std::optional<peer_piece> decode_piece(std::string_view payload);
std::optional<peer_piece_ack> decode_piece_ack(std::string_view payload);

}  // namespace lithair::actors
