#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "models/command/command_limits.hpp"
#include "models/problem/outcome.hpp"
#include "models/schema/schema.hpp"
#include "models/schema/subject.hpp"

/// Requests that write, and the commands they become before consensus. All of it pure.
namespace lithair::models {

/// What is done to an item. The numbers stand in the log.
enum class operation : std::uint8_t { create = 1, replace = 2, patch = 3, remove = 4 };

/// From `If-Match` and `If-None-Match`. Weak tags never get here: If-Match compares strongly (RFC
/// 9110 §13.1.1). Without any of them the operation is unconditional.
struct preconditions {
  std::vector<std::uint64_t> if_match;  ///< versions (log indexes), any of which must be the item's
  bool if_match_any = false;            ///< `If-Match: *`
  bool if_none_match_any = false;       ///< `If-None-Match: *`: only create
};

/// What the proposing node adds to a command, so that applying it needs neither clock nor chance.
/// Made once for each request; the same time and uuids give the same command.
struct stamp {
  std::int64_t time_us = 0;               ///< microseconds since 1970, UTC
  std::function<std::string()> new_uuid;  ///< 16 bytes of a UUIDv7
  command_limits most = {};               ///< goes with the command
  std::string by = {};                    ///< who asks, for the history; empty: nobody says
  /// Whom access rules bind; none: nobody, as with admins and with programs in a node.
  std::shared_ptr<const subject> bound = {};
};

/// One operation on one item, from one HTTP request or one call in C++.
struct write_request {
  operation op = operation::create;       ///< POST, PUT, PATCH, DELETE
  const collection* target = nullptr;     ///< outlives the call
  std::string key;                        ///< from the path, percent-decoded; empty for create
  std::string_view body;                  ///< JSON; empty for remove
  preconditions conditions;               ///< what must hold of the item before
  std::string_view idempotency_key = {};  ///< the header as it came; empty: none
};

/// Parses and checks everything that needs no state, and encodes the command for the log. A command
/// that can't succeed in any state never reaches the log. Errors: 400 malformed JSON, 404 a key
/// that no item can have, 403 or 404 where rules let nobody like who asks do it, 412 a precondition
/// that can't hold, 413 a new item that is too large, 422 fields. The result is for `apply`; it
/// owns its bytes. Pure but for `at.new_uuid`: may run on any thread.
result<std::string> prepare(const schema& s, const write_request& request, const stamp& at);

/// An array of items that are created all or none. The outcome is 201 with the array of them. At
/// most 10,000 of them.
struct bulk_request {
  const collection* target = nullptr;  ///< outlives the call
  std::string_view body;               ///< a JSON array
  std::string_view idempotency_key = {};
};
/// Every item is read before any is refused, so that all errors are told, each with its place:
/// "[3].price".
result<std::string> prepare(const schema& s, const bulk_request& request, const stamp& at);

/// Operations on several collections, done in their order, all or none. The outcome is 200 with
/// `{"index":…,"results":[{"status":…,"version":…,"item":…},…]}`.
///
///     {"operations": [{"op": "create" | "replace" | "patch" | "delete", "collection": NAME,
///                      "id"?: KEY, "item"?: {…}, "if_version"?: N}, …]}
///
/// At most 10,000 of them. Replicated and local models can't be in one: they are decided by
/// different groups (422).
struct transaction_request {
  std::string_view body;                  ///< the object above
  std::string_view idempotency_key = {};  ///< the header as it came; empty: none
};
/// Errors are of one status, that of the first operation which is wrong; places are
/// "operations[3].item…".
result<std::string> prepare(const schema& s, const transaction_request& request, const stamp& at);

}  // namespace lithair::models
