#include "apps/lithair/values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include "actors/host.hpp"
#include "http/host_names.hpp"
#include "http/shared_origins.hpp"

namespace lithair::apps {
namespace {

constexpr std::uint16_t peer_port_distance = 1000;

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

constexpr std::string_view nowhere = "an address that others could come to";

tl::unexpected<std::string> refuse(std::string_view text, std::string_view what) {
  return tl::unexpected(quoted(text) + " is not " + std::string(what));
}

/// A number followed by one of a few units.
struct measure {
  std::uint64_t count = 0;
  std::string_view unit;
};

std::pair<bool, measure> split_measure(std::string_view text) {
  measure made;
  const auto* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, made.count);
  made.unit = std::string_view(rest, static_cast<std::size_t>(end - rest));
  return {error == std::errc{} && rest != text.data(), made};
}

using unit = std::pair<std::string_view, std::uint64_t>;

/// The measure in its smallest unit, when the unit is known and the product fits.
template <std::size_t N>
bool scale(const measure& one, const std::array<unit, N>& units, std::uint64_t limit,
           std::uint64_t& out) {
  for (const auto& [name, factor] : units) {
    if (one.unit == name) {
      out = one.count * factor;
      return one.count <= limit / factor;
    }
  }
  return false;
}

constexpr std::array<unit, 4> time_units{unit{"ms", 1}, unit{"s", 1000}, unit{"m", 60'000},
                                         unit{"h", 3'600'000}};
constexpr std::array<unit, 9> size_units{unit{"", 1},
                                         unit{"B", 1},
                                         unit{"kB", 1000},
                                         unit{"MB", 1000'000},
                                         unit{"GB", 1000'000'000},
                                         unit{"KiB", 1ull << 10},
                                         unit{"MiB", 1ull << 20},
                                         unit{"GiB", 1ull << 30},
                                         unit{"TiB", 1ull << 40}};

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

bool host_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
         c == '-' || c == '_';  // Names of containers have underscores.
}

bool address_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' ||
         c == '.';
}

/// The host of `host:port`; empty when it can't be one.
std::string_view host_part(std::string_view text) {
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
    text = text.substr(1, text.size() - 2);
    const bool fine = text.find(':') != std::string_view::npos;
    return fine && std::ranges::all_of(text, address_character) ? text : std::string_view{};
  }
  return std::ranges::all_of(text, host_character) ? text : std::string_view{};
}

read<actors::peer_address> read_member(std::string_view text) {
  constexpr auto shape = "a member like 2=127.0.0.1:8081 or 2=127.0.0.1:8081/9081";
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) return refuse(text, shape);
  const auto id = read_number(text.substr(0, equals), 1, std::numeric_limits<std::uint64_t>::max());
  auto rest = text.substr(equals + 1);
  const auto slash = rest.find('/');
  const auto where = read_endpoint(rest.substr(0, slash));
  if (!id || !where) return refuse(text, shape);
  auto peer_port = default_peer_port(where->port);
  if (slash != std::string_view::npos) {
    const auto port = read_number(rest.substr(slash + 1), 1, 65535);
    if (!port) return refuse(text, shape);
    peer_port = static_cast<std::uint16_t>(*port);
  }
  if (!peer_port) return tl::unexpected(quoted(text) + ": " + peer_port.error());
  if (actors::is_wildcard(where->host)) return refuse(text, nowhere);
  return actors::peer_address{protocol::node_id{*id}, where->host, where->port, *peer_port};
}

/// A list with commas, as its parts; `why_not` tells what is wrong with one.
read<std::vector<std::string>> read_each(std::string_view text,
                                         std::string (*why_not)(std::string_view)) {
  std::vector<std::string> parts;
  for (const auto part : split(text, ',')) {
    if (auto wrong = why_not(part); !wrong.empty()) return tl::unexpected(wrong);
    parts.emplace_back(part);
  }
  return parts;
}

}  // namespace

read<std::uint64_t> read_number(std::string_view text, std::uint64_t low, std::uint64_t high) {
  const auto [fine, x] = split_measure(text);
  if (!fine || !x.unit.empty()) return refuse(text, "a whole number");
  if (x.count < low || x.count > high) {
    return tl::unexpected(quoted(text) + " is not between " + std::to_string(low) + " and " +
                          std::to_string(high));
  }
  return x.count;
}

read<bool> read_switch(std::string_view text) {
  constexpr std::array<std::string_view, 4> yes{"true", "1", "yes", "on"};
  constexpr std::array<std::string_view, 4> no{"false", "0", "no", "off"};
  if (std::ranges::find(yes, text) != yes.end()) return true;
  if (std::ranges::find(no, text) != no.end()) return false;
  return refuse(text, "true or false");
}

