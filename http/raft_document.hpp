#pragma once

#include <string>
#include <string_view>

#include "actors/messages/raft_messages.hpp"
#include "http/router.hpp"
#include "models/service.hpp"

/// Raft messages as documents in JSON or msgpack. Every document begins with its envelope:
///
///     {"cluster": "<16 hex digits>", "group": 1, "from": 2, "to": 1, "term": 3, ...}
///
/// and goes on with the fields of protocol/message.hpp, under their names. Bytes are base64 in
/// JSON. README.md of this folder shows each.
namespace lithair::http {

/// The message that a request to `what` (one of the Raft routes) carries. Refused, with the field
/// that is wrong: what is no document (400), and what no message has or lacks (422). Commands must
/// be ones that `schema` can carry out.
models::result<actors::raft_call> read_raft_call(endpoint what, std::string_view body, bool packed,
                                                 const models::schema& schema);

/// The document of the core's answer; `x.status` is 200.
std::string raft_document(const actors::raft_answered& answer, bool packed);

}  // namespace lithair::http
