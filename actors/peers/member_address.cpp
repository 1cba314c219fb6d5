#include "actors/peers/member_address.hpp"

#include <spdlog/fmt/fmt.h>

#include <charconv>

namespace lithair::actors {

namespace {

template <class Number>
bool read_number(std::string_view digits, Number& out) {
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return error == std::errc{} && end == digits.data() + digits.size();
}

}  // namespace

std::string to_text(const member_address& address) {
  const auto added = address.added == 0 ? std::string{} : fmt::format("@{}", address.added);
  return fmt::format("{}:{}/{}{}{}", address.host, address.http_port, address.peer_port, added,
                     address.promote ? "+" : "");
}

std::optional<member_address> parse_member_address(std::string_view text) {
  member_address result;
  if (text.ends_with('+')) {
    result.promote = true;
    text.remove_suffix(1);
  }
  // From the end, for a host may be an IPv6 address with colons of its own.
  const auto slash = text.rfind('/');
  const auto colon = text.rfind(':', slash);
  if (slash == std::string_view::npos || colon == std::string_view::npos || colon == 0) return {};
  auto ports = text.substr(slash + 1);
  if (const auto at = ports.find('@'); at != std::string_view::npos) {
    if (!read_number(ports.substr(at + 1), result.added) || result.added == 0) return {};
    ports = ports.substr(0, at);
  }
  result.host = text.substr(0, colon);
  if (!read_number(text.substr(colon + 1, slash - colon - 1), result.http_port)) return {};
  if (!read_number(ports, result.peer_port)) return {};
  return result;
}

}  // namespace lithair::actors
