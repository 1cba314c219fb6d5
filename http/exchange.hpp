#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "actors/host.hpp"
#include "actors/messages/client_messages.hpp"
#include "actors/messages/explain_messages.hpp"
#include "actors/messages/raft_messages.hpp"
#include "actors/messages/status_messages.hpp"
#include "http/access.hpp"
#include "http/bearer_token.hpp"
#include "http/header_values.hpp"
#include "http/holdings.hpp"
#include "http/host_names.hpp"
#include "http/operations.hpp"
#include "http/published_projections.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "http/router.hpp"
#include "models/query/stream.hpp"
#include "models/service.hpp"

/// From requests to what is asked of the node, and from its answers back to responses. Pure.
///
///     request ─▶ begin ─▶ step ─▶ the node's actor ─▶ answer_* ─▶ response
///                           └─▶ a response at once: refusals and fixed pages
namespace lithair::http {

class certificate_office;
struct known_headers;

/// Propose this command. The answer is `actors::submitted`.
struct write_step {
  std::string command;  ///< for the log, as `models::prepare` made it
};

/// Ask this; for an item the conditions decide between 200, 304 and 412.
struct read_step {
  /// By what the client asked for, see `consistency` and X-Consistency.
  actors::consistency level = actors::consistency::linearizable;
  std::uint64_t min_index = 0;                         ///< X-Min-Index; 0: none
  models::query what;                                  ///< not set where `published` is
  std::optional<tag_condition> match;                  ///< If-Match
  std::optional<tag_condition> none_match;             ///< If-None-Match
  std::shared_ptr<const actors::published> published;  ///< if there, this one instead of `what`
};

/// Tell the changes of a collection, from now on or from where the client was.
struct stream_step {
  models::stream_request request;
  std::string shown;  ///< the digest of the access token; see `may_follow`
  /// Whom a JSON Web Token names, as long as that counts; none: another token, or no token
  std::shared_ptr<const identity> named;
  bool for_all = false;  ///< nothing was shown, and rules let anybody follow it
};

/// Ask how the node stands, for the page `exchange::what` names.
struct status_step {};

/// Ask whether it is ready.
struct ready_step {
  std::uint64_t min_index = 0;  ///< not ready before it has applied this; 0: any
};

/// Tell each second how the node stands, as long as its client may know.
struct live_step {
  std::string authorization;     ///< the header; empty: there was none
  bool on_this_machine = false;  ///< see `is_on_this_machine`
};

/// Change the members of the cluster, or its leader.
struct member_step {
  actors::change_members change;
};

/// Give this message to the Raft core.
struct raft_step {
  actors::raft_call call;  ///< the message and who it is for
  bool packed = false;     ///< the answer is wanted in msgpack
};

/// Ask what became of an entry.
struct explain_step {
  protocol::group_id group;  ///< whose log; none: the main group's
  protocol::index_t index;
};

/// Ask for a backup, to tell about it or to send it.
struct backup_step {};

/// Ask the office that certifies nodes. It is told where the response goes to, once, from any
/// thread.
struct office_step {
  std::function<void(std::function<void(response)>)> begin;
  bool changes = true;  ///< it may take effect although nobody hears of it
};

/// What is to be done about a request: answer it at once, or ask first.
using step =
    std::variant<response, write_step, read_step, stream_step, status_step, ready_step, member_step,
                 raft_step, explain_step, backup_step, office_step, live_step>;

/// Why a node that is about to stop is not ready.
inline constexpr std::string_view leaving_text = "The node is draining: it is about to stop.";

/// What a request leads to.
struct exchange {
  endpoint what = endpoint::nowhere;           ///< for metrics and the shape of the answer
  const models::collection* target = nullptr;  ///< of the collection's routes, else none
  step next;                                   ///< the response, or what to ask for
};

/// What is served, the same for every request. What it points to outlives it.
struct site {
  const models::schema* schema = nullptr;
  const router* routes = nullptr;
  std::string_view openapi;                          ///< the text of /openapi.json
  const bearer_token* cluster_token = nullptr;       ///< see server_options; none: there is none
  const published_projections* published = nullptr;  ///< the program's own; none: there are none
  const host_names* hosts = nullptr;                 ///< as which it may be asked; none: any
  const shared_origins* others = nullptr;            ///< whose pages may ask, too; none: nobody's
  bool leaving = false;           ///< it is about to stop, so that nobody new should be sent here
  actors::protection links = {};  ///< by which members may be off this machine, or not
  certificate_office* certificates = nullptr;  ///< see server_options; none: there is none
  access_office* access = nullptr;             ///< likewise; none: nobody shows a token
  identity_office* identities = nullptr;       ///< likewise; none: JSON Web Tokens count nowhere
  bool metrics_for_all = false;                ///< who has no token, too
  std::string_view model_text = {};            ///< that of /_admin/models
};

/// Every check that needs no state: host, origin, path, method, caller, query, headers, media type
/// and body. `r` must live during the call only; the step owns what it keeps. The order of checks
/// is: who asks whom (421, 403), path (404, 400), method (405), caller (401, 403), query (400),
/// headers (400, 415), body (400, 422), so a request with several faults always gets the same
/// answer. From the method to the media type they are done by the table of `operations.hpp`.
exchange begin(const request& r, const site& what, const models::stamp& at);

/// The part of `begin` for /cluster/members and /cluster/transfer. 422 for a body that names no
/// member or holds anything unknown; 403 for an address off this machine, where the node was not
/// told --insecure and has no links under TLS; 409 for a node whose models do not fit. `query` has
/// passed its check.
step begin_member(const request& r, const matched& place, const site& site,
                  const parameters& query);
/// Why this client may not use the operator's routes; none: it may. With a cluster token whoever
/// shows it may, and else nobody (401, 403); without one clients on this machine, and nobody whom a
/// proxy here speaks for (403, which says what helps). Who proves that it holds the key of the
/// cluster's authority always may, and so may the holder of an admin's access token; where there
/// are access tokens, nobody may for being on this machine.
std::optional<response> check_operator(const request& r, const site& site, const guest& who);
/// Whether the client is on this machine, and no proxy here that speaks for somebody.
bool is_on_this_machine(const request& r);
/// Why this client does not hold the key of the cluster's authority; none: it does. 403, or 404
/// where there is no such authority.
std::optional<response> check_holder(const request& r, const site& site);
/// The part of `begin` for /cluster/certificates.
step begin_certificates(const request& r, const site& site);
/// The part of `begin` for /cluster/tokens and what is below.
step begin_tokens(const request& r, const matched& place, const site& site);
/// The part of `begin` for /cluster/authority.
step begin_authority(const request& r, const site& site);
/// The part of `begin` for /raft/vote, /raft/append-entries and /raft/install-snapshot.
step begin_raft(const request& r, const matched& place, const site& site);
/// The part of `begin` for reads, but for streams.
step begin_read(const operation& row, const matched& place, const known_headers& headers,
                parameters&& all, const site& site, const models::stamp& at, const guest& who);
/// The part of `begin` for streams.
step begin_stream(const matched& place, const known_headers& headers, const parameters& all,
                  const site& site, const guest& who);
/// Who asks, as of `now`, seconds since 1970.
guest guest_of(const request& r, const site& site, std::int64_t now);
/// Why a row of `caller::anyone` is not for this guest; none: it may ask. 401 where no token is
/// shown or one that does not count, 403 where it is not enough (RFC 6750 §3.1).
std::optional<response> check_guest(const guest& who, const operation& row, const matched& place,
                                    const site& site);
/// Of several collections, by their ids in a command.
std::optional<response> check_command(const guest& who, std::string_view command, const site& site);
/// Whose data are asked for there; none: of no collection, or of several.
const models::collection* collection_of(const matched& place, const site& site);
/// What rules let the guest read of the collection; none: all.
models::rights_to_ask rights_of(const guest& who, const models::schema& all,
                                const models::collection& which);
/// 401 for who shows nothing and may read nothing at all; none: it may ask.
std::optional<response> check_rights(const guest& who, const models::rights_to_ask& rights);
/// Of what rules refuse: 401 for who shows nothing, who may be somebody.
response of_refusal(const guest& who, const models::problem& why);
/// Of a node that can't tell yet whether its cluster has tokens.
response not_heard_yet();
/// 401, or 403 when a token was shown that is not an admin's.
response must_be_admin(const guest& who);
/// The part of `begin` for /_admin/tokens and what is below.
step begin_access(const request& r, const matched& place, const site& site);
/// Why this caller may not do what this row does; none: it may.
std::optional<response> check_caller(const operation& row, const matched& place, const request& r,
                                     const site& site, const guest& who);
/// Why this caller may not do what the cluster token allows; none: it may. 401 when none is shown,
/// 403 for another, and 403 when the node has none (RFC 9110 §15.5).
std::optional<response> check_cluster_token(const request& r, const bearer_token* token);
/// The models' problem as an answer. `application/problem+json` (RFC 9457).
response of_problem(const models::problem& why);
/// A refusal when the body is not sent in a media type of its row: 415, for patches with
/// Accept-Patch (RFC 5789 §2.2). Where JSON is taken so is any `+json` type, but not as a patch,
/// for it may mean another kind of patch.
std::optional<response> check_media(const std::string_view* content_type, document wanted);

// -- answers -------------------------------------------------------------------------------------

/// `target`: of the created item's Location; none for a transaction. 503 "unavailable" when
/// certainly nothing was written, 504 "outcome_unknown" when nobody knows.
response answer_write(actors::submitted&& answer, const models::collection* target);
/// The conditions of an item's read; empty where there were none.
struct read_conditions {
  std::optional<tag_condition> match;       ///< If-Match
  std::optional<tag_condition> none_match;  ///< If-None-Match
};
/// 304 and 412 by RFC 9110 §13.2.2. X-Applied-Index says as of when.
response answer_read(actors::answered&& answer, const read_conditions& conditions);
/// `page` is one of status, cluster, members and leader.
response answer_status(const actors::node_status& status, endpoint page,
                       const models::schema& schema, const holdings& held);
/// The members as they are from now on.
response answer_members(actors::members_changed&& answer);
/// What the core refused is a problem with its status and code.
response answer_raft(const actors::raft_answered& answer, bool packed);
/// `page`: whether the backup itself is sent, or what is known of it.
response answer_backup(actors::backup_taken&& taken, endpoint page);
/// 503 while it is not; 412 when the index is of another timeline.
response answer_ready(const actors::readiness& answer);

}  // namespace lithair::http
