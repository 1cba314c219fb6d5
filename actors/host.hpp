#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// What can be told from a host's text alone: nothing is looked up. Pure.
namespace lithair::actors {

/// Whether a host names this machine's loopback and nothing else. A name may resolve to anything,
/// so none does.
bool is_loopback(std::string_view host);
/// Whether it stands for all addresses of a machine (0.0.0.0, ::, or nothing): one may listen
/// there, and nobody can come there.
bool is_wildcard(std::string_view host);
/// `host:port`, with an IPv6 host in brackets (RFC 3986 §3.2.2).
std::string host_and_port(std::string_view host, std::uint16_t port);
/// What keeps from others what a node says and hears where that leaves its machine.
struct protection {
  bool clients = false;   ///< it speaks HTTPS with clients, and asks other nodes by it (--join)
  bool peers = false;     ///< its links to other nodes are under TLS, both ends known
  bool insecure = false;  ///< its operator does without, and said so
};

/// With whom something is said at an address.
enum class said_with : std::uint8_t { clients, peers };

/// Why a node with such protection neither listens at `host` nor goes there; empty: it may, for
/// nothing of it leaves this machine, or what does is protected. The one rule, and the one
/// sentence, for whatever address somebody gives. Without a full stop at the end.
std::string why_unprotected(std::string_view host, std::uint16_t port, said_with whom,
                            const protection& by);

}  // namespace lithair::actors
