#include "apps/lithairctl/endpoint.hpp"

#include <algorithm>
#include <charconv>

#include "apps/lithairctl/failure.hpp"

namespace lithair::ctl {
namespace {

constexpr std::string_view https_scheme = "https://";
constexpr std::string_view http_scheme = "http://";

failure no_endpoint(std::string_view text) {
  return {exit_status::usage,
          "--endpoints: \"" + std::string(text) + "\" is no endpoint; write 10.0.0.1:8080"};
}

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

bool is_host(std::string_view text) {
  constexpr auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
  };
  if (text.starts_with('[') && text.ends_with(']') && text.size() > 2)
    return std::ranges::all_of(text.substr(1, text.size() - 2), [](char c) {
      return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9') ||
             c == ':' || c == '.';
    });
  return !text.empty() && std::ranges::all_of(text, fits);
}

}  // namespace

endpoint read_endpoint(std::string_view text, bool tls) {
  auto rest = text;
  endpoint made{tls, {}};
  if (rest.starts_with(https_scheme)) {
    made.tls = true;
    rest.remove_prefix(https_scheme.size());
  } else if (rest.starts_with(http_scheme)) {
    made.tls = false;
    rest.remove_prefix(http_scheme.size());
  }
  if (rest.ends_with('/')) rest.remove_suffix(1);
  // An address of IPv6 has colons of its own, within brackets.
  const auto bracket = rest.rfind(']');
  const auto colon = rest.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  const auto host = has_port ? rest.substr(0, colon) : rest;
  if (!is_host(host) || (has_port && !is_port(rest.substr(colon + 1)))) throw no_endpoint(text);
  made.authority = std::string(rest) + (has_port ? "" : ":8080");
  return made;
}

std::vector<endpoint> read_endpoints(std::string_view text, bool tls) {
  std::vector<endpoint> made;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    made.push_back(read_endpoint(text.substr(begin, end - begin), tls));
    begin = end + 1;
  }
  return made;
}

}  // namespace lithair::ctl
