#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "apps/lithair/setting.hpp"

namespace lithair::apps {
namespace {

constexpr endpoint default_addr_port{"127.0.0.1", 8080};

std::string describe(const actors::peer_address& x) {
  return std::to_string(x.id.value) + "=" + to_string(endpoint{x.host, x.http_port});
}

/// --port and --peers in the words of the other settings: a node per port on this machine, numbered
/// by rank; the first founds the cluster.
std::string expand_shorthand(draft& x) {
  if (x.port && x.addr) return "--port: says the same as --addr; use one of them";
  if (x.port) x.addr = endpoint{"127.0.0.1", *x.port};
  if (!x.peers) return {};
  if (!x.port) return "--peers: needs --port";
  if (x.members) return "--peers: says the same as --cluster; use one of them";
  if (x.node_id) return "--node-id: follows from the ports when --peers is given";
  auto ports = *x.peers;
  std::erase(ports, *x.port);
  ports.push_back(*x.port);
  std::ranges::sort(ports);
  if (std::ranges::adjacent_find(ports) != ports.end()) return "--peers: names a port twice";
  x.members.emplace();
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const auto peer_port = default_peer_port(ports[i]);
    if (!peer_port) return "--peers: " + peer_port.error();
    const actors::peer_address member{protocol::node_id{i + 1}, "127.0.0.1", ports[i], *peer_port};
    if (ports[i] == *x.port) {
      x.node_id = i + 1;
    } else {
      x.members->push_back(member);
    }
  }
  x.made.node.init = x.made.node.init || *x.node_id == 1;
  if (!x.data_dir) x.data_dir = "./lithair-data/node-" + std::to_string(*x.node_id);
  return {};
}

std::string complete_self(draft& x) {
  auto& self = x.made.node.self;
  const auto addr = x.addr.value_or(default_addr_port);
  const bool alone = !x.members || x.members->empty();
  if (!alone && !x.node_id) return "--node-id: is needed with --cluster";
  if (x.made.join && !x.node_id) return "--node-id: is needed with --join";
  if (x.made.join && !alone) return "--join: asks the cluster for its members; leave --cluster out";
  if (x.made.join && x.made.node.init)
    return "--join: is for running clusters, --init for new ones";
  if (!x.made.restore_file.empty() && (!alone || x.made.join))
    return "--restore: makes a cluster of one; leave --cluster, --peers and --join out";
  self.id = protocol::node_id{x.node_id.value_or(1)};
  self.host = addr.host;
  self.http_port = addr.port;
  if (x.peer_addr) {
    if (x.peer_addr->host != addr.host) return "--peer-addr: must have the same host as --addr";
    self.peer_port = x.peer_addr->port;
  } else {
    const auto port = default_peer_port(addr.port);
    if (!port) return "--addr: " + port.error() + " with --peer-addr";
    self.peer_port = *port;
  }
  if (self.peer_port == self.http_port) return "--peer-addr: must differ from --addr";
  if (alone && !x.made.join) x.made.node.init = true;
  return {};
}

/// The other members: this node may be among them, if it says the same as its own settings.
std::string complete_members(draft& x) {
  const auto& self = x.made.node.self;
  auto& peers = x.made.node.peers;
  for (const auto& member : x.members.value_or(std::vector<actors::peer_address>{})) {
    if (member == self) continue;
    if (member.id == self.id) {
      return "--cluster: " + describe(member) + " is this node's number, but this node is at " +
             to_string(endpoint{self.host, self.http_port});
    }
    peers.push_back(member);
  }
  if (peers.empty()) return {};
  std::vector<std::string> taken{to_string(endpoint{self.host, self.http_port}),
                                 to_string(endpoint{self.host, self.peer_port})};
  for (const auto& member : peers) {
    for (const auto port : {member.http_port, member.peer_port}) {
      const auto where = to_string(endpoint{member.host, port});
      if (std::ranges::find(taken, where) != taken.end()) {
        return "--cluster: " + where + " is used twice";
      }
      taken.push_back(where);
    }
  }
  return {};
}

/// Time in ticks: the longest tick of at most 10 ms that divides all three durations.
std::string complete_timing(draft& x) {
  auto& node = x.made.node;
  if (x.heartbeat.count() == 0) return "--heartbeat: must be longer than nothing";
  const auto divisor =
      std::gcd(std::gcd(x.heartbeat.count(), x.election.low.count()), x.election.high.count());
  auto tick = std::min<std::int64_t>(divisor, 10);
  while (divisor % tick != 0) --tick;
  const auto in_ticks = [tick](milliseconds t) {
    return static_cast<std::uint32_t>(t.count() / tick);
  };
  node.tick_ms = static_cast<std::uint32_t>(tick);
  node.raft.election_min_ticks = in_ticks(x.election.low);
  node.raft.election_max_ticks = in_ticks(x.election.high);
  node.raft.heartbeat_ticks = in_ticks(x.heartbeat);
  if (x.heartbeat * 2 > x.election.low) {
    return "--heartbeat: must be at most half of the shortest --election-timeout";
  }
  return {};
}

std::string check_exposure(const draft& x) {
  const auto& node = x.made.node;
  if (x.made.insecure) return {};
  if (!is_loopback(node.self.host)) {
    return "--addr: " + node.self.host +
           " is reachable from other machines, and nothing protects it; say --insecure to accept "
           "that";
  }
  for (const auto& peer : node.peers) {
    if (!is_loopback(peer.host)) {
      return "--cluster: traffic with " + describe(peer) +
             " would cross the network unprotected; say --insecure to accept that";
    }
  }
  return {};
}

}  // namespace

std::string complete(draft& x) {
  for (const auto step : {expand_shorthand, complete_self, complete_members, complete_timing}) {
    if (auto wrong = step(x); !wrong.empty()) return wrong;
  }
  if (x.data_dir) x.made.node.data_dir = *x.data_dir;
  return check_exposure(x);
}

}  // namespace lithair::apps
