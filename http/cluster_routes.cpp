#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <limits>

#include "actors/host.hpp"
#include "http/exchange.hpp"
#include "http/operations.hpp"
#include "http/parameters.hpp"
#include "models/declaration/compatibility.hpp"
#include "models/declaration/model_file.hpp"

namespace lithair::http {

namespace json = boost::json;

namespace {

using action = actors::change_members::action;

response bad_member(std::string_view detail) { return problem_response(422, "bad_member", detail); }

// Why a request is refused; thrown here and answered in `begin_member` only.
struct refusal {
  response answer;
};

std::uint64_t number(const json::object& from, std::string_view name, std::uint64_t most) {
  const auto* x = from.if_contains(name);
  // Optional: 0 stands for a number that is not there, which none may be.
  if (x == nullptr) return 0;
  if (!x->is_int64() || x->get_int64() < 1 || static_cast<std::uint64_t>(x->get_int64()) > most)
    throw refusal{bad_member(std::string{name} + " must be a number from 1 to " +
                             std::to_string(most) + ".")};
  return static_cast<std::uint64_t>(x->get_int64());
}

void allow_only(const json::object& from, std::initializer_list<std::string_view> names) {
  for (const auto& x : from) {
    bool known = false;
    // A member that nobody knows is refused: what it was meant to do would be lost.
    for (const auto& name : names) known = known || x.key() == name;
    if (!known) throw refusal{bad_member("Nothing is known of " + std::string{x.key()} + ".")};
  }
}

json::object object_of(std::string_view body) {
  boost::system::error_code error;
  auto parsed = json::parse(json::string_view{body.data(), body.size()}, error);
  if (error) throw refusal{problem_response(400, "malformed_json", "The body is not JSON.")};
  if (!parsed.is_object()) throw refusal{bad_member("The body must be an object.")};
  return std::move(parsed.get_object());
}

// Enough for all fields that models may have; a longer text would hold up the loop.
constexpr std::size_t most_models = 256 << 10;
constexpr auto most_id = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

// HOST:PORT, or [HOST]:PORT for IPv6. The command line has the same rules.
void read_address(const json::object& from, actors::change_members& out, const site& site) {
  const auto* x = from.if_contains("addr");
  const std::string_view text =
      x != nullptr && x->is_string() ? std::string_view{x->get_string()} : "";
  // The last colon: IPv6 addresses have others, within brackets.
  const auto colon = text.rfind(':');
  const auto port =
      colon == std::string_view::npos ? std::nullopt : parse_number(text.substr(colon + 1));
  if (!port || *port == 0 || *port > 65535 || colon == 0)
    throw refusal{bad_member("addr must be the member's HTTP address as HOST:PORT.")};
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty() || !is_authority(host)) throw refusal{bad_member("addr must name a host.")};
  if (actors::is_wildcard(host))
    throw refusal{bad_member("addr must be an address that others can come to.")};
  out.host = host == "localhost" ? "127.0.0.1" : host;
  out.http_port = static_cast<std::uint16_t>(*port);
  const auto why =
      actors::why_unprotected(out.host, out.http_port, actors::said_with::peers, site.links);
  if (!why.empty()) throw refusal{problem_response(403, "insecure", "addr: " + why + ".")};
}

// Of a node that asks to be taken in: the models that it serves, as text of a model file.
void check_models(const json::object& from, const site& site) {
  const auto* x = from.if_contains("models");
  if (x == nullptr) return;
  if (!x->is_string() || x->get_string().size() > most_models)
    throw refusal{bad_member("models must be the text of a model file.")};
  const auto theirs =
      models::parse_model_text(std::string_view{x->get_string()}, "the models of the new member");
  if (!theirs) throw refusal{bad_member("models is no model file that this version reads.")};
  if (const auto why = models::why_not_join(*site.schema, *theirs); !why.empty())
    throw refusal{
        problem_response(409, "other_models", "The new member's models do not fit: " + why)};
}

std::optional<bool> flag(const json::object& from, std::string_view name) {
  const auto* x = from.if_contains(name);
  if (x == nullptr) return {};
  if (!x->is_bool()) throw refusal{bad_member(std::string{name} + " must be true or false.")};
  return x->get_bool();
}

// A new member, or another address of one that there is.
actors::change_members add(const json::object& from, const site& site) {
  actors::change_members result;
  allow_only(from, {"id", "addr", "peer_port", "promote", "move", "models"});
  result.what = action::add;
  if (flag(from, "move").value_or(false)) result.what = action::move;
  result.node = number(from, "id", most_id);
  if (result.node == 0) throw refusal{bad_member("id must be the new member's node id.")};
  read_address(from, result, site);
  check_models(from, site);
  // As on the command line: the HTTP port plus 1000, unless it is said.
  auto peer_port = number(from, "peer_port", 65535);
  if (peer_port == 0) peer_port = result.http_port + std::uint64_t{1000};
  if (peer_port > 65535) throw refusal{bad_member("peer_port must be given for this addr.")};
  result.peer_port = static_cast<std::uint16_t>(peer_port);
  const auto promote = flag(from, "promote");
  if (promote && result.what == action::move)
    throw refusal{bad_member("A move leaves it as it is whether the member votes.")};
  result.promote = promote.value_or(true);
  return result;
}

actors::change_members transfer(const json::object& from) {
  actors::change_members result;
  allow_only(from, {"to"});
  result.what = action::transfer;
  result.node = number(from, "to", most_id);
  return result;
}

actors::change_members of_member(const matched& place) {
  actors::change_members result;
  result.what = place.what == endpoint::promote ? action::promote : action::remove;
  const auto id = parse_number(place.key);
  // 404 and not 422: the path leads to no member.
  if (!id || *id == 0)
    throw refusal{problem_response(404, "not_found", "There is no such member.")};
  result.node = *id;
  return result;
}

// Whether a change is wanted even if it may never end.
bool forced(const parameters& query) {
  return std::ranges::any_of(query, [](const auto& each) {
    return each.first == facts_of(parameter::force).name && each.second == "true";
  });
}

actors::change_members change_of(const request& r, const matched& place, const site& site) {
  if (place.what == endpoint::member || place.what == endpoint::promote) return of_member(place);
  if (place.what == endpoint::abort) {
    actors::change_members result;
    result.what = action::abort;
    return result;
  }
  const auto wanted = operation_at(place.what, method::post)->body;
  if (auto wrong = check_media(r.find("Content-Type"), wanted)) throw refusal{std::move(*wrong)};
  const auto body = object_of(r.body);
  return place.what == endpoint::transfer ? transfer(body) : add(body, site);
}

}  // namespace

step begin_member(const request& r, const matched& place, const site& site,
                  const parameters& query) {
  try {
    auto result = change_of(r, place, site);
    result.force = forced(query);
    return member_step{std::move(result)};
  } catch (refusal& why) {
    return std::move(why.answer);
  }
}

response answer_members(actors::members_changed&& answer) {
  if (answer.status == 200) {
    response result;
    json::object body{{"status", "done"}};
    // Done, but the operator should know what it put at risk.
    if (!answer.detail.empty()) body["risk"] = answer.detail;
    result.body = json::serialize(body);
    return result;
  }
  const std::string_view code = answer.status == 503   ? "unavailable"
                                : answer.status == 504 ? "outcome_unknown"
                                : answer.status == 404 ? "not_found"
                                : answer.status == 409 ? "conflict"
                                                       : "bad_member";
  return problem_response(answer.status, code, answer.detail);
}

}  // namespace lithair::http