read<milliseconds> read_duration(std::string_view text) {
  constexpr std::uint64_t day = 86'400'000;
  std::uint64_t ms = 0;
  const auto [fine, x] = split_measure(text);
  if (!fine || !scale(x, time_units, day, ms)) {
    return refuse(text, "a duration like 50ms, 2s, 5m or 1h, of one day at most");
  }
  return milliseconds{ms};
}

read<duration_range> read_duration_range(std::string_view text) {
  constexpr auto shape = "a range of durations like 150-300ms";
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return refuse(text, shape);
  const auto high = read_duration(text.substr(dash + 1));
  if (!high) return refuse(text, shape);
  // A first number without a unit has the unit of the second.
  auto low_text = std::string(text.substr(0, dash));
  if (const auto [fine, x] = split_measure(low_text); fine && x.unit.empty()) {
    low_text += split_measure(text.substr(dash + 1)).second.unit;
  }
  const auto low = read_duration(low_text);
  if (!low) return refuse(text, shape);
  if (*low >= *high) return tl::unexpected(quoted(text) + " does not rise");
  return duration_range{*low, *high};
}

read<std::uint64_t> read_size(std::string_view text) {
  std::uint64_t bytes = 0;
  const auto [fine, x] = split_measure(text);
  if (!fine || !scale(x, size_units, std::uint64_t{1} << 50, bytes)) {
    return refuse(text, "a size like 65536, 64KiB or 1MiB");
  }
  return bytes;
}

read<endpoint> read_endpoint(std::string_view text) {
  constexpr auto shape = "an address like 127.0.0.1:8080";
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return refuse(text, shape);
  const auto host = host_part(text.substr(0, colon));
  const auto port = read_number(text.substr(colon + 1), 1, 65535);
  if (host.empty() || !port) return refuse(text, shape);
  return endpoint{host == "localhost" ? "127.0.0.1" : std::string(host),
                  static_cast<std::uint16_t>(*port)};
}

read<advertised> read_advertised(std::string_view text) {
  constexpr auto shape = "a host like node-1, node-1:8080 or node-1:8080/9080";
  advertised made;
  const auto slash = text.find('/');
  if (slash != std::string_view::npos) {
    const auto port = read_number(text.substr(slash + 1), 1, 65535);
    if (!port) return refuse(text, shape);
    made.peer_port = static_cast<std::uint16_t>(*port);
  }
  auto host = text.substr(0, slash);
  // The colons of an IPv6 address lie within its brackets.
  if (const auto colon = host.rfind(':');
      colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) {
    const auto port = read_number(host.substr(colon + 1), 1, 65535);
    if (!port) return refuse(text, shape);
    made.port = static_cast<std::uint16_t>(*port);
    host = host.substr(0, colon);
  }
  host = host_part(host);
  if (host.empty() || (made.peer_port && !made.port)) return refuse(text, shape);
  if (actors::is_wildcard(host)) return refuse(text, nowhere);
  made.host = host == "localhost" ? "127.0.0.1" : std::string(host);
  return made;
}

read<std::vector<actors::peer_address>> read_members(std::string_view text) {
  std::vector<actors::peer_address> members;
  for (const auto part : split(text, ',')) {
    auto member = read_member(part);
    if (!member) return tl::unexpected(std::move(member.error()));
    const auto same = [&member](const auto& other) { return other.id == member->id; };
    if (std::ranges::any_of(members, same)) {
      return tl::unexpected("member " + std::to_string(member->id.value) + " is named twice");
    }
    members.push_back(std::move(*member));
  }
  return members;
}

read<std::vector<std::string>> read_host_names(std::string_view text) {
  return read_each(text, http::why_no_host_pattern);
}

read<std::vector<std::string>> read_origins(std::string_view text) {
  return read_each(text, http::why_no_origin);
}

read<std::vector<std::uint16_t>> read_ports(std::string_view text) {
  std::vector<std::uint16_t> ports;
  for (const auto part : split(text, ',')) {
    const auto port = read_number(part, 1, 65535);
    if (!port) return refuse(text, "a list of ports like 8082,8083");
    ports.push_back(static_cast<std::uint16_t>(*port));
  }
  return ports;
}

read<std::uint16_t> default_peer_port(std::uint16_t http_port) {
  if (http_port > 65535 - peer_port_distance) {
    return tl::unexpected("the port for the other nodes would be " +
                          std::to_string(http_port + peer_port_distance) +
                          ", which does not exist; name another one");
  }
  return static_cast<std::uint16_t>(http_port + peer_port_distance);
}

std::string to_string(const endpoint& where) {
  return actors::host_and_port(where.host, where.port);
}

}  // namespace lithair::apps
