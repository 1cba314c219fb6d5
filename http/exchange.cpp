#include "http/exchange.hpp"

#include <algorithm>
#include <utility>

#include "actors/messages/client_messages.hpp"
#include "actors/messages/raft_messages.hpp"
#include "actors/messages/status_messages.hpp"
#include "http/dashboard_files.hpp"
#include "http/data_headers.hpp"
#include "http/operations.hpp"
#include "http/pages.hpp"
#include "http/parameters.hpp"
#include "http/target.hpp"
#include "http/visitors.hpp"
#include "models/problem/problems.hpp"

namespace lithair::http {

namespace {

constexpr std::size_t max_idempotency_key = 255;

known_headers collect(const request& r) {
  known_headers result;
  const auto keep = [&result](const std::string_view*& place, const header& each) {
    // Keys and levels that come twice have no meaning that all would agree on.
    if (place != nullptr) result.repeated = each.name;
    place = &each.value;
  };
  for (const auto& x : r.headers) {
    // By length first: most headers are none of these.
    switch (x.name.size()) {
      case 8:
        if (same_name(x.name, "If-Match")) result.if_match.add(x);
        break;
      case 11:
        if (same_name(x.name, "X-Min-Index")) keep(result.min_index, x);
        break;
      case 12:
        if (same_name(x.name, "Content-Type")) keep(result.content_type, x);
        break;
      case 13:
        if (same_name(x.name, "If-None-Match"))
          result.if_none_match.add(x);
        else if (same_name(x.name, "X-Consistency"))
          keep(result.consistency, x);
        else if (same_name(x.name, "Last-Event-ID"))
          keep(result.last_event_id, x);
        break;
      case 15:
        if (same_name(x.name, "Idempotency-Key")) keep(result.idempotency_key, x);
        break;
      case 16:
        if (same_name(x.name, "Content-Encoding")) result.content_encoding.add(x);
        break;
      default:
        break;
    }
  }
  return result;
}

// -- writes --------------------------------------------------------------------------------------

std::optional<response> read_conditions_of(const known_headers& headers,
                                           models::preconditions& out) {
  if (headers.if_match) {
    // If-Match compares strongly (RFC 9110 §13.1.1).
    auto condition = parse_condition(headers.if_match.text(), false);
    if (!condition) return bad_request("bad_condition", "The If-Match header is malformed.");
    out.if_match_any = condition->any;
    // By version: the client may have the tag from a node that shows the item in another way.
    out.if_match = condition->versions();
    // A list of nothing is a condition too, which nothing meets; no item has the version 0.
    if (!out.if_match_any && out.if_match.empty()) out.if_match = {0};
  }
  if (headers.if_none_match) {
    const auto condition = parse_condition(headers.if_none_match.text(), true);
    // A version that must not match has no use for a write here.
    if (!condition || !condition->tags.empty())
      return bad_request("bad_condition", "If-None-Match takes only * in a request that writes.");
    out.if_none_match_any = condition->any;
  }
  return std::nullopt;
}

models::operation operation_of(method verb) {
  switch (verb) {
    case method::put:
      return models::operation::replace;
    case method::patch:
      return models::operation::patch;
    case method::remove:
      return models::operation::remove;
    default:
      return models::operation::create;
  }
}

// An Idempotency-Key is opaque; so long as it fits a log line it is fine.
std::optional<response> check_write(const operation& row, const known_headers& headers) {
  if (row.body != document::none) {
    if (auto refusal = check_media(headers.content_type, row.body)) return refusal;
    // What is compressed would pass the body's limit unseen.
    if (headers.content_encoding && !is_identity(headers.content_encoding.text()))
      return problem_response(415, "unsupported_encoding",
                              "The body must come without a Content-Encoding.");
  }
  if (headers.idempotency_key == nullptr) return std::nullopt;
  const auto& key = *headers.idempotency_key;
  constexpr auto visible = [](char c) { return c > ' ' && c < 0x7f; };
  if (key.empty() || key.size() > max_idempotency_key || !std::ranges::all_of(key, visible))
    return bad_request("bad_idempotency_key",
                       "The Idempotency-Key must have 1 to 255 visible characters.");
  return std::nullopt;
}

step of_command(const guest& who, models::result<std::string>&& command) {
  if (!command) return of_refusal(who, command.error());
  // `prepare` has looked at everything that needs no state.
  return write_step{std::move(*command)};
}

step begin_write(const request& r, const operation& row, matched&& place,
                 const known_headers& headers, const models::schema& schema,
                 const models::stamp& at, const guest& who) {
  if (auto refusal = check_write(row, headers)) return std::move(*refusal);
  const auto key =
      headers.idempotency_key == nullptr ? std::string_view{} : *headers.idempotency_key;
  models::preconditions conditions;
  if (auto refusal = read_conditions_of(headers, conditions)) return std::move(*refusal);
  // Each item of several has conditions of its own, in the body.
  if (!contains(row.takes, parameter::match) && (headers.if_match || headers.if_none_match))
    return bad_request("bad_condition", "Conditions for several items belong into the body.");
  if (place.what == endpoint::transaction)
    return of_command(who, models::prepare(schema, models::transaction_request{r.body, key}, at));
  if (place.what == endpoint::bulk)
    return of_command(who,
                      models::prepare(schema, models::bulk_request{place.target, r.body, key}, at));
  models::write_request write{operation_of(r.verb),  place.target, std::move(place.key), r.body,
                              std::move(conditions), key};
  // RFC 9110 §9.3.5: a body of DELETE has no meaning.
  if (write.op == models::operation::remove) write.body = {};
  return of_command(who, models::prepare(schema, write, at));
}

step begin_ready(const parameters& all, const site& site) {
  // It still answers everything; but whoever asks this decides whom to send here.
  if (site.leaving) return problem_response(503, "draining", leaving_text);
  if (site.access != nullptr && site.access->table()->is_unknown()) return not_heard_yet();
  ready_step result;
  for (const auto& [name, value] : all)
    if (name == facts_of(parameter::ready_index).name)
      result.min_index = parse_number(value).value_or(0);
  return result;
}

step begin_explained(const matched& place, const parameters& query) {
  const auto index = parse_number(place.key);
  // 404 and not 422: the path leads to no entry.
  if (!index || *index == 0)
    return problem_response(404, "not_found", "There is no such entry: its index is a number.");
  explain_step result{{}, protocol::index_t{*index}};
  for (const auto& [name, value] : query)
    if (name == facts_of(parameter::group).name)
      result.group = protocol::group_id{parse_number(value).value_or(0)};
  return result;
}

// -- all -----------------------------------------------------------------------------------------

// The media types that a patch may come in, for Accept-Patch.
std::string patch_types() {
  std::string made;
  for (const auto media : facts_of(document::patch).media)
    if (!media.empty()) made.append(made.empty() ? "" : ", ").append(media);
  return made;
}

response options_answer(method_set allow) {
  response result;
  result.status = 204;
  // "*" and the like: what the server as a whole can do.
  constexpr method_set every = set_of(method::get) | set_of(method::post) | set_of(method::put) |
                               set_of(method::patch) | set_of(method::remove);
  result.allow = allow != 0 ? allow : every;
  // RFC 5789 §3.1.
  if (contains(result.allow, method::patch)) result.accept_patch = patch_types();
  return result;
}

live_step live_step_of(const request& r) {
  const auto* shown = r.find("Authorization");
  return {shown == nullptr ? std::string{} : std::string{*shown}, is_on_this_machine(r)};
}

step begin_data(const request& r, const operation& row, matched&& place, parameters&& query,
                const site& site, const models::stamp& at, const guest& who) {
  const auto headers = collect(r);
  if (!headers.repeated.empty())
    return bad_request("repeated_header", "A header that may come once came twice: " +
                                              std::string{headers.repeated} + ".");
  if (place.what == endpoint::stream) return begin_stream(place, headers, query, site, who);
  if (row.verb == method::get)
    return begin_read(row, place, headers, std::move(query), site, at, who);
  auto theirs = at;
  theirs.by = who.name();
  theirs.bound = who.bound();
  auto made = begin_write(r, row, std::move(place), headers, *site.schema, theirs, who);
  if (const auto* write = std::get_if<write_step>(&made))
    if (auto refusal = check_command(who, write->command, site)) return std::move(*refusal);
  return made;
}

step begin_operation(const request& r, const operation& row, matched&& place, parameters&& query,
                     const site& site, const models::stamp& at, const guest& who) {
  switch (place.what) {
    case endpoint::index:
      return index_page(*site.schema);
    case endpoint::livez:
      return alive_page();
    case endpoint::readyz:
      return begin_ready(query, site);
    case endpoint::status:
    case endpoint::cluster:
    case endpoint::leader:
    case endpoint::metrics:
      return status_step{};
    case endpoint::members:
      if (row.verb == method::get) return status_step{};
      [[fallthrough]];
    case endpoint::member:
    case endpoint::promote:
    case endpoint::abort:
    case endpoint::transfer:
      return begin_member(r, place, site, query);
    case endpoint::certificates:
      return begin_certificates(r, site);
    case endpoint::tokens:
    case endpoint::revoke_tokens:
      return begin_tokens(r, place, site);
    case endpoint::authority:
      return begin_authority(r, site);
    case endpoint::access_tokens:
    case endpoint::access_token:
      return begin_access(r, place, site);
    case endpoint::explained:
      return begin_explained(place, query);
    case endpoint::projections:
      return projections_page(
          *site.schema, site.published != nullptr ? *site.published : published_projections{});
    case endpoint::admin_snapshot:
    case endpoint::admin_backup:
      return backup_step{};
    case endpoint::raft_vote:
    case endpoint::raft_append:
    case endpoint::raft_install:
      return begin_raft(r, place, site);
    case endpoint::dashboard:
      return dashboard_answer(dashboard_index, r);
    case endpoint::dashboard_file:
      if (place.key == dashboard_index) return not_found();  // It has one place.
      return dashboard_answer(place.key, r);
    case endpoint::live:
      return live_step_of(r);
    case endpoint::docs:
    case endpoint::docs_part:
      return docs_page(place.key);
    case endpoint::admin_models: {
      response result;
      result.content_type = "text/plain; charset=utf-8";
      result.body = site.model_text;
      return result;
    }
    case endpoint::openapi: {
      response result;
      result.body = site.openapi;
      return result;
    }
    default:
      // Only data routes look at conditions, keys and consistency.
      return begin_data(r, row, std::move(place), std::move(query), site, at, who);
  }
}

step begin_at(const request& r, matched&& place, const site& site, const models::stamp& at) {
  if (place.what == endpoint::nowhere) return not_found();
  // Never guessed: two decoders might read it differently.
  if (place.what == endpoint::malformed)
    return bad_request("bad_target", "The path's percent-encoding is malformed.");
  const auto allow = methods_of(place.what);
  // Before the method is checked: every path takes OPTIONS.
  if (r.verb == method::options) return options_answer(allow);
  const auto* row = operation_at(place.what, r.verb);
  if (row == nullptr) return not_allowed(allow);
  // Before anything else is read: who may not ask learns nothing.
  const auto who = guest_of(r, site, at.time_us / 1'000'000);
  if (auto refusal = check_caller(*row, place, r, site, who)) return std::move(*refusal);
  auto query = query_parameters(r.query);
  if (!query) return bad_request("bad_query", "The query string's percent-encoding is malformed.");
  if (const auto wrong = check_query(row->takes, row->lets_others_be, *query))
    return of_problem(*wrong);
  return begin_operation(r, *row, std::move(place), std::move(*query), site, at, who);
}

}  // namespace

response of_problem(const models::problem& why) {
  response result;
  result.status = why.status;
  result.content_type = "application/problem+json";
  result.body = models::to_json(why);
  return result;
}

std::optional<response> check_media(const std::string_view* content_type, document wanted) {
  const auto type = content_type == nullptr ? media::other : media_of(*content_type);
  std::string taken;
  for (const auto each : facts_of(wanted).media) {
    if (each.empty()) continue;
    const auto known = media_of(each);
    if (type == known) return std::nullopt;
    if (known == media::json && type == media::json_based && wanted != document::patch)
      return std::nullopt;
    taken.append(taken.empty() ? "" : " or ").append(each);
  }
  auto refusal =
      problem_response(415, "unsupported_media_type", "The Content-Type must be " + taken + ".");
  if (wanted == document::patch) refusal.accept_patch = patch_types();
  return refusal;
}

exchange begin(const request& r, const site& what, const models::stamp& at) {
  auto place = what.routes->match(r.path);
  exchange result;
  result.what = place.what;
  result.target = place.target;
  if (auto refusal = check_visitor(r, place.what, what.hosts, what.others))
    result.next = std::move(*refusal);
  else
    result.next = begin_at(r, std::move(place), what, at);
  return result;
}

}  // namespace lithair::http
