#include "http/access.hpp"
#include "http/exchange.hpp"

#include <algorithm>

#include "http/bearer_token.hpp"
#include "http/operations.hpp"
#include "models/command/command.hpp"
#include "models/encoding/sha256.hpp"
#include "models/schema/projection.hpp"

namespace lithair::http {

namespace {

response must_show_token(std::string_view why) {
  auto result = problem_response(401, "unauthorized", why);
  result.asks_for_token = true;
  return result;
}

response not_enough(std::string_view why) { return problem_response(403, "forbidden", why); }

response unknown_guest(const guest& who) {
  if (!who.why_not.empty()) return must_show_token(who.why_not);
  return must_show_token(who.digest.empty()
                             ? "Show an access token: Authorization: Bearer TOKEN."
                             : "The access token does not count: it was never made here, has "
                               "expired, or was revoked.");
}

// Nothing of what the cluster keeps, nor what changes it.
bool tells_no_data(const operation& row) {
  if (row.verb != method::get) return row.who == caller::member || row.who == caller::holder;
  switch (row.at) {
    case endpoint::index:
    case endpoint::status:
    case endpoint::cluster:
    case endpoint::members:
    case endpoint::leader:
    case endpoint::metrics:
    case endpoint::openapi:
    case endpoint::docs:
    case endpoint::docs_part:
      return true;
    default:
      return row.who == caller::holder;
  }
}

// Whether the process lives and serves is for whoever decides whom to send here; a node that joins
// shows another kind of token. The dashboard's files are the same in each copy of the program: they
// tell nothing of this cluster, and where its reader is asked for a token, so that a browser must
// get them without one. Whatever they show is fetched, and refused, like any other request.
bool is_for_all(endpoint where) {
  return where == endpoint::livez || where == endpoint::readyz || where == endpoint::certificates ||
         where == endpoint::dashboard || where == endpoint::dashboard_file;
}

/// Whether anybody may try, since the rules of the collection decide.
bool has_rules(const models::collection* which) {
  return which != nullptr && which->access != nullptr;
}

bool any_has_rules(const models::schema& s) {
  return std::ranges::any_of(s.collections(), [](const auto& each) { return has_rules(&each); });
}

std::optional<response> check_collection(const guest& who, const models::collection* which) {
  if (which == nullptr || who.token == nullptr || who.token->may_use(which->name))
    return std::nullopt;
  return not_enough("The access token is not for " + which->name + ".");
}

/// Who is known by rules alone, or not at all.
bool is_for_rules_alone(const guest& who) {
  return who.token == nullptr || who.token->role == access_role::own;
}

response needs_other_token(const guest& who) {
  if (!who.is_known()) return unknown_guest(who);
  return not_enough("This is for an access token of the role read, write or admin.");
}

/// What says how to ask, and nothing of data.
bool tells_how_to_ask(endpoint where) {
  return where == endpoint::index || where == endpoint::openapi || where == endpoint::docs ||
         where == endpoint::docs_part || where == endpoint::projections;
}

}  // namespace

const models::collection* collection_of(const matched& place, const site& site) {
  if (place.target != nullptr || place.what != endpoint::projection) return place.target;
  for (const auto& each : site.schema->projections())
    if (each.name == place.key) return site.schema->find(each.collection_id);
  if (site.published == nullptr) return nullptr;
  const auto own = find_published(*site.published, place.key);
  return own ? site.schema->find(own->from().id) : nullptr;
}

guest guest_of(const request& r, const site& site, std::int64_t now) {
  guest made;
  if (site.access == nullptr) return made;
  auto table = site.access->table();
  if (table->is_open() && site.identities == nullptr) return made;
  const auto* header = r.find("Authorization");
  const auto shown = header == nullptr ? std::string_view{} : bearer_of(*header);
  if (!shown.empty()) made.digest = models::sha256(shown);
  made.token = made.digest.empty() ? nullptr : table->find(made.digest);
  made.table = std::move(table);
  // A JSON Web Token has two points, and none of ours has one.
  if (made.token == nullptr && site.identities != nullptr && std::ranges::count(shown, '.') == 2) {
    auto found = site.identities->identify(shown, now);
    if (found)
      made.named = std::move(*found);
    else
      made.why_not = std::move(found.error());
  }
  return made;
}

std::optional<response> check_guest(const guest& who, const operation& row, const matched& place,
                                    const site& site) {
  if (!who.is_guarded() || is_for_all(place.what)) return std::nullopt;
  if (place.what == endpoint::metrics && site.metrics_for_all) return std::nullopt;
  // What is shown and does not count is told so, and not taken for nothing.
  if (!who.is_known() && !who.digest.empty()) return unknown_guest(who);
  const auto* which = collection_of(place, site);
  const bool by_rules =
      place.what == endpoint::transaction ? any_has_rules(*site.schema) : has_rules(which);
  if (is_for_rules_alone(who)) {
    if (by_rules) return check_collection(who, which);
    if (who.is_known() && tells_how_to_ask(place.what)) return std::nullopt;
    return needs_other_token(who);
  }
  const bool changes = row.verb != method::get;
  if (changes && !who.may(access_role::write))
    return not_enough("The access token is for reading.");
  return check_collection(who, which);
}

std::optional<response> check_command(const guest& who, std::string_view command,
                                      const site& site) {
  const bool all_have_rules = !is_for_rules_alone(who);
  const bool all_are_its = who.token == nullptr || who.token->collections.empty();
  if (!who.is_guarded() || (all_have_rules && all_are_its)) return std::nullopt;
  const auto read = models::read_command(command);
  if (!read) return not_enough("The access token is not for this.");
  // Of no model at all no rule says that it may be done.
  const bool is_of_none =
      read->operations.empty() && read->shape == models::command_shape::transaction;
  if (!all_have_rules && is_of_none) return needs_other_token(who);
  for (const auto& each : read->operations) {
    const auto* which = site.schema->find(each.collection_id);
    if (!all_have_rules && !has_rules(which)) return needs_other_token(who);
    if (auto refusal = check_collection(who, which)) return refusal;
  }
  return std::nullopt;
}

models::rights_to_ask rights_of(const guest& who, const models::schema& all,
                                const models::collection& which) {
  return models::rights_to_ask_for(all, which, who.bound().get());
}

std::optional<response> check_rights(const guest& who, const models::rights_to_ask& rights) {
  if (rights == nullptr || who.is_known() || !models::is_never(rights->allowed))
    return std::nullopt;
  return unknown_guest(who);
}

response of_refusal(const guest& who, const models::problem& why) {
  return why.status == 403 && who.is_guarded() && !who.is_known() ? unknown_guest(who)
                                                                  : of_problem(why);
}

std::optional<response> check_caller(const operation& row, const matched& place, const request& r,
                                     const site& site, const guest& who) {
  if (who.is_guarded() && who.table->is_unknown() && !is_for_all(row.at)) {
    if (!tells_no_data(row)) return not_heard_yet();
    return check_caller(row, place, r, site, {});
  }
  switch (row.who) {
    case caller::member:
      return check_cluster_token(r, site.cluster_token);
    case caller::operators:
      return check_operator(r, site, who);
    case caller::holder:
      return check_holder(r, site);
    case caller::anyone:
      break;
  }
  auto refusal = check_guest(who, row, place, site);
  // Who may change how the cluster stands may see it.
  if (refusal && tells_no_data(row) && !check_operator(r, site, who)) return std::nullopt;
  return refusal;
}

response not_heard_yet() {
  return problem_response(503, "unavailable",
                          "This node has not heard of its cluster yet who may ask.");
}

response must_be_admin(const guest& who) {
  if (!who.is_known()) return unknown_guest(who);
  return not_enough("This is for an access token of the role admin.");
}

}  // namespace lithair::http
