#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "actors/messages/client_messages.hpp"
#include "actors/messages/raft_messages.hpp"
#include "actors/messages/status_messages.hpp"
#include "http/bearer_token.hpp"
#include "http/header_values.hpp"
#include "http/published_projections.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "http/router.hpp"
#include "models/query/stream.hpp"
#include "models/service.hpp"

/// From requests to what is asked of the node, and from its answers back to responses. Pure.
namespace lithair::http {

/// Propose this command.
struct write_step {
  std::string command;
};

/// Ask this; for an item the conditions decide between 200, 304 and 412.
struct read_step {
  actors::consistency level = actors::consistency::linearizable;
  std::uint64_t min_index = 0;
  models::query what;
  std::optional<tag_condition> match;
  std::optional<tag_condition> none_match;
  std::shared_ptr<const actors::published> published;  ///< if there, this one instead of `what`
};

/// Tell the changes of a collection, from now on or from where the client was.
struct stream_step {
  models::stream_request request;
};

/// Ask how the node stands, for the page `exchange::what` names.
struct status_step {};

/// Ask whether it is ready.
struct ready_step {
  std::uint64_t min_index = 0;
};

/// Change the members of the cluster, or its leader.
struct member_step {
  actors::change_members change;
};

/// Give this message to the Raft core.
struct raft_step {
  actors::raft_call call;
  bool packed = false;  ///< the answer is wanted in msgpack
};

/// Ask for a backup, to tell about it or to send it.
struct backup_step {};

/// What is to be done about a request: answer it at once, or ask first.
using step = std::variant<response, write_step, read_step, stream_step, status_step, ready_step,
                          member_step, raft_step, backup_step>;

struct exchange {
  endpoint what = endpoint::nowhere;
  const models::collection* target = nullptr;
  step next;
};

/// What is served, the same for every request. What it points to outlives it.
struct site {
  const models::schema* schema = nullptr;
  const router* routes = nullptr;
  std::string_view openapi;                     ///< the text of /openapi.json
  const bearer_token* cluster_token = nullptr;  ///< of those who may speak Raft; none: nobody may
  const published_projections* published = nullptr;  ///< the program's own; none: there are none
};

/// Every check that needs no state: path, method, headers, media type, query and body.
exchange begin(const request& r, const site& what, const models::stamp& at);

/// The part of `begin` for /cluster/members and /cluster/transfer.
step begin_member(const request& r, const matched& place);
/// The part of `begin` for /raft/vote, /raft/append-entries and /raft/install-snapshot.
step begin_raft(const request& r, const matched& place, const site& site);
/// The part of `begin` for /_admin/backup.
step begin_backup(const request& r, const site& site);
/// Why this caller may not do what the cluster token allows; none: it may.
std::optional<response> check_cluster_token(const request& r, const bearer_token* token);
/// The models' problem as an answer.
response of_problem(const models::problem& x);
/// A refusal when the body is not sent as JSON; a merge patch is fine where `patch`.
std::optional<response> check_media(const std::string_view* content_type, bool patch);

/// The most bytes that a request to this endpoint may have as its body.
std::size_t body_limit(endpoint what, std::size_t max_body, std::size_t max_bulk_body);

// -- answers -------------------------------------------------------------------------------------

/// `target`: of the created item's Location; none for a transaction.
response answer_write(actors::submitted&& x, const models::collection* target);
/// The conditions of an item's read; empty where there were none.
struct read_conditions {
  std::optional<tag_condition> match;
  std::optional<tag_condition> none_match;
};
response answer_read(actors::answered&& x, const read_conditions& conditions);
response answer_status(const actors::node_status& x, endpoint page, const models::schema& schema);
response answer_members(actors::members_changed&& x);
response answer_raft(const actors::raft_answered& x, bool packed);
/// `page`: whether the backup itself is sent, or what is known of it.
response answer_backup(actors::backup_taken&& x, endpoint page);
response answer_ready(const actors::readiness& x);

}  // namespace lithair::http
