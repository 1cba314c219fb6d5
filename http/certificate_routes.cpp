#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "http/certificate_office.hpp"
#include "http/exchange.hpp"
#include "http/operations.hpp"

namespace lithair::http {

namespace json = boost::json;

namespace {

constexpr std::size_t most_hosts = 16;
constexpr std::uint64_t highest_node = 65535;

response bad_wish(std::string_view detail) { return problem_response(422, "bad_request", detail); }

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
      return "There is nothing, or nothing like that, to be said of " + std::string{name} + ".";
    }
  }
  if (into.node == 0 || into.node > highest_node) return "id must be a node's, up to 65535.";
  return {};
}

response certify(const request& r, certificate_office& by) {
  if (auto wrong = check_media(r.find("Content-Type"), document::new_certificate))
    return std::move(*wrong);
  boost::system::error_code error;
  const auto parsed = json::parse(json::string_view{r.body.data(), r.body.size()}, error);
  if (error) return problem_response(400, "malformed_json", "The body is not JSON.");
  if (!parsed.is_object()) return bad_wish("The body must be an object.");
  certificate_office::wish wish;
  if (const auto wrong = read_wish(parsed.get_object(), wish); !wrong.empty())
    return bad_wish(wrong);
  const auto made = by.certify(wish);
  if (made.status != 200) {
    const auto code = made.status == 403   ? "forbidden"
                      : made.status == 429 ? "too_many_requests"
                                           : "bad_request";
    return problem_response(made.status, code, made.detail + ".");
  }
  response result;
  result.body = json::serialize(json::object{{"certificate", made.certificate},
                                             {"authority", by.authority()},
                                             {"authority_key", made.sealed_key}});
  return result;
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

}  // namespace lithair::http
