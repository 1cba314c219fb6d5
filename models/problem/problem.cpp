#include "models/problem/problem.hpp"

#include <string_view>

#include "models/encoding/json_text.hpp"
#include "models/problem/reason_phrase.hpp"

namespace lithair::models {

namespace {

void append_member(std::string& out, std::string_view name, std::string_view text) {
  append_json_key(out, name);
  append_json_string(out, text);
}

}  // namespace

std::string to_json(const problem& why) {
  // RFC 9457 §4.2.1: with "about:blank" the title is the status's phrase.
  std::string out = "{\"type\":\"about:blank\",";
  const auto phrase = reason_phrase(why.status);
  append_member(out, "title", phrase.empty() ? "Request Refused" : phrase);
  out += ",\"status\":" + std::to_string(why.status) + ',';
  append_member(out, "detail", why.detail);
  out += ',';
  append_member(out, "error", why.code);
  // There also where there are none: a client goes through it without asking.
  out += ",\"errors\":[";
  for (const auto& error : why.errors) {
    out += out.back() == '[' ? "{" : ",{";
    append_member(out, "field", error.field);
    out += ',';
    append_member(out, "code", error.code);
    out += ',';
    append_member(out, "message", error.message);
    out += '}';
  }
  return out + "]}";
}

}  // namespace lithair::models
