#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

#include "models/problem.hpp"
#include "models/schema.hpp"
#include "models/state_view.hpp"

/// The face of this room towards HTTP and the actors: requests become commands before consensus,
/// commands become changes and answers after it, queries become JSON. All of it pure.
namespace lithair::models {

template <class T>
using result = tl::expected<T, problem>;

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

/// What became of an item of which another group keeps a part; see models/parts.hpp.
struct written_part {
  std::uint16_t status = 200;
  std::string record;  ///< as it is now; empty: gone
};

/// What the client of a command is told. The same on every node.
struct outcome {
  std::uint16_t status = 500;
  std::string body;           ///< JSON: the item, or a problem when status >= 400; empty for 204
  std::uint64_t version = 0;  ///< the item's ETag: the log index of its last change; 0: none
  std::string location;       ///< of a created item: its key as text, percent-encoded for a path
  bool replayed = false;  ///< the stored answer to an earlier request of the same Idempotency-Key
  /// One for each operation, if any of them is of a collection that this schema holds a part of.
  std::vector<written_part> parts = {};
};

/// Decides the command in `bytes` against the state and, if it is accepted, adds its changes to
/// `out`. Deterministic. A refused command changes nothing, except that its answer is kept for its
/// Idempotency-Key, and is an answer like any other. `want_body` is false where nobody waits for
/// the answer. Bytes of an unknown version: nullopt; the caller must stop applying rather than
/// guess. What is dated or expires goes by `log_time_us`, which the log has from the clocks of a
/// majority; where that is 0, as in logs of earlier versions, by the clock of who made the command.
std::optional<outcome> apply(const schema& s, std::uint64_t index, std::string_view bytes,
                             const state_view& state, bool want_body, change_set& out,
                             std::int64_t log_time_us = 0);

/// A read of one collection.
struct query {
  enum class kind : std::uint8_t { item, list, count, random_id, history, projection };
  kind what = kind::list;
  const collection* target = nullptr;
  std::string key;                                  ///< item, history: primary key in stored form
  const struct projection* from = nullptr;          ///< projection
  std::shared_ptr<const struct item_options> item;  ///< item with parameters, history
  std::shared_ptr<const struct list_query> list;    ///< list and count
};

/// `key` is text from the path; a key that can't be one of the collection's is a 404.
result<query> item_query(const collection& c, std::string_view key);
/// The same with query parameters: `fields`, and `as_of` with a log index or a time.
result<query> item_query(const collection& c, std::string_view key,
                         std::span<const std::pair<std::string, std::string>> parameters);
/// The events of an item; `take`, `after` (a version), `verify`.
result<query> history_query(const collection& c, std::string_view key,
                            std::span<const std::pair<std::string, std::string>> parameters);
/// The rows of a declared projection; `skip`, `take`, `after` (the `next` of an earlier page),
/// `total`.
result<query> projection_query(const schema& s, std::string_view name,
                               std::span<const std::pair<std::string, std::string>> parameters);
/// From decoded query parameters (without `consistency`); unknown names and bad values are a 400.
result<query> parse_query(const collection& c, query::kind what,
                          std::span<const std::pair<std::string, std::string>> parameters);

/// Answers the query; `random` picks for random_id. status is 200 or 404.
outcome run(const schema& s, const query& q, const state_view& state, std::uint64_t random);

}  // namespace lithair::models
