#include <boost/json/serialize.hpp>

#include <utility>

#include "http/certificate_office.hpp"
#include "http/exchange.hpp"
#include "http/office_answers.hpp"
#include "http/operations.hpp"

namespace lithair::http {

namespace json = boost::json;

namespace {

constexpr std::size_t most_hosts = 16;
constexpr std::uint64_t highest_node = 65535;
constexpr std::int64_t longest_s = 86'400;
constexpr std::int64_t most_uses = 100;

// -- certificates --------------------------------------------------------------------------------

// What is wrong with it; empty: nothing.
std::string read_wish(const json::object& from, certificate_office::wish& into) {
  for (const auto& x : from) {
    const auto name = x.key();
    const auto& value = x.value();
    if (name == "token" && value.is_string()) {
      into.token = value.get_string();
    } else if (name == "request" && value.is_string()) {
      into.request = value.get_string();
    } else if (name == "id" && value.is_int64() && value.get_int64() > 0) {
      into.node = static_cast<std::uint64_t>(value.get_int64());
    } else if (name == "hosts" && value.is_array() && value.get_array().size() <= most_hosts) {
      for (const auto& each : value.get_array()) {
        if (!each.is_string()) return "hosts must be texts.";
        into.hosts.emplace_back(each.get_string());
      }
    } else {
      return unknown_member(name);
    }
  }
  if (into.node == 0 || into.node > highest_node) return "id must be a node's, up to 65535.";
  return {};
}

step certify(const request& r, certificate_office& by) {
  json::object body;
  if (auto wrong = read_object(r, document::new_certificate, body)) return std::move(*wrong);
  certificate_office::wish wish;
  if (const auto wrong = read_wish(body, wish); !wrong.empty()) return bad_wish(wrong);
  return office_step{[&by, wish = std::move(wish)](std::function<void(response)> done) {
    by.certify(wish, [done = std::move(done),
                      authority = by.authority()](const certificate_office::outcome& made) {
      if (made.status != 200) return done(office_refusal(made.status, made.detail));
      response result;
      result.body = json::serialize(json::object{{"certificate", made.certificate},
                                                 {"authority", authority},
                                                 {"authority_key", made.sealed_key}});
      done(std::move(result));
    });
  }};
}

// -- tokens --------------------------------------------------------------------------------------

json::object object_of(const certificate_office::token& each) {
  json::object made{
      {"number", each.number}, {"expires", each.expires},
      {"made", each.made},     {"made_by", each.made_by},
      {"uses", each.uses},     {"nodes", json::array(each.nodes.begin(), each.nodes.end())}};
  if (!each.text.empty()) made["token"] = each.text;
  return made;
}

std::function<void(certificate_office::tokens)> told_as_list(std::function<void(response)> done) {
  return [done = std::move(done)](const certificate_office::tokens& made) {
    if (made.status != 200) return done(office_refusal(made.status, made.detail));
    json::array all;
    for (const auto& each : made.all) all.push_back(object_of(each));
    response result;
    result.body = json::serialize(json::object{{"tokens", std::move(all)}});
    done(std::move(result));
  };
}

step make_token(const request& r, certificate_office& by) {
  json::object body;
  if (auto wrong = read_object(r, document::new_token, body)) return std::move(*wrong);
  certificate_office::token_wish wish;
  for (const auto& x : body) {
    if (x.key() == "expires_in") {
      wish.seconds = number_within(x.value(), longest_s).value_or(0);
    } else if (x.key() == "uses") {
      const auto uses = number_within(x.value(), most_uses);
      if (!uses) return bad_wish("uses must be 1 to 100.");
      wish.uses = static_cast<std::uint64_t>(*uses);
    } else {
      return bad_wish(unknown_member(x.key()));
    }
  }
  if (wish.seconds == 0) return bad_wish("expires_in must be 1 to 86400 seconds.");
  return office_step{[&by, wish](std::function<void(response)> done) {
    by.make_token(wish, [done = std::move(done)](const certificate_office::tokens& made) {
      if (made.status != 200 || made.all.empty())
        return done(office_refusal(made.status, made.detail));
      response result;
      result.body = json::serialize(object_of(made.all.front()));
      done(std::move(result));
    });
  }};
}

step revoke_tokens(const request& r, certificate_office& by) {
  json::object body;
  if (auto wrong = read_object(r, document::revoked_tokens, body)) return std::move(*wrong);
  std::optional<std::uint64_t> number;
  bool all = false;
  for (const auto& x : body) {
    if (x.key() == "number" && x.value().is_int64() && x.value().get_int64() > 0)
      number = static_cast<std::uint64_t>(x.value().get_int64());
    else if (x.key() == "all" && x.value().is_bool())
      all = x.value().get_bool();
    else
      return bad_wish(unknown_member(x.key()));
  }
  if (all == number.has_value()) return bad_wish("Say the number of one, or that all are meant.");
  return office_step{[&by, number](std::function<void(response)> done) {
    by.revoke_tokens(number, told_as_list(std::move(done)));
  }};
}

// -- the authority -------------------------------------------------------------------------------

json::object object_of(const certificate_office::authorities::one& of) {
  return {{"fingerprint", of.fingerprint}, {"expires", of.expires}};
}

step order(certificate_office& by, certificate_office::authority_order what) {
  return office_step{
      [&by, what](std::function<void(response)> done) {
        by.order(what, [done = std::move(done)](const certificate_office::authorities& said) {
          if (said.status != 200) return done(office_refusal(said.status, said.detail));
          json::object told{{"stage", said.stage}, {"current", object_of(said.current)}};
          if (!said.next.fingerprint.empty()) told["next"] = object_of(said.next);
          if (said.begun != 0) told["begun"] = said.begun;
          if (said.begun_by != 0) told["begun_by"] = said.begun_by;
          told["waits_for"] = json::array(said.waits_for.begin(), said.waits_for.end());
          response result;
          result.body = json::serialize(told);
          done(std::move(result));
        });
      },
      what != certificate_office::authority_order::look};
}

}  // namespace

step begin_certificates(const request& r, const site& site) {
  if (site.certificates == nullptr)
    return problem_response(404, "not_found",
                            "This cluster has no authority of its own (--secure).");
  if (r.verb == method::post) return certify(r, *site.certificates);
  response result;
  result.body = json::serialize(json::object{{"authority", site.certificates->authority()}});
  return result;
}

step begin_tokens(const request& r, const matched& place, const site& site) {
  auto& by = *site.certificates;  // its holder is asking
  if (place.what == endpoint::revoke_tokens) return revoke_tokens(r, by);
  if (r.verb == method::post) return make_token(r, by);
  return office_step{
      [&by](std::function<void(response)> done) { by.list_tokens(told_as_list(std::move(done))); },
      false};
}

step begin_authority(const request& r, const site& site) {
  using wanted = certificate_office::authority_order;
  auto& by = *site.certificates;  // its holder is asking
  if (r.verb != method::post) return order(by, wanted::look);
  json::object body;
  if (auto wrong = read_object(r, document::authority_order, body)) return std::move(*wrong);
  for (const auto& x : body)
    if (x.key() != "action") return bad_wish(unknown_member(x.key()));
  const auto* said = body.if_contains("action");
  if (said != nullptr && *said == "rotate") return order(by, wanted::rotate);
  if (said != nullptr && *said == "finish") return order(by, wanted::finish);
  if (said != nullptr && *said == "cancel") return order(by, wanted::cancel);
  return bad_wish("action must be rotate, finish or cancel.");
}

}  // namespace lithair::http
