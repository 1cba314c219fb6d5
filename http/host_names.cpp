#include "http/host_names.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "http/characters.hpp"
#include "http/request.hpp"

namespace lithair::http {

namespace {

// The dot behind a name that is meant from the root (RFC 1034 §3.1) makes no other one of it.
std::string_view without_last_dot(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  return name;
}

bool is_address(const authority_parts& of) {
  // A zone is this machine's own matter (RFC 6874).
  const std::string host{of.bracketed ? of.host.substr(0, of.host.find('%')) : of.host};
  in6_addr ignored{};
  return inet_pton(of.bracketed ? AF_INET6 : AF_INET, host.c_str(), &ignored) == 1;
}

bool is_name(std::string_view text) {
  constexpr auto fits = [](char c) {
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' || c == '_' || c == '.';
  };
  return !text.empty() && text.front() != '.' && std::ranges::all_of(text, fits);
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string result{text};
  std::ranges::transform(result, result.begin(), lower);
  return result;
}

host_names::host_names(const std::vector<std::string>& own,
                       const std::vector<std::string>& allowed) {
  add("localhost");
  for (const auto& each : own) add(each);
  for (const auto& each : allowed) add(each);
}

void host_names::add(std::string_view pattern) {
  pattern = without_last_dot(pattern);
  if (pattern.empty()) return;
  if (pattern == "*")
    all_ = true;
  else
    (pattern.front() == '.' ? domains_ : exact_).push_back(lower_case(pattern));
}

bool host_names::has(std::string_view authority) const {
  if (all_ || authority.empty()) return true;
  const auto parts = parts_of(authority);
  if (is_address(parts)) return true;
  if (parts.bracketed) return false;
  const auto name = lower_case(without_last_dot(parts.host));
  if (std::ranges::find(exact_, name) != exact_.end()) return true;
  return std::ranges::any_of(domains_, [&name](const std::string& domain) {
    return name == std::string_view{domain}.substr(1) || name.ends_with(domain);
  });
}

std::string why_no_host_pattern(std::string_view pattern) {
  if (pattern == "*") return {};
  const auto name = pattern.starts_with('.') ? pattern.substr(1) : pattern;
  if (is_name(name)) return {};
  return "'" + std::string(pattern) +
         "' is not a name like node1.example.org (without scheme or port), nor "
         ".example.org for all below it, nor *";
}

authority_parts parts_of(std::string_view authority) {
  authority_parts result;
  auto rest = authority;
  const auto end = authority.find(']');
  if (authority.starts_with('[') && end != std::string_view::npos) {
    result.bracketed = true;
    result.host = authority.substr(1, end - 1);
    rest = authority.substr(end + 1);
  } else {
    const auto colon = std::min(authority.find(':'), authority.size());
    result.host = authority.substr(0, colon);
    rest = authority.substr(colon);
  }
  const auto port = rest.empty() ? rest : rest.substr(1);
  const bool well_formed = rest.empty() || rest.front() == ':';
  if (!well_formed || !std::ranges::all_of(port, is_digit)) return {authority, {}, false};
  result.port = port;
  return result;
}

bool is_origin_of(std::string_view origin, std::string_view authority) {
  const auto mark = origin.find("://");
  // "null" is what pages without an origin of their own say: nobody's.
  if (mark == std::string_view::npos) return false;
  const auto scheme = origin.substr(0, mark);
  const std::string_view usual = same_name(scheme, "https") ? "443" : "80";
  const auto page = parts_of(origin.substr(mark + 3));
  const auto asked = parts_of(authority);
  const auto port = [usual](std::string_view given) { return given.empty() ? usual : given; };
  return page.bracketed == asked.bracketed && port(page.port) == port(asked.port) &&
         same_name(without_last_dot(page.host), without_last_dot(asked.host));
}

}  // namespace lithair::http
