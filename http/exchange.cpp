#include "http/exchange.hpp"

#include <algorithm>
#include <utility>

#include "actors/messages/client_messages.hpp"
#include "actors/messages/raft_messages.hpp"
#include "actors/messages/status_messages.hpp"
#include "http/operations.hpp"
#include "http/pages.hpp"
#include "http/parameters.hpp"
#include "http/target.hpp"
#include "http/visitors.hpp"
#include "models/problem/problems.hpp"

namespace lithair::http {

namespace {

constexpr std::size_t max_idempotency_key = 255;

// The lines of a header that is a list: together they are one (RFC 9110 §5.3).
class header_list {
 public:
  void add(const header& line) {
    // Rarely more than one, so nothing is copied before.
    if (first_ != nullptr) joined_.append(joined_.empty() ? *first_ : "").append(",") += line.value;
    if (first_ == nullptr) first_ = &line.value;
  }
  explicit operator bool() const { return first_ != nullptr; }
  std::string_view text() const { return joined_.empty() ? *first_ : std::string_view{joined_}; }

 private:
  const std::string_view* first_ = nullptr;
  std::string joined_;
};

// The headers that make a difference, found in one pass.
struct known_headers {
  const std::string_view* content_type = nullptr;
  header_list content_encoding;
  header_list if_match;
  header_list if_none_match;
  const std::string_view* idempotency_key = nullptr;
  const std::string_view* consistency = nullptr;
  const std::string_view* min_index = nullptr;
  const std::string_view* last_event_id = nullptr;
  std::string_view repeated;  // the name of one that came twice; empty: none
};

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

response bad_request(std::string_view code, std::string_view detail) {
  return problem_response(400, code, detail);
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

// -- reads ---------------------------------------------------------------------------------------

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

step begin_read(const operation& row, const matched& place, const known_headers& headers,
                parameters&& all, const site& site, const models::stamp& at, const guest& who) {
  read_step result;
  const auto* which = collection_of(place, site);
  const auto rights = which == nullptr ? nullptr : rights_of(who, *which);
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
                  const guest& who) {
  // Sent by browsers when they connect again (HTML, "Server-sent events").
  const auto last =
      headers.last_event_id != nullptr ? std::optional(*headers.last_event_id) : std::nullopt;
  const auto rights = rights_of(who, *place.target);
  if (auto refusal = check_rights(who, rights)) return std::move(*refusal);
  auto made = models::parse_stream(*place.target, all, last, rights);
  if (!made) return of_problem(made.error());
  return stream_step{std::move(*made), who.digest, who.named, who.is_guarded() && !who.is_known()};
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

// -- all -----------------------------------------------------------------------------------------

// The media types that a patch may come in, for Accept-Patch.
std::string patch_types() {
  std::string made;
  for (const auto media : facts_of(document::patch).media)
    made.append(made.empty() ? "" : ", ").append(media);
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

step begin_data(const request& r, const operation& row, matched&& place, parameters&& query,
                const site& site, const models::stamp& at, const guest& who) {
  const auto headers = collect(r);
  if (!headers.repeated.empty())
    return bad_request("repeated_header", "A header that may come once came twice: " +
                                              std::string{headers.repeated} + ".");
  if (place.what == endpoint::stream) return begin_stream(place, headers, query, who);
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
    case endpoint::docs:
      return docs_page();
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
