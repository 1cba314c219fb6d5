#include "apps/lithair/setting.hpp"

#include <array>
#include <limits>
#include <utility>

#include "models/value/timestamp.hpp"

namespace lithair::apps {
namespace {

constexpr auto any = std::numeric_limits<std::uint64_t>::max();

/// Stores what a reader made of a text, or says what is wrong.
template <class T, class Target>
std::string store(read<T> convert, Target& target) {
  if (!convert) return convert.error();
  target = static_cast<Target>(std::move(*convert));
  return {};
}
template <class T, class Target>
std::string store(read<T> convert, std::optional<Target>& target) {
  if (!convert) return convert.error();
  target = static_cast<Target>(std::move(*convert));
  return {};
}
std::string store_ms(read<milliseconds> convert, std::uint32_t& target) {
  if (!convert) return convert.error();
  if (convert->count() == 0) return "must be longer than nothing";
  target = static_cast<std::uint32_t>(convert->count());
  return {};
}
/// Sizes of zero would refuse everything.
template <class Target>
std::string store_size(read<std::uint64_t> convert, Target& target) {
  if (convert && *convert == 0) return "must be larger than nothing";
  return store(std::move(convert), target);
}

/// Budgets that a single request could not pass would refuse what the other limits allow.
std::string store_at_least(std::uint64_t least, std::string_view text,
                           const read<std::uint64_t>& convert, std::size_t& target) {
  if (convert && *convert < least) return std::string(text);
  return store(convert, target);
}
std::string store_bodies(const read<std::uint64_t>& convert, std::size_t& target) {
  return store_at_least(std::uint64_t{16} << 20, "must be 16MiB at least, for one _bulk", convert,
                        target);
}
std::string store_pages(const read<std::uint64_t>& convert, std::size_t& target) {
  return store_at_least(std::uint64_t{8} << 20, "must be 8MiB at least, for one page of a list",
                        convert, target);
}

std::string take_text(std::string& target, std::string_view text) {
  if (text.empty()) return "must not be empty";
  target = text;
  return {};
}

std::string take_text(std::optional<std::string>& target, std::string_view text) {
  target.emplace();
  return take_text(*target, text);
}

std::string take_read_mode(draft& given, std::string_view text) {
  if (text != "read-index" && text != "lease") {
    return "'" + std::string(text) + "' is neither read-index nor lease";
  }
  given.made.node.raft.lease_reads = text == "lease";
  return {};
}

std::string take_log_format(draft& given, std::string_view text) {
  if (text != "text" && text != "json")
    return "'" + std::string(text) + "' is neither text nor json";
  given.made.log = text == "json" ? log_format::json : log_format::text;
  return {};
}

std::string take_log_level(draft& given, std::string_view text) {
  constexpr std::array<std::string_view, 5> levels{"debug", "info", "warn", "error", "off"};
  for (const auto level : levels) {
    if (text == level) return take_text(given.made.log_level, text);
  }
  return "'" + std::string(text) + "' is none of debug, info, warn, error, off";
}

std::string take_data_dir(draft& given, std::string_view text) {
  given.data_dir.emplace();
  return take_text(*given.data_dir, text);
}

// Durations have a unit, but nothing is nothing in any.
std::string take_drain(draft& given, std::string_view text) {
  return store(text == "0" ? read<milliseconds>{} : read_duration(text), given.made.drain);
}

std::string take_slow(draft& given, std::string_view text) {
  auto limit = text == "0" ? read<milliseconds>{} : read_duration(text);
  if (!limit) return limit.error();
  given.made.node.slow_write_ms = static_cast<std::uint32_t>(limit->count());
  return {};
}

// So many in a time: "100/1s".
std::string take_rate(draft& given, std::string_view text) {
  const auto slash = text.find('/');
  const auto requests = read_number(text.substr(0, slash), 1, 1'000'000);
  const auto time = slash == std::string_view::npos ? read<milliseconds>{milliseconds{1000}}
                                                    : read_duration(text.substr(slash + 1));
  if (!requests || !time || time->count() < 1000 || time->count() % 1000 != 0)
    return "'" + std::string(text) +
           "' is not so many requests in so many seconds, like 100/1s or 5000/1h";
  given.made.http.each_client = {static_cast<std::uint32_t>(*requests),
                                 static_cast<std::uint32_t>(time->count() / 1000)};
  return {};
}

// An index is all digits, so it can't be taken for a time.
std::string take_until(draft& given, std::string_view text) {
  if (const auto index = read_number(text, 1, any)) {
    given.made.restore_until = moment{*index, 0};
  } else if (const auto time = models::parse_timestamp(text)) {
    given.made.restore_until = moment{std::nullopt, time->us};
  } else {
    return "'" + std::string(text) + "' is neither an index nor a time like 2026-11-01T12:00:00Z";
  }
  return {};
}

std::string take_cluster_token(draft& given, std::string_view text) {
  auto token = http::bearer_token::read(std::string(text));
  if (!token) return token.error();
  given.made.node.cluster_secret = token->digest();
  given.made.http.cluster_token = std::move(*token);
  given.made.cluster_token_file = text;
  return {};
}

constexpr std::string_view cluster = "Cluster";
constexpr std::string_view data = "Data";
constexpr std::string_view raft = "Raft";
constexpr std::string_view limits = "Limits";
constexpr std::string_view logs = "Logs and safety";

using text = std::string_view;

constexpr std::array table{
    setting{"node-id", cluster, "N", "this node's number, from 1; kept in the data directory (1)",
            [](draft& given, text t) { return store(read_number(t, 1, any), given.node_id); }},
    setting{"addr", cluster, "HOST:PORT", "where it listens for clients (127.0.0.1:8080)",
            [](draft& given, text t) { return store(read_endpoint(t), given.addr); }},
    setting{"peer-addr", cluster, "HOST:PORT",
            "where it listens for other nodes (the HTTP port + 1000)",
            [](draft& given, text t) { return store(read_endpoint(t), given.peer_addr); }},
    setting{"peer-greeting", cluster, "DURATION",
            "whoever comes there and has not greeted by then is closed (3s)",
            [](draft& given, text t) {
              return store_ms(read_duration(t), given.made.node.links.handshake_ms);
            }},
    setting{"programs", cluster, "",
            "C++ programs outside of the cluster may connect there, too (none may)",
            [](draft& given, text t) { return store(read_switch(t), given.made.node.programs); }},
    setting{"advertise", cluster, "HOST[:PORT[/PEER_PORT]]",
            "where clients and nodes find it (its own entry in --cluster, or where it listens)",
            [](draft& given, text t) { return store(read_advertised(t), given.advertise); }},
    setting{"cluster", cluster, "ID=HOST:PORT[/PEER_PORT],...",
            "the members; this node may be among them (none)",
            [](draft& given, text t) { return store(read_members(t), given.members); }},
    setting{"init", cluster, "", "found the cluster with these members, if there is none yet",
            [](draft& given, text t) { return store(read_switch(t), given.made.node.init); }},
    setting{"join", cluster, "HOST:PORT", "ask the running cluster there to take this node in",
            [](draft& given, text t) { return store(read_endpoint(t), given.made.join); }},
    setting{"secure", cluster, "",
            "found it with an authority of its own: all is under TLS, others join with a token",
            [](draft& given, text t) { return store(read_switch(t), given.made.secure); }},
    setting{"join-token", cluster, "TOKEN",
            "with --join: what the founding node told, or the command token on any member",
            [](draft& given, text t) { return take_text(given.made.join_token, t); }},
    setting{"port", cluster, "PORT", "short for --addr 127.0.0.1:PORT",
            [](draft& given, text t) { return store(read_number(t, 1, 65535), given.port); }},
    setting{"peers", cluster, "PORT,...",
            "with --port: local members; ids are the ranks of the ports",
            [](draft& given, text t) { return store(read_ports(t), given.peers); }},
    setting{"models", data, "FILE", "the models to serve, in TOML",
            [](draft& given, text t) { return take_text(given.made.models_file, t); }},
    setting{"data-dir", data, "DIR", "where everything is kept (./lithair-data)", take_data_dir},
    setting{
        "map-size", data, "SIZE",
        "of each database at most; part of it is kept for deletions (as the disk allows)",
        [](draft& given, text t) { return store_size(read_size(t), given.made.node.map_size); }},
    setting{"checkpoint-interval", data, "DURATION",
            "the longest time between two checkpoints (30s)",
            [](draft& given, text t) {
              return store_ms(read_duration(t), given.made.node.checkpoint_interval_ms);
            }},
    setting{"checkpoint-bytes", data, "SIZE",
            "changes in memory that call for a checkpoint (16MiB)",
            [](draft& given, text t) {
              return store_size(read_size(t), given.made.node.checkpoint_bytes);
            }},
    setting{"checkpoint-entries", data, "N", "log entries that call for a checkpoint (50000)",
            [](draft& given, text t) {
              return store(read_number(t, 1, any), given.made.node.checkpoint_entries);
            }},
    setting{"log-margin", data, "N",
            "log entries kept behind a checkpoint for slow members (10000)",
            [](draft& given, text t) {
              return store(read_number(t, 0, any), given.made.node.log_margin);
            }},
    setting{"backup-dir", data, "DIR", "keep backups there, by itself: any mounted path (none)",
            [](draft& given, text t) { return take_text(given.backup_dir, t); }},
    setting{"backup-every", data, "DURATION", "from one whole backup, a base, to the next (24h)",
            [](draft& given, text t) { return store(read_duration(t), given.backup_every); }},
    setting{"backup-keep", data, "N", "bases that are kept, with the log behind the oldest (7)",
            [](draft& given, text t) {
              return store(read_number(t, 1, 1'000'000), given.backup_keep);
            }},
    setting{"backup-log-every", data, "DURATION", "how often the log is archived between them (1s)",
            [](draft& given, text t) { return store(read_duration(t), given.backup_log_every); }},
    setting{"backup-local", data, "", "of what this node has for itself, too",
            [](draft& given, text t) { return store(read_switch(t), given.backup_local); }},
    setting{"restore", data, "PATH",
            "make the data directory of this backup, or of those in --backup-dir, and end",
            [](draft& given, text t) { return take_text(given.made.restore_file, t); }},
    setting{"until", data, "INDEX|TIME",
            "with --restore: the state as of this entry or time (of all there is)", take_until},
    setting{"local-of", data, "NODE",
            "with --restore: what that node had for itself, too (none: it begins anew)",
            [](draft& given, text t) {
              return store(read_number(t, 1, any), given.made.restore_local_of);
            }},
    setting{"config", data, "FILE", "these settings in TOML, under the same names",
            [](draft&, text) { return std::string{}; }},
    setting{"election-timeout", raft, "RANGE",
            "silence after which a leader is replaced (150-300ms)",
            [](draft& given, text t) { return store(read_duration_range(t), given.election); }},
    setting{"heartbeat", raft, "DURATION", "how often a leader is heard at least (50ms)",
            [](draft& given, text t) { return store(read_duration(t), given.heartbeat); }},
    setting{"read-mode", raft, "MODE", "read-index, or lease: faster, trusts clocks (read-index)",
            take_read_mode},
    setting{"max-append", raft, "SIZE", "of the entries in one message to a peer (192KiB)",
            [](draft& given, text t) {
              return store_size(read_size(t), given.made.node.raft.max_append_bytes);
            }},
    setting{"max-window", raft, "SIZE", "sent to one peer and not yet acknowledged (1MiB)",
            [](draft& given, text t) {
              return store_size(read_size(t), given.made.node.raft.max_inflight_bytes);
            }},
    setting{
        "max-body", limits, "SIZE", "of a request's body, else 413 (1MiB)",
        [](draft& given, text t) { return store_size(read_size(t), given.made.http.max_body); }},
    setting{"max-bodies", limits, "SIZE",
            "of all requests until their outcome is known, else 503 (256MiB)",
            [](draft& given, text t) {
              return store_bodies(read_size(t), given.made.http.max_bodies);
            }},
    setting{
        "max-unsent", limits, "SIZE", "of all answers until clients take them, else 503 (256MiB)",
        [](draft& given, text t) { return store_pages(read_size(t), given.made.http.max_unsent); }},
    setting{
        "max-item", limits, "SIZE",
        "that an item takes at most, however it is written, else 413 (1MiB)",
        [](draft& given, text t) { return store_size(read_size(t), given.made.node.max_item); }},
    setting{"max-inflight", limits, "N", "requests under way on this node, else 503 (8192)",
            [](draft& given, text t) {
              return store(read_number(t, 1, 1'000'000), given.made.node.max_pending);
            }},
    setting{"max-connections", limits, "N",
            "open at one time, beyond them probes only, else 503 (10000)",
            [](draft& given, text t) {
              return store(read_number(t, 1, 1'000'000), given.made.http.max_connections);
            }},
    setting{"max-per-address", limits, "N", "of them, from one address (seven eighths of them)",
            [](draft& given, text t) {
              return store(read_number(t, 1, 1'000'000), given.made.http.max_per_address);
            }},
    setting{"rate-limit", limits, "N/TIME",
            "requests of one client, by its token or else its address; else 429 (any number)",
            take_rate},
    setting{"max-subscribers", limits, "N", "streams of changes at one time, else 503 (4096)",
            [](draft& given, text t) {
              return store(read_number(t, 1, 1'000'000), given.made.node.max_subscribers);
            }},
    setting{"request-timeout", limits, "DURATION", "for a request's outcome, else 503 or 504 (5s)",
            [](draft& given, text t) {
              return store_ms(read_duration(t), given.made.node.request_timeout_ms);
            }},
    setting{"leader-wait", limits, "DURATION",
            "a request waits this long for a leader, then 503 (2s)",
            [](draft& given, text t) {
              return store_ms(read_duration(t), given.made.node.leaderless_wait_ms);
            }},
    setting{"idle-timeout", limits, "DURATION", "silence between requests, then it's closed (75s)",
            [](draft& given, text t) {
              return store_ms(read_duration(t), given.made.http.idle_timeout_ms);
            }},
    setting{"drain", limits, "DURATION",
            "told to stop, it sends clients elsewhere for so long; 0: not at all (5s)", take_drain},
    setting{
        "threads", limits, "N", "event loops (one for two cores)",
        [](draft& given, text t) { return store(read_number(t, 1, 1024), given.made.node.loops); }},
    setting{"log", logs, "FORMAT", "text, or json: one object a line (text)", take_log_format},
    setting{"log-level", logs, "LEVEL", "debug, info, warn, error or off (info)", take_log_level},
    setting{"slow", logs, "DURATION",
            "writes that take longer are logged, with where the time went; 0: none (1s)",
            take_slow},
    setting{"insecure", logs, "", "go beyond this machine where nothing protects what is said",
            [](draft& given, text t) { return store(read_switch(t), given.made.insecure); }},
    setting{"allow-host", logs, "NAME",
            "clients may ask for it by this name; .NAME: any below; *: any (none)",
            [](draft& given, text t) {
              return store(read_host_names(t), given.made.http.allowed_hosts);
            },
            true},
    setting{
        "cors-origin", logs, "ORIGIN", "pages of that site may use the API; *: all pages (none)",
        [](draft& given, text t) { return store(read_origins(t), given.made.http.shared_with); },
        true},
    setting{"protect", logs, "", "nobody is served without an access token, from the start",
            [](draft& given, text t) { return store(read_switch(t), given.made.protect); }},
    setting{"auth", logs, "FILE",
            "access tokens of this node's own, in TOML; SIGHUP reads it again",
            [](draft& given, text t) { return take_text(given.made.auth_file, t); }},
    setting{"jwt-keys", logs, "FILE",
            "tokens of an identity provider count, by this JWKS of it; SIGHUP reads it again",
            [](draft& given, text t) { return take_text(given.jwt_keys, t); }},
    setting{"jwt-issuer", logs, "TEXT", "whose tokens these are: their iss",
            [](draft& given, text t) { return take_text(given.jwt_issuer, t); }},
    setting{"jwt-audience", logs, "TEXT", "for whom they are: in their aud",
            [](draft& given, text t) { return take_text(given.jwt_audience, t); }},
    setting{"jwt-roles", logs, "CLAIM", "their claim that has the roles (roles)",
            [](draft& given, text t) { return take_text(given.jwt_roles, t); }},
    setting{"metrics-for-all", logs, "", "/metrics without an access token",
            [](draft& given, text t) {
              return store(read_switch(t), given.made.http.metrics_for_all);
            }},
    setting{"cluster-token", logs, "FILE",
            "the secret of members, and of those who may administer (loopback may)",
            take_cluster_token},
    setting{"tls-cert", logs, "FILE",
            "clients come by HTTPS; its certificate in PEM, then those that signed it (none)",
            [](draft& given, text t) { return take_text(given.tls_certificate, t); }},
    setting{"tls-key", logs, "FILE", "the certificate's key in PEM; SIGHUP reads both again",
            [](draft& given, text t) { return take_text(given.tls_key, t); }},
    setting{"tls-client-ca", logs, "FILE",
            "clients must show a certificate of these authorities, in PEM (they need none)",
            [](draft& given, text t) { return take_text(given.tls_client_authorities, t); }},
    setting{"join-ca", logs, "FILE",
            "authorities of the node at --join, which is asked by HTTPS, too (the system's)",
            [](draft& given, text t) { return take_text(given.made.join_authorities, t); }},
    setting{"peer-tls-cert", logs, "FILE",
            "nodes speak TLS with each other; this one's certificate in PEM (none)",
            [](draft& given, text t) { return take_text(given.peer_tls_certificate, t); }},
    setting{"peer-tls-key", logs, "FILE", "that certificate's key in PEM; SIGHUP reads all again",
            [](draft& given, text t) { return take_text(given.peer_tls_key, t); }},
    setting{"peer-tls-ca", logs, "FILE", "the authorities of all nodes' certificates, in PEM",
            [](draft& given, text t) { return take_text(given.peer_tls_authorities, t); }},
};

constexpr bool names_differ() {
  for (std::size_t i = 0; i < table.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (table[i].name == table[j].name) return false;
  return true;
}
static_assert(names_differ(), "two settings share a name");

}  // namespace

std::span<const setting> all_settings() { return table; }

}  // namespace lithair::apps
