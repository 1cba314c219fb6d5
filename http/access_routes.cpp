#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>

#include "http/access.hpp"
#include "http/exchange.hpp"
#include "http/office_answers.hpp"
#include "http/operations.hpp"
#include "http/parameters.hpp"

/// /_admin/tokens and what is below: the cluster's access tokens.
namespace lithair::http {

namespace json = boost::json;

namespace {

constexpr std::size_t longest_name = 64;
constexpr std::size_t most_collections = 64;
constexpr std::int64_t longest_access_s = std::int64_t{3650} * 86'400;

json::object object_of(const access_office::token& each) {
  json::object made{{"number", each.number},
                    {"name", each.name},
                    {"role", each.role == access_role::own ? std::string_view{each.own_role}
                                                           : name_of(each.role)},
                    {"collections", json::array(each.collections.begin(), each.collections.end())},
                    {"made", each.made}};
  if (each.expires != 0) made["expires"] = each.expires;
  if (!each.text.empty()) made["token"] = each.text;
  return made;
}

// As it goes into logs and lists: one line of visible characters, in whatever script.
bool is_name(std::string_view text) {
  constexpr auto unseen = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  return !text.empty() && text.size() <= longest_name && std::ranges::none_of(text, unseen);
}

// What is wrong with them; empty: nothing.
std::string read_collections(const json::value& from, const models::schema& schema,
                             std::vector<std::string>& into) {
  if (!from.is_array() || from.get_array().empty() || from.get_array().size() > most_collections)
    return "collections must be 1 to 64 names.";
  for (const auto& each : from.get_array()) {
    const auto name = each.is_string() ? std::string{each.get_string()} : std::string{};
    // One that is misspelt would be of no use, and nobody would know why.
    if (schema.find(name) == nullptr) return "There is no collection of the name " + name + ".";
    into.push_back(name);
  }
  return {};
}

std::string read_access(const json::object& from, const models::schema& schema,
                        access_office::wish& into) {
  std::optional<named_role> role;
  for (const auto& x : from) {
    const auto name = x.key();
    const auto& value = x.value();
    if (name == "name" && value.is_string()) {
      into.name = value.get_string();
    } else if (name == "role" && value.is_string()) {
      role = read_role(value.get_string());
    } else if (const auto seconds = number_within(value, longest_access_s);
               name == "expires_in" && seconds) {
      into.seconds = *seconds;
    } else if (name == "collections") {
      if (auto wrong = read_collections(value, schema, into.collections); !wrong.empty())
        return wrong;
    } else {
      return unknown_member(name);
    }
  }
  if (!is_name(into.name)) return "name must say who has it, in 1 to 64 characters.";
  if (!role) return "role must be read, write, admin, or one that access rules ask for.";
  into.role = role->role;
  into.own_role = std::move(role->own);
  if (into.role == access_role::admin && !into.collections.empty())
    return "An admin's token is not for some collections only.";
  return {};
}

office_step ask(std::function<void(std::function<void(access_office::outcome)>)> of, int status,
                bool changes) {
  return {[of = std::move(of), status](std::function<void(response)> done) {
            of([done = std::move(done), status](const access_office::outcome& said) {
              if (said.status != 200 || said.all.empty())
                return done(office_refusal(said.status, said.detail));
              response result;
              result.status = status;
              result.body = json::serialize(object_of(said.all.front()));
              done(std::move(result));
            });
          },
          changes};
}

step make(const request& r, const site& site) {
  json::object body;
  if (auto wrong = read_object(r, document::new_access, body)) return std::move(*wrong);
  access_office::wish wish;
  if (const auto wrong = read_access(body, *site.schema, wish); !wrong.empty())
    return bad_wish(wrong);
  return ask(
      [by = site.access, wish = std::move(wish)](std::function<void(access_office::outcome)> done) {
        by->make(wish, std::move(done));
      },
      201, true);
}

step list(access_office& by) {
  return office_step{[&by](std::function<void(response)> done) {
                       by.list([done = std::move(done)](const access_office::outcome& said) {
                         if (said.status != 200)
                           return done(office_refusal(said.status, said.detail));
                         json::array all;
                         for (const auto& each : said.all) all.push_back(object_of(each));
                         response result;
                         result.body = json::serialize(json::object{{"tokens", std::move(all)}});
                         done(std::move(result));
                       });
                     },
                     false};
}

}  // namespace

step begin_access(const request& r, const matched& place, const site& site) {
  const auto absent = [] {
    return problem_response(404, "not_found", "There is no such access token.");
  };
  if (site.access == nullptr) return absent();
  if (r.verb == method::post) return make(r, site);
  if (r.verb == method::get) return list(*site.access);
  const auto number = parse_number(place.key);
  if (!number || *number == 0) return absent();
  return ask(
      [by = site.access, number = *number](std::function<void(access_office::outcome)> done) {
        by->revoke(number, std::move(done));
      },
      200, true);
}

}  // namespace lithair::http
