#include "apps/lithair/own_address.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <memory>

#include "actors/host.hpp"

namespace lithair::apps {
namespace {

bool is_ipv6(const std::string& address) { return address.find(':') != std::string::npos; }

std::string listed(const std::vector<std::string>& all) {
  std::string made;
  for (const auto& each : all) made += (made.empty() ? "" : ", ") + each;
  return made;
}

/// Empty for what others can't come to.
std::string text_of(const ifaddrs& each) {
  if (each.ifa_addr == nullptr || (each.ifa_flags & IFF_UP) == 0) return {};
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (each.ifa_addr->sa_family == AF_INET) {
    const auto& in = reinterpret_cast<const sockaddr_in*>(each.ifa_addr)->sin_addr;
    inet_ntop(AF_INET, &in, text.data(), text.size());
  } else if (each.ifa_addr->sa_family == AF_INET6) {
    const auto& in = reinterpret_cast<const sockaddr_in6*>(each.ifa_addr)->sin6_addr;
    if (IN6_IS_ADDR_LINKLOCAL(&in)) return {};
    inet_ntop(AF_INET6, &in, text.data(), text.size());
  } else {
    return {};
  }
  return actors::is_loopback(text.data()) ? std::string{} : std::string{text.data()};
}

}  // namespace

std::string settle_address(settings& chosen, const std::vector<std::string>& addresses) {
  auto& host = chosen.node.self.host;
  if (!actors::is_wildcard(host)) return {};
  std::vector<std::string> four;
  std::vector<std::string> six;
  for (const auto& each : addresses) (is_ipv6(each) ? six : four).push_back(each);
  // A socket at 0.0.0.0 takes nobody who comes by IPv6; one at :: takes both.
  if (!is_ipv6(host)) six.clear();
  const auto& able = four.empty() ? six : four;
  if (able.size() > 1)
    return "--addr: nobody can come to " + to_string(endpoint{host, chosen.node.self.http_port}) +
           ", and this machine has several addresses (" + listed(able) +
           "); name the one that others use with --advertise HOST";
  host = able.empty() ? (is_ipv6(host) ? "::1" : "127.0.0.1") : able.front();
  return {};
}

std::vector<std::string> addresses_of_machine() {
  ifaddrs* found = nullptr;
  if (::getifaddrs(&found) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner{found, &::freeifaddrs};
  std::vector<std::string> result;
  for (const auto* each = found; each != nullptr; each = each->ifa_next)
    if (auto text = text_of(*each); !text.empty()) result.push_back(std::move(text));
  std::ranges::stable_partition(result, [](const auto& each) { return !is_ipv6(each); });
  return result;
}

}  // namespace lithair::apps
