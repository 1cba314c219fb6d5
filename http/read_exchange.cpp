#include "http/exchange.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "actors/messages/client_messages.hpp"
#include "http/data_headers.hpp"
#include "http/operations.hpp"
#include "models/problem/problems.hpp"

namespace lithair::http {

namespace {

std::optional<actors::consistency> consistency_of(std::string_view word) {
  if (word == "linearizable") return actors::consistency::linearizable;
  if (word == "leader") return actors::consistency::leader;
  if (word == "local") return actors::consistency::local;
  return std::nullopt;
}

// Takes `consistency` out of the parameters: it is the one that no model ever sees.
std::optional<std::string> take_consistency(parameters& all) {
  for (auto it = all.begin(); it != all.end(); ++it) {
    if (it->first != "consistency") continue;
    auto result = std::move(it->second);
    all.erase(it);
    return result;
  }
  return std::nullopt;
}

// A read for a client that names the index it has seen is a local one, unless it says otherwise.
std::optional<response> read_level(const known_headers& headers, parameters& all, read_step& out) {
  if (headers.min_index != nullptr) {
    const auto index = parse_number(*headers.min_index);
    if (!index) return bad_request("bad_min_index", "X-Min-Index must be a number.");
    out.min_index = *index;
  }
  auto word = take_consistency(all);
  // The query counts more: it can be put in a link.
  if (!word && headers.consistency != nullptr) word = std::string{*headers.consistency};
  // A client that names an index wants to see its own write, not the newest state.
  out.level = out.min_index > 0 ? actors::consistency::local : actors::consistency::linearizable;
  if (!word) return std::nullopt;
  const auto level = consistency_of(*word);
  if (!level)
    return bad_request("bad_consistency", "The consistency must be linearizable, leader or local.");
  out.level = *level;
  return std::nullopt;
}

std::optional<response> item_conditions(const known_headers& headers, read_step& out) {
  if (headers.if_match) {
    // Strongly, so a weak tag never matches.
    out.match = parse_condition(headers.if_match.text(), false);
    if (!out.match) return bad_request("bad_condition", "The If-Match header is malformed.");
  }
  if (headers.if_none_match) {
    // Weakly (RFC 9110 §13.1.2).
    out.none_match = parse_condition(headers.if_none_match.text(), true);
    if (!out.none_match)
      return bad_request("bad_condition", "The If-None-Match header is malformed.");
  }
  return std::nullopt;
}

models::result<models::query> query_of(const matched& place, const parameters& all,
                                       const models::schema& schema,
                                       const models::rights_to_ask& rights) {
  switch (place.what) {
    case endpoint::projection:
      return models::projection_query(schema, place.key, all, rights);
    case endpoint::item:
      return models::item_query(*place.target, place.key, all, rights);
    case endpoint::history:
      return models::history_query(*place.target, place.key, all, rights);
    case endpoint::count:
      return models::parse_query(*place.target, models::query::kind::count, all, rights);
    case endpoint::random_id:
      return models::parse_query(*place.target, models::query::kind::random_id, all, rights);
    default:
      return models::parse_query(*place.target, models::query::kind::list, all, rights);
  }
}

// Eight bytes that nobody can guess.
std::uint64_t random_number(const models::stamp& at) {
  const auto id = at.new_uuid();
  std::uint64_t made = 0;
  for (std::size_t i = id.size() - std::min<std::size_t>(id.size(), 8); i < id.size(); ++i)
    made = made << 8 | static_cast<std::uint8_t>(id[i]);
  return made;
}

// A program's own rows tell of all items, and of whatever it takes from them.
bool may_read_all(const models::collection& of, const models::rights_to_ask& rights) {
  if (rights == nullptr) return true;
  for (std::size_t i = 0; i < of.fields.size(); ++i)
    if (of.fields[i].exposed && !rights->shown[i]) return false;
  return rights->allowed.empty();
}

std::shared_ptr<const actors::published> published_at(const matched& place, const site& site) {
  if (place.what != endpoint::projection || site.published == nullptr) return nullptr;
  return find_published(*site.published, place.key);
}

}  // namespace

step begin_read(const operation& row, const matched& place, const known_headers& headers,
                parameters&& all, const site& site, const models::stamp& at, const guest& who) {
  read_step result;
  const auto* which = collection_of(place, site);
  const auto rights = which == nullptr ? nullptr : rights_of(who, *site.schema, *which);
  if (auto refusal = check_rights(who, rights)) return std::move(*refusal);
  if (auto refusal = read_level(headers, all, result)) return std::move(*refusal);
  if (contains(row.takes, parameter::none_match))
    if (auto refusal = item_conditions(headers, result)) return std::move(*refusal);
  if (auto published = published_at(place, site)) {
    // Its program renders it as a whole.
    if (!all.empty())
      return of_problem(
          models::bad_parameter(all.front().first, "The projection takes no parameters."));
    if (which != nullptr && !may_read_all(*which, rights))
      return of_refusal(who,
                        models::forbidden("The projection tells of what is not for all to read."));
    result.published = std::move(published);
    return result;
  }
  auto query = query_of(place, all, *site.schema, rights);
  if (!query) return of_refusal(who, query.error());
  result.what = std::move(*query);
  if (place.what == endpoint::random_id && rights != nullptr)
    result.what.random = random_number(at);
  return result;
}

step begin_stream(const matched& place, const known_headers& headers, const parameters& all,
                  const site& site, const guest& who) {
  // Sent by browsers when they connect again (HTML, "Server-sent events").
  const auto last =
      headers.last_event_id != nullptr ? std::optional(*headers.last_event_id) : std::nullopt;
  const auto rights = rights_of(who, *site.schema, *place.target);
  if (auto refusal = check_rights(who, rights)) return std::move(*refusal);
  auto made = models::parse_stream(*place.target, all, last, rights);
  if (!made) return of_problem(made.error());
  return stream_step{std::move(*made), who.digest, who.named, who.is_guarded() && !who.is_known()};
}

}  // namespace lithair::http
