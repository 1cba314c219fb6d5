#include "actors/host.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <optional>

namespace lithair::actors {

namespace {

// As getaddrinfo reads numbers, the short forms of IPv4 among them ("0", "127.1").
std::optional<std::uint32_t> as_ipv4(const std::string& host) {
  in_addr address{};
  if (::inet_aton(host.c_str(), &address) == 0) return std::nullopt;
  return ntohl(address.s_addr);
}

std::optional<in6_addr> as_ipv6(const std::string& host) {
  in6_addr address{};
  if (::inet_pton(AF_INET6, host.c_str(), &address) != 1) return std::nullopt;
  return address;
}

std::uint32_t mapped_ipv4(const in6_addr& address) {
  std::uint32_t result = 0;
  for (int i = 12; i < 16; ++i) result = (result << 8) | address.s6_addr[i];
  return result;
}

constexpr bool is_loopback(std::uint32_t ipv4) { return ipv4 >> 24 == 127; }

}  // namespace

bool is_loopback(std::string_view host) {
  const std::string text{host};
  if (const auto four = as_ipv4(text)) return is_loopback(*four);
  const auto six = as_ipv6(text);
  if (!six) return false;
  const bool mapped = IN6_IS_ADDR_V4MAPPED(&*six);
  return mapped ? is_loopback(mapped_ipv4(*six)) : IN6_IS_ADDR_LOOPBACK(&*six);
}

bool is_wildcard(std::string_view host) {
  const std::string text{host};
  if (text.empty()) return true;
  if (const auto four = as_ipv4(text)) return *four == 0;
  const auto six = as_ipv6(text);
  if (!six) return false;
  const bool mapped = IN6_IS_ADDR_V4MAPPED(&*six);
  return mapped ? mapped_ipv4(*six) == 0 : IN6_IS_ADDR_UNSPECIFIED(&*six);
}

std::string host_and_port(std::string_view host, std::uint16_t port) {
  const bool bracketed = host.find(':') != std::string_view::npos;
  std::string result = bracketed ? "[" : "";
  result += host;
  if (bracketed) result += ']';
  return result + ':' + std::to_string(port);
}

std::string why_unprotected(std::string_view host, std::uint16_t port, said_with whom,
                            const protection& by) {
  const bool of_clients = whom == said_with::clients;
  if (by.insecure || (of_clients ? by.clients : by.peers) || is_loopback(host)) return {};
  return host_and_port(host, port) +
         " can be reached from other machines, and nothing protects what " +
         (of_clients ? "clients say there; start with --tls-cert and --tls-key"
                     : "nodes say there; start with --peer-tls-cert, --peer-tls-key and "
                       "--peer-tls-ca") +
         ", or with --insecure to accept that";
}

}  // namespace lithair::actors
