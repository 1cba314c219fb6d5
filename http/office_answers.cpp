#include "http/office_answers.hpp"

#include <boost/json/parse.hpp>

#include <cctype>
#include <utility>

#include "http/exchange.hpp"

namespace lithair::http {

namespace json = boost::json;

response office_refusal(int status, std::string_view detail) {
  const auto code = [status] {
    switch (status) {
      case 403:
        return "forbidden";
      case 404:
        return "not_found";
      case 409:
        return "conflict";
      case 429:
        return "too_many_requests";
      case 503:
        return "unavailable";
      default:
        return "bad_request";
    }
  };
  auto sentence = std::string{detail} + ".";
  sentence.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(sentence.front())));
  return problem_response(status, code(), sentence);
}

response bad_wish(std::string_view detail) { return problem_response(422, "bad_request", detail); }

std::string unknown_member(std::string_view name) {
  return "There is nothing, or nothing like that, to be said of " + std::string{name} + ".";
}

std::optional<response> read_object(const request& r, document wanted, json::object& into) {
  if (auto wrong = check_media(r.find("Content-Type"), wanted)) return wrong;
  boost::system::error_code error;
  auto parsed = json::parse(json::string_view{r.body.data(), r.body.size()}, error);
  if (error) return problem_response(400, "malformed_json", "The body is not JSON.");
  if (!parsed.is_object()) return bad_wish("The body must be an object.");
  into = std::move(parsed.get_object());
  return std::nullopt;
}

std::optional<std::int64_t> number_within(const json::value& of, std::int64_t most) {
  if (!of.is_int64() || of.get_int64() < 1 || of.get_int64() > most) return std::nullopt;
  return of.get_int64();
}

}  // namespace lithair::http
