#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lithair::http {

/// The names by which a node may be asked. A page that a browser shows can have its own name lead
/// to this node's address (DNS rebinding), and would then read and write here as if it came from
/// here; what it can't do is to have the browser say another name than its own. Addresses can't be
/// rebound, and so is `localhost`: both are always right, whatever forwards to this node. The port
/// is not looked at, for it says nothing about whose page it is, and forwarders change it.
///
/// Immutable; any thread.
class host_names {
 public:
  /// `own`: the hosts at which the node says that it is. `allowed`: names, `.example.org` for that
  /// one and all below it, `*` for all.
  host_names(const std::vector<std::string>& own, const std::vector<std::string>& allowed);

  /// Whether this is one of them. `authority` as in Host: a host, and perhaps a port (RFC 9110
  /// §7.2). An empty one names nobody and is right.
  bool has(std::string_view authority) const;

 private:
  void add(std::string_view pattern);

  bool all_ = false;
  std::vector<std::string> exact_;  // in lower case, as the domains
  std::vector<std::string> domains_;
};

/// What is wrong with a pattern for `host_names`, as the end of a sentence; empty: nothing.
std::string why_no_host_pattern(std::string_view pattern);

/// Names of hosts and schemes are compared in lower case, letters of ASCII alone (RFC 9110 §4.2.3).
std::string lower_case(std::string_view text);

/// Host and port of an authority, the host without brackets; the port is empty where there is none.
struct authority_parts {
  std::string_view host;
  std::string_view port;  ///< digits
  bool bracketed = false;
};

/// Cuts it at its port. What is no authority becomes a host that is no name of anybody.
authority_parts parts_of(std::string_view authority);

/// Whether a page of `origin` (an Origin header, RFC 6454 §7) is of the host that was asked: the
/// same host and port, where none counts as the usual one of the page's scheme, since whoever ends
/// TLS in front of this node changes only the scheme.
bool is_origin_of(std::string_view origin, std::string_view authority);

}  // namespace lithair::http
