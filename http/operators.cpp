#include "http/operators.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "actors/host.hpp"
#include "http/bearer_token.hpp"
#include "http/certificate_office.hpp"
#include "http/exchange.hpp"

namespace lithair::http {

namespace {

// What proxies add, so that a server knows for whom they speak (RFC 7239, RFC 9110 §7.6.3).
constexpr std::array<std::string_view, 4> marks_of_proxies{"Forwarded", "X-Forwarded-For",
                                                           "X-Real-IP", "Via"};

bool comes_through_proxy(const request& r) {
  return std::ranges::any_of(marks_of_proxies,
                             [&r](std::string_view name) { return r.find(name) != nullptr; });
}

// Whoever has the authority's key could be any node.
bool shows_proof(const request& r, const site& site) {
  const auto* shown = r.find("Authorization");
  return shown != nullptr && site.certificates != nullptr &&
         site.certificates->admits(bearer_of(*shown));
}

}  // namespace

std::optional<response> check_operator(const request& r, const site& site, const guest& who) {
  if (shows_proof(r, site) || who.may(access_role::admin)) return std::nullopt;
  if (site.cluster_token != nullptr) return check_cluster_token(r, site.cluster_token);
  // Where an identity provider says who asks, somebody has to make the first token.
  if (who.is_guarded() && !who.table->is_open()) return must_be_admin(who);
  if (is_on_this_machine(r)) return std::nullopt;
  return problem_response(
      403, "forbidden",
      "This is for clients on the node's own machine, as it has no cluster token. Start it with "
      "--cluster-token FILE and show the token (Authorization: Bearer TOKEN), or ask from there.");
}

bool is_on_this_machine(const request& r) { return r.from_this_machine && !comes_through_proxy(r); }

// On the node's own machine there may be others who may not be any node.
std::optional<response> check_holder(const request& r, const site& site) {
  if (site.certificates == nullptr)
    return problem_response(404, "not_found",
                            "This cluster has no authority of its own (--secure).");
  if (shows_proof(r, site)) return std::nullopt;
  return problem_response(403, "forbidden",
                          "This is for who holds the key of the cluster's authority: ask with "
                          "lithair_node token --data-dir DIR, where a node is.");
}

bool comes_from_this_machine(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return false;
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes = nullptr;
  if (address.ss_family == AF_UNIX) return true;
  if (address.ss_family == AF_INET)
    bytes = &reinterpret_cast<const sockaddr_in*>(&address)->sin_addr;
  else if (address.ss_family == AF_INET6)
    bytes = &reinterpret_cast<const sockaddr_in6*>(&address)->sin6_addr;
  if (bytes == nullptr || inet_ntop(address.ss_family, bytes, text.data(), text.size()) == nullptr)
    return false;
  return actors::is_loopback(text.data());
}

}  // namespace lithair::http
