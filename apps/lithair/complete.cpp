#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "apps/lithair/setting.hpp"

namespace lithair::apps {
namespace {

const endpoint default_addr_port{"127.0.0.1", 8080};

std::string describe(const actors::peer_address& peer) {
  return std::to_string(peer.id.value) + "=" + to_string(endpoint{peer.host, peer.http_port});
}

/// --port and --peers in the words of the other settings: a node per port on this machine, numbered
/// by rank; the first founds the cluster.
std::string expand_shorthand(draft& given) {
  if (given.port && given.addr) return "--port: says the same as --addr; use one of them";
  if (given.port) given.addr = endpoint{"127.0.0.1", *given.port};
  if (!given.peers) return {};
  if (!given.port) return "--peers: needs --port";
  if (given.members) return "--peers: says the same as --cluster; use one of them";
  if (given.node_id) return "--node-id: follows from the ports when --peers is given";
  auto ports = *given.peers;
  std::erase(ports, *given.port);
  ports.push_back(*given.port);
  std::ranges::sort(ports);
  if (std::ranges::adjacent_find(ports) != ports.end()) return "--peers: names a port twice";
  given.members.emplace();
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const auto peer_port = default_peer_port(ports[i]);
    if (!peer_port) return "--peers: " + peer_port.error();
    const actors::peer_address member{protocol::node_id{i + 1}, "127.0.0.1", ports[i], *peer_port};
    if (ports[i] == *given.port) {
      given.node_id = i + 1;
    } else {
      given.members->push_back(member);
    }
  }
  given.made.node.init = given.made.node.init || *given.node_id == 1;
  if (!given.data_dir) given.data_dir = "./lithair-data/node-" + std::to_string(*given.node_id);
  return {};
}

std::string complete_self(draft& given) {
  auto& self = given.made.node.self;
  const auto addr = given.addr.value_or(default_addr_port);
  const bool alone = !given.members || given.members->empty();
  if (!alone && !given.node_id) return "--node-id: is needed with --cluster";
  if (given.made.join && !given.node_id) return "--node-id: is needed with --join";
  if (given.made.join && !alone)
    return "--join: asks the cluster for its members; leave --cluster out";
  if (given.made.join && given.made.node.init)
    return "--join: is for running clusters, --init for new ones";
  if (!given.made.restore_file.empty() && (!alone || given.made.join))
    return "--restore: makes a cluster of one; leave --cluster, --peers and --join out";
  self.id = protocol::node_id{given.node_id.value_or(1)};
  self.host = addr.host;
  self.http_port = addr.port;
  if (given.peer_addr) {
    if (given.peer_addr->host != addr.host) return "--peer-addr: must have the same host as --addr";
    self.peer_port = given.peer_addr->port;
  } else {
    const auto port = default_peer_port(addr.port);
    if (!port) return "--addr: " + port.error() + " with --peer-addr";
    self.peer_port = *port;
  }
  if (self.peer_port == self.http_port) return "--peer-addr: must differ from --addr";
  if (alone && !given.made.join) given.made.node.init = true;
  return {};
}

/// The other members: this node may be among them, if it says the same as its own settings.
std::string complete_members(draft& given) {
  const auto& self = given.made.node.self;
  auto& peers = given.made.node.peers;
  for (const auto& member : given.members.value_or(std::vector<actors::peer_address>{})) {
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
std::string complete_timing(draft& given) {
  auto& node = given.made.node;
  if (given.heartbeat.count() == 0) return "--heartbeat: must be longer than nothing";
  const auto divisor = std::gcd(std::gcd(given.heartbeat.count(), given.election.low.count()),
                                given.election.high.count());
  auto tick = std::min<std::int64_t>(divisor, 10);
  while (divisor % tick != 0) --tick;
  const auto in_ticks = [tick](milliseconds t) {
    return static_cast<std::uint32_t>(t.count() / tick);
  };
  node.tick_ms = static_cast<std::uint32_t>(tick);
  node.raft.election_min_ticks = in_ticks(given.election.low);
  node.raft.election_max_ticks = in_ticks(given.election.high);
  node.raft.heartbeat_ticks = in_ticks(given.heartbeat);
  if (given.heartbeat * 2 > given.election.low) {
    return "--heartbeat: must be at most half of the shortest --election-timeout";
  }
  return {};
}

std::string check_limits(draft& given) {
  const auto& http = given.made.http;
  if (http.max_body > http.max_bodies) {
    return "--max-body: must not be larger than --max-bodies, which is for all of them";
  }
  return {};
}

std::string check_exposure(const draft& given) {
  const auto& node = given.made.node;
  if (given.made.insecure) return {};
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

std::string complete(draft& given) {
  for (const auto step :
       {expand_shorthand, complete_self, complete_members, complete_timing, check_limits}) {
    if (auto wrong = step(given); !wrong.empty()) return wrong;
  }
  if (given.data_dir) given.made.node.data_dir = *given.data_dir;
  return check_exposure(given);
}

}  // namespace lithair::apps
