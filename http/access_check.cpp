#include "http/access.hpp"
#include "http/exchange.hpp"

#include <algorithm>

#include "http/operations.hpp"
#include "models/command/command.hpp"
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
      return true;
    default:
      return row.who == caller::holder;
  }
}

// Whether the process lives and serves is for whoever decides whom to send here; a node that joins
// shows another kind of token.
bool is_for_all(endpoint where) {
  return where == endpoint::livez || where == endpoint::readyz || where == endpoint::certificates;
}

const models::collection* collection_of(const matched& place, const site& site) {
  if (place.target != nullptr || place.what != endpoint::projection) return place.target;
  for (const auto& each : site.schema->projections())
    if (each.name == place.key) return site.schema->find(each.collection_id);
  if (site.published == nullptr) return nullptr;
  const auto own = find_published(*site.published, place.key);
  return own ? site.schema->find(own->from().id) : nullptr;
}

std::optional<response> check_collection(const guest& who, const models::collection* which) {
  if (which == nullptr || who.token->may_use(which->name)) return std::nullopt;
  return not_enough("The access token is not for " + which->name + ".");
}

}  // namespace

guest guest_of(const request& r, const site& site) {
  guest made;
  if (site.access == nullptr) return made;
  auto table = site.access->table();
  if (table->is_open()) return made;
  if (const auto* shown = r.find("Authorization")) made.digest = digest_shown(*shown);
  made.token = made.digest.empty() ? nullptr : table->find(made.digest);
  made.table = std::move(table);
  return made;
}

std::optional<response> check_guest(const guest& who, const operation& row, const matched& place,
                                    const site& site) {
  if (!who.is_guarded() || is_for_all(place.what)) return std::nullopt;
  if (place.what == endpoint::metrics && site.metrics_for_all) return std::nullopt;
  if (who.token == nullptr) return unknown_guest(who);
  const bool changes = row.verb != method::get;
  if (changes && !who.may(access_role::write))
    return not_enough("The access token is for reading.");
  return check_collection(who, collection_of(place, site));
}

std::optional<response> check_command(const guest& who, std::string_view command,
                                      const site& site) {
  if (!who.is_guarded() || who.token == nullptr || who.token->collections.empty())
    return std::nullopt;
  const auto read = models::read_command(command);
  if (!read) return not_enough("The access token is not for this.");
  for (const auto& each : read->operations)
    if (auto refusal = check_collection(who, site.schema->find(each.collection_id))) return refusal;
  return std::nullopt;
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
  return check_guest(who, row, place, site);
}

response not_heard_yet() {
  return problem_response(503, "unavailable",
                          "This node has not heard of its cluster yet who may ask.");
}

response must_be_admin(const guest& who) {
  if (who.token == nullptr) return unknown_guest(who);
  return not_enough("This is for an access token of the role admin.");
}

}  // namespace lithair::http
