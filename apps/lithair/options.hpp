#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

#include "actors/config.hpp"
#include "actors/tls/tls_files.hpp"
#include "apps/lithair/values.hpp"
#include "http/server_options.hpp"

namespace lithair::apps {

/// One line for people, or one JSON object for programs, for each message.
enum class log_format { text, json };

/// Whose JSON Web Tokens count.
struct jwt_settings {
  std::string keys_file;              ///< a key set (RFC 7517)
  std::string issuer;                 ///< `iss` of each token
  std::string audience;               ///< in `aud` of each token
  std::string roles_claim = "roles";  ///< the claim that has the roles
};

/// Where a restore ends: an entry, or the last one that is not later than a time.
struct moment {
  std::optional<std::uint64_t> index;  ///< none: a time
  std::int64_t time_us = 0;            ///< Unix time
};

/// Everything that a server is told at its start.
struct settings {
  /// How long a node that is told to stop still serves whoever comes, and sends them elsewhere
  milliseconds drain{5000};
  actors::node_config node;              ///< as the node takes it; not judged by `validate` yet
  http::server_options http;             ///< as the server takes it
  std::optional<actors::tls_files> tls;  ///< of the certificate for clients; none: plain HTTP
  std::optional<actors::tls_files> peer_tls;  ///< of the one for other nodes; none: plain links
  std::string
      join_authorities;  ///< who certifies the node at `join`; empty: whom the system trusts
  /// Whether whoever these certify may be at `join`, by whatever name
  bool join_any_host = false;
  std::string join_token;  ///< is shown to be certified; empty: there is none
  bool secure = false;     ///< certificates of the cluster's own authority, in DIR/tls
  std::string new_token;   ///< to be shown once, for the cluster was founded just now
  /// Who certifies others, and proves that this node may; none without --secure
  std::shared_ptr<class node_certifier> certifier = {};
  std::string auth_file;  ///< access tokens of this node's own; empty: none
  bool protect = false;   ///< nobody is served without one, from the start
  /// Who keeps the access tokens
  std::shared_ptr<class access_keeper> access = {};
  std::optional<jwt_settings> jwt;  ///< none: no JSON Web Token counts
  /// Who keeps the keys of these
  std::shared_ptr<class identity_keeper> identities = {};
  std::optional<endpoint> join;    ///< a node of the running cluster that is to take this one in
  std::string cluster_token_file;  ///< the secret is shown when it asks to be taken in; empty: none
  /// Make a data directory of this backup, or of what is in this directory, and end; empty: serve
  std::string restore_file;
  std::optional<moment> restore_until;  ///< none: of all there is
  std::uint64_t restore_local_of = 0;   ///< the node whose local data is restored; 0: nobody's
  std::string models_file;              ///< empty: the models are compiled in
  log_format log = log_format::text;
  std::string log_level = "info";  ///< from which on lines are written
  bool insecure = false;           ///< off loopback where nothing protects, as the operator asked
  std::vector<std::string> warnings;  ///< sentences for the log
  std::vector<std::string> remarks;   ///< likewise, for those who look closely
};

/// Why there is nothing to run: help was asked for (status 0, for stdout) or something is wrong
/// (status 2, one line for stderr).
struct early_exit {
  int status = 2;
  std::string text;
};

/// What the program that hosts the server is, for messages and help.
struct program {
  std::string name;              ///< of the binary, without its folder
  std::string version;           ///< of the build
  bool compiled_models = false;  ///< then there is no --models
};

/// Names and values, as in the process's environment.
using environment = std::vector<std::pair<std::string, std::string>>;

/// Reads the settings: a flag wins over LITHAIR_* in the environment, that over the file named by
/// --config, that over the default. Reads files, creates nothing.
tl::expected<settings, early_exit> read_options(const program& self,
                                                std::span<const char* const> arguments,
                                                const environment& variables);

}  // namespace lithair::apps
