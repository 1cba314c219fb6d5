#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lithair::ctl {

/// Where a node answers HTTP.
struct endpoint {
  bool tls = false;
  std::string authority;  ///< HOST:PORT, an IPv6 address in brackets

  std::string url() const { return (tls ? "https://" : "http://") + authority; }

  bool operator==(const endpoint&) const = default;
};

/// `127.0.0.1:8080`, `node-1`, `https://[fd00::1]:8443`; without a port 8080 is meant, without a
/// scheme HTTPS where `tls` says so. Throws `failure` (usage) for what is none.
endpoint read_endpoint(std::string_view text, bool tls);

/// Several, with commas between; at least one.
std::vector<endpoint> read_endpoints(std::string_view text, bool tls);

}  // namespace lithair::ctl
