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
/// Why a node that was not told --insecure neither listens nor goes to `host`; empty: it may, for
/// nothing of it leaves this machine. The one rule, and the one sentence, for whatever address
/// somebody gives: as long as links are not encrypted. Without a full stop at the end.
std::string why_unprotected(std::string_view host, std::uint16_t port);

}  // namespace lithair::actors
