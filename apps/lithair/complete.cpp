#include <algorithm>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "actors/host.hpp"
#include "apps/lithair/secure_files.hpp"
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

std::string check_words(const draft& given, bool alone) {
  if (!alone && !given.node_id) return "--node-id: is needed with --cluster";
  if (given.made.join && !given.node_id) return "--node-id: is needed with --join";
  if (given.made.join && !alone)
    return "--join: asks the cluster for its members; leave --cluster out";
  if (given.made.join && given.made.node.init)
    return "--join: is for running clusters, --init for new ones";
  if (!given.made.restore_file.empty() && (!alone || given.made.join))
    return "--restore: makes a cluster of one; leave --cluster, --peers and --join out";
  return {};
}

/// Where it listens.
std::string complete_listening(draft& given) {
  auto& node = given.made.node;
  const auto addr = given.addr.value_or(default_addr_port);
  node.self.id = node.listen.id = protocol::node_id{given.node_id.value_or(1)};
  node.listen.host = addr.host;
  node.listen.http_port = addr.port;
  if (given.peer_addr) {
    if (given.peer_addr->host != addr.host) return "--peer-addr: must have the same host as --addr";
    node.listen.peer_port = given.peer_addr->port;
  } else {
    const auto port = default_peer_port(addr.port);
    if (!port) return "--addr: " + port.error() + " with --peer-addr";
    node.listen.peer_port = *port;
  }
  if (node.listen.peer_port == node.listen.http_port) return "--peer-addr: must differ from --addr";
  return {};
}

/// Where others find it: as --advertise says, or its own entry among the members, or where it
/// listens. That may be a wildcard still, see `settle_address`.
std::string complete_self(draft& given) {
  const bool alone = !given.members || given.members->empty();
  if (auto wrong = check_words(given, alone); !wrong.empty()) return wrong;
  if (auto wrong = complete_listening(given); !wrong.empty()) return wrong;
  auto& node = given.made.node;
  const auto& listen = node.listen;
  node.self = listen;
  if (const auto& told = given.advertise) {
    node.self.host = told->host;
    node.self.http_port = told->port.value_or(listen.http_port);
    node.self.peer_port = told->peer_port.value_or(listen.peer_port);
    if (node.self.peer_port == node.self.http_port)
      return "--advertise: names one port for clients and for other nodes";
  } else if (actors::is_wildcard(listen.host) && !alone) {
    const auto own = std::ranges::find(*given.members, listen.id, &actors::peer_address::id);
    if (own != given.members->end()) node.self = *own;
  }
  return {};
}

