#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "models/problem/outcome.hpp"
#include "models/schema/schema.hpp"

/// Requests that write, and the commands they become before consensus. All of it pure.
namespace lithair::models {

enum class operation : std::uint8_t { create = 1, replace = 2, patch = 3, remove = 4 };

/// From `If-Match` and `If-None-Match`.
struct preconditions {
  std::vector<std::uint64_t> if_match;  ///< versions (log indexes), any of which must be the item's
  bool if_match_any = false;            ///< `If-Match: *`
  bool if_none_match_any = false;       ///< `If-None-Match: *`: only create
};

/// What the proposing node adds to a command, so that applying it needs neither clock nor chance.
struct stamp {
  std::int64_t time_us = 0;               ///< microseconds since 1970, UTC
  std::function<std::string()> new_uuid;  ///< 16 bytes of a UUIDv7
};

struct write_request {
  operation op = operation::create;
  const collection* target = nullptr;
  std::string key;        ///< from the path, percent-decoded; empty for create
  std::string_view body;  ///< JSON; empty for remove
  preconditions conditions;
  std::string_view idempotency_key = {};  ///< the header as it came; empty: none
};

/// Parses and checks everything that needs no state, and encodes the command for the log. A command
/// that can't succeed in any state never reaches the log.
result<std::string> prepare(const schema& s, const write_request& request, const stamp& at);

/// An array of items that are created all or none. The outcome is 201 with the array of them.
struct bulk_request {
  const collection* target = nullptr;
  std::string_view body;
  std::string_view idempotency_key = {};
};
result<std::string> prepare(const schema& s, const bulk_request& request, const stamp& at);

/// Operations on several collections, done in their order, all or none. The outcome is 200 with
/// `{"index":…,"results":[{"status":…,"version":…,"item":…},…]}`.
struct transaction_request {
  std::string_view body;
  std::string_view idempotency_key = {};
};
result<std::string> prepare(const schema& s, const transaction_request& request, const stamp& at);

}  // namespace lithair::models
