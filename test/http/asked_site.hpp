#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/exchange.hpp"

namespace lithair::http::test {

/// What a request to the site leads to, without a server: sent from its own machine, with a body of
/// JSON, and showing a token, if that is not empty.
inline step step_of(const site& where, method verb, const std::string& path,
                    const std::string& token, std::string_view body = {},
                    std::string_view query = {}) {
  request r;
  r.verb = verb;
  r.path = r.target = path;
  r.query = query;
  r.from_this_machine = true;
  const auto shown = "Bearer " + token;
  std::vector<header> headers{{"Content-Type", verb == method::patch
                                                   ? "application/merge-patch+json"
                                                   : "application/json"}};
  if (!token.empty()) headers.push_back({"Authorization", shown});
  r.headers = headers;
  r.body = body;
  return begin(r, where, {0, [] { return std::string(16, '\0'); }}).next;
}

}  // namespace lithair::http::test