/// The other members: this node may be among them, if it says the same as its own settings.
std::string complete_members(draft& given) {
  auto& node = given.made.node;
  const auto& self = node.self;
  auto& peers = node.peers;
  for (const auto& member : given.members.value_or(std::vector<actors::peer_address>{})) {
    if (member == self) continue;
    if (member.id == self.id) {
      return "--cluster: " + describe(member) + " is this node's number, but this node is at " +
             to_string(endpoint{self.host, self.http_port}) +
             (member.http_port == self.http_port && member.host == self.host
                  ? ", and at " + std::to_string(self.peer_port) + " for other nodes"
                  : "") +
             (given.advertise ? "" : "; say --advertise where others find it elsewhere");
    }
    peers.push_back(member);
  }
  if (peers.empty()) {
    node.init = node.init || !given.made.join;
    return {};
  }
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

std::string complete_tls(draft& given) {
  const bool certificate = given.tls_certificate.has_value();
  if (certificate != given.tls_key.has_value())
    return certificate ? "--tls-cert: needs its key, --tls-key" : "--tls-key: needs --tls-cert";
  if (!certificate && given.tls_client_authorities) return "--tls-client-ca: needs --tls-cert";
  if (!given.made.join_authorities.empty() && !(certificate && given.made.join))
    return "--join-ca: is for --join with --tls-cert";
  if (certificate)
    given.made.tls = {*given.tls_certificate, *given.tls_key, given.tls_client_authorities};
  return {};
}

std::string complete_peer_tls(draft& given) {
  const auto& own = given.peer_tls_certificate;
  const auto& key = given.peer_tls_key;
  const auto& authorities = given.peer_tls_authorities;
  if (!own && !key && !authorities) return {};
  if (!own)
    return std::string(key ? "--peer-tls-key" : "--peer-tls-ca") + ": needs --peer-tls-cert";
  if (!key) return "--peer-tls-cert: needs its key, --peer-tls-key";
  if (!authorities) return "--peer-tls-cert: needs the authorities of the others, --peer-tls-ca";
  given.made.peer_tls = {*own, *key, *authorities};
  return {};
}

std::string complete_jwt(draft& given) {
  const auto& keys = given.jwt_keys;
  for (const auto& [flag, value] : {std::pair{"--jwt-issuer", &given.jwt_issuer},
                                    {"--jwt-audience", &given.jwt_audience},
                                    {"--jwt-roles", &given.jwt_roles}})
    if (*value && !keys) return std::string(flag) + ": needs --jwt-keys";
  if (!keys) return {};
  if (!given.jwt_issuer) return "--jwt-keys: needs whose tokens count, --jwt-issuer";
  if (!given.jwt_audience) return "--jwt-keys: needs for whom they are, --jwt-audience";
  given.made.jwt = {*keys, *given.jwt_issuer, *given.jwt_audience,
                    given.jwt_roles.value_or("roles")};
  return {};
}

/// Whoever has certificates in DIR/tls uses them for both ways.
std::string complete_secure(draft& given) {
  auto& made = given.made;
  const bool joins = !made.join_token.empty();
  if (joins && !made.join) return "--join-token: is for --join";
  made.secure = made.secure || joins;
  if (!made.secure) return {};
  const std::string_view flag = joins ? "--join-token" : "--secure";
  if (made.peer_tls)
    return std::string(flag) + ": makes the certificates of --peer-tls-cert itself; leave that out";
  if (!made.node.peers.empty())
    return std::string(flag) +
           ": a cluster begins with one node, and others --join it with a "
           "token; leave --cluster and --peers out";
  if (made.join && !joins) return "--secure: founds a cluster; with --join say --join-token";
  if (!made.restore_file.empty())
    return std::string(flag) + ": is for serving; leave it out with --restore";
  const auto kept = secure_files_of(made.node.data_dir);
  made.peer_tls = {kept.certificate, kept.key, kept.authority};
  if (made.tls) return {};
  made.tls = {kept.certificate, kept.key, std::nullopt};
  made.join_authorities = kept.authority;
  made.join_any_host = true;
  return {};
}

/// What is told of backups has to be of use.
std::string complete_backups(draft& given) {
  auto& into = given.made.node.backups;
  if (given.made.restore_until && given.made.restore_file.empty())
    return "--until: is for --restore";
  if (given.made.restore_local_of != 0 && given.made.restore_file.empty())
    return "--local-of: is for --restore";
  if (!given.backup_dir) {
    for (const auto& [told, flag] :
         {std::pair{given.backup_every.has_value(), "--backup-every"},
          std::pair{given.backup_keep.has_value(), "--backup-keep"},
          std::pair{given.backup_log_every.has_value(), "--backup-log-every"},
          std::pair{given.backup_local, "--backup-local"}})
      if (told) return std::string(flag) + ": is for --backup-dir";
    return {};
  }
  into.directory = *given.backup_dir;
  for (const auto& [told, flag] : {std::pair{given.backup_every, "--backup-every"},
                                   std::pair{given.backup_log_every, "--backup-log-every"}})
    if (told && told->count() < 100) return std::string(flag) + ": must be 100ms at least";
  const auto count = [](milliseconds time) { return static_cast<std::uint64_t>(time.count()); };
  if (given.backup_every) into.every_ms = count(*given.backup_every);
  if (given.backup_log_every)
    into.log_every_ms = static_cast<std::uint32_t>(count(*given.backup_log_every));
  if (given.backup_keep) into.keep = *given.backup_keep;
  into.local = given.backup_local;
  return {};
}

std::string check_limits(draft& given) {
  const auto& http = given.made.http;
  if (http.max_body > http.max_bodies) {
    return "--max-body: must not be larger than --max-bodies, which is for all of them";
  }
  return {};
}

/// Everything that somebody may name is judged by the one rule, `actors::why_unprotected`.
std::string check_exposure(draft& given) {
  using actors::said_with;
  auto& node = given.made.node;
  node.insecure = given.made.http.insecure = given.made.insecure;
  node.clients_by_tls = given.made.tls.has_value();
  const actors::protection by{node.clients_by_tls, given.made.peer_tls.has_value(), node.insecure};
  const auto judge = [&by](std::string_view flag, std::string_view host, std::uint16_t port,
                           said_with whom) {
    auto why = actors::why_unprotected(host, port, whom, by);
    return why.empty() ? why : std::string(flag) + ": " + why;
  };
  const bool alone = !node.lets_others_in() && !given.made.join;
  const auto judge_own = [&](std::string_view flag, const actors::peer_address& at) {
    auto why = judge(flag, at.host, at.http_port, said_with::clients);
    return why.empty() && !alone ? judge(flag, at.host, at.peer_port, said_with::peers) : why;
  };
  if (auto why = judge_own("--addr", node.listen); !why.empty()) return why;
  if (auto why = judge_own("--advertise", node.self); !why.empty()) return why;
  if (const auto& join = given.made.join)
    if (auto why = judge("--join", join->host, join->port, said_with::clients); !why.empty())
      return why;
  for (const auto& peer : node.peers)
    if (auto why = judge("--cluster", peer.host, peer.peer_port, said_with::peers); !why.empty())
      return why;
  return {};
}

}  // namespace

std::string complete(draft& given) {
  if (auto wrong = expand_shorthand(given); !wrong.empty()) return wrong;
  if (given.data_dir) given.made.node.data_dir = *given.data_dir;
  for (const auto step :
       {complete_self, complete_members, complete_timing, complete_tls, complete_peer_tls,
        complete_secure, complete_jwt, complete_backups, check_limits, check_exposure}) {
    if (auto wrong = step(given); !wrong.empty()) return wrong;
  }
  return {};
}

}  // namespace lithair::apps
