#include "models/problem/problem.hpp"

#include <string_view>

#include "models/encoding/json_text.hpp"
#include "models/encoding/utf8.hpp"
#include "models/problem/problems.hpp"

namespace lithair::models {

namespace {

/// The reason phrase of RFC 9110 §15, which RFC 7807 §4.2 asks for as the title of "about:blank".
std::string_view title_of(std::uint16_t status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return status < 500 ? "Request Refused" : "Internal Server Error";
  }
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
  append_json_key(out, name);
  append_json_string(out, text);
}

}  // namespace

std::string to_json(const problem& x) {
  std::string out = "{\"type\":\"about:blank\",";
  append_member(out, "title", title_of(x.status));
  out += ",\"status\":" + std::to_string(x.status) + ',';
  append_member(out, "detail", x.detail);
  out += ',';
  append_member(out, "error", x.code);
  if (!x.errors.empty()) {
    out += ",\"errors\":";
    char separator = '[';
    for (const auto& error : x.errors) {
      out += separator;
      separator = ',';
      out += '{';
      append_member(out, "field", error.field);
      out += ',';
      append_member(out, "code", error.code);
      out += ',';
      append_member(out, "message", error.message);
      out += '}';
    }
    out += ']';
  }
  out += '}';
  return out;
}

problem malformed(std::string detail) { return {400, "malformed", std::move(detail), {}}; }

problem bad_parameter(std::string_view parameter, std::string message) {
  std::string name = excerpt(parameter);
  std::string detail = "The parameter \"" + name + "\" can't be used: " + message;
  return {400,
          "bad_parameter",
          std::move(detail),
          {{std::move(name), "parameter", std::move(message)}}};
}

problem not_found() { return {404, "not_found", "There is no such item.", {}}; }

problem already_exists(const std::string& key_field) {
  return {409,
          "conflict",
          "An item with this key exists.",
          {{key_field, "exists", "An item with this key exists."}}};
}

problem not_unique(std::vector<field_error> errors) {
  return {409, "conflict", "Another item has a value that must be unique.", std::move(errors)};
}

problem precondition_failed(std::string detail) {
  return {412, "precondition_failed", std::move(detail), {}};
}

problem other_timeline(std::uint64_t index) {
  return {412,
          "other_timeline",
          "Index " + std::to_string(index) +
              " is not of this log: it was given before the data were restored from a backup.",
          {}};
}

problem still_referenced(const std::string& collection_name, const std::string& field) {
  return {409,
          "conflict",
          "Items of " + collection_name + " refer to the item.",
          {{field, "referenced", "Items of " + collection_name + " refer to the item."}}};
}

problem of_part(problem x, const std::string& part) {
  if (x.errors.empty()) {
    x.errors.push_back({part, x.code, x.detail});
    return x;
  }
  for (auto& error : x.errors) {
    error.field = error.field.empty() ? part : part + '.' + error.field;
  }
  return x;
}

problem invalid(std::vector<field_error> errors) {
  return {422, "validation_failed", "The item does not fit its model.", std::move(errors)};
}

}  // namespace lithair::models
