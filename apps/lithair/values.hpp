#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "actors/config.hpp"

/// The words in which people write settings, read strictly: a text either means one thing or is
/// refused with a sentence that shows a right one. Pure.
namespace lithair::apps {

/// A value, or what is wrong with its text: the end of a sentence that begins with the setting's
/// name.
template <class T>
using read = tl::expected<T, std::string>;

/// Of all times in settings.
using milliseconds = std::chrono::milliseconds;

/// From `low` to `high`, both included where it matters.
struct duration_range {
  milliseconds low{0};
  milliseconds high{0};

  bool operator==(const duration_range&) const = default;
};

/// Where something listens.
struct endpoint {
  std::string host;  ///< without the brackets of an IPv6 address
  std::uint16_t port = 0;

  bool operator==(const endpoint&) const = default;
};

/// Where a node is found by others.
struct advertised {
  std::string host;                        ///< without the brackets of an IPv6 address
  std::optional<std::uint16_t> port;       ///< for clients; none: the one it listens on
  std::optional<std::uint16_t> peer_port;  ///< for the other nodes; likewise

  bool operator==(const advertised&) const = default;
};

/// Decimal digits only, within [low, high].
read<std::uint64_t> read_number(std::string_view text, std::uint64_t low, std::uint64_t high);
/// `true`, `false`, `1`, `0`, `yes`, `no`, `on`, `off`.
read<bool> read_switch(std::string_view text);
/// `50ms`, `2s`, `1m`.
read<milliseconds> read_duration(std::string_view text);
/// `150-300ms`, `150ms-1s`.
read<duration_range> read_duration_range(std::string_view text);
/// `65536`, `64KiB`, `16MiB`, `2GiB`; `kB`, `MB` and `GB` are powers of ten.
read<std::uint64_t> read_size(std::string_view text);
/// `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`; `localhost` becomes `127.0.0.1`.
read<endpoint> read_endpoint(std::string_view text);
/// `node-1`, `node-1:8080`, `node-1:8080/9080`, `[fd00::1]:8080`: a name or an address that others
/// can come to, and ports where they are not those that the node listens on.
read<advertised> read_advertised(std::string_view text);
/// `2=127.0.0.1:8081,3=127.0.0.1:8082/9182`: id, HTTP address and, where it is not the HTTP port +
/// 1000, the port for the other nodes.
read<std::vector<actors::peer_address>> read_members(std::string_view text);
/// `shop.example.org,.cluster.local`, `*`: names for `http::host_names`.
read<std::vector<std::string>> read_host_names(std::string_view text);
/// `https://shop.example.org,http://localhost:3000`, `*`: origins for `http::shared_origins`.
read<std::vector<std::string>> read_origins(std::string_view text);
/// `8082,8083`.
read<std::vector<std::uint16_t>> read_ports(std::string_view text);

/// The peer port that goes with an HTTP port: 1000 higher, or what is wrong with it.
read<std::uint16_t> default_peer_port(std::uint16_t http_port);
/// `host:port`, an IPv6 host in brackets.
std::string to_string(const endpoint& where);

}  // namespace lithair::apps
