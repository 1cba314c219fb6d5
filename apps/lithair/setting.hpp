#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "apps/lithair/options.hpp"
#include "apps/lithair/values.hpp"

/// The settings as one table, from which flags, environment, configuration file and --help are
/// made.
namespace lithair::apps {

/// What was told so far; some settings only make sense together, see `complete`. None: it was not
/// told, and a default or another setting decides.
struct draft {
  settings made;  ///< what `complete` makes of all of it
  std::optional<std::uint64_t> node_id;
  std::optional<endpoint> addr;
  std::optional<endpoint> peer_addr;
  std::optional<advertised> advertise;
  std::optional<std::vector<actors::peer_address>> members;
  std::optional<std::uint16_t> port;
  std::optional<std::vector<std::uint16_t>> peers;
  std::optional<std::string> data_dir;
  std::optional<std::string> tls_certificate;
  std::optional<std::string> tls_key;
  std::optional<std::string> tls_client_authorities;
  std::optional<std::string> peer_tls_certificate;
  std::optional<std::string> peer_tls_key;
  std::optional<std::string> peer_tls_authorities;
  std::optional<std::string> backup_dir;
  std::optional<milliseconds> backup_every;
  std::optional<std::uint64_t> backup_keep;
  std::optional<milliseconds> backup_log_every;
  bool backup_local = false;
  std::optional<std::string> jwt_keys;
  std::optional<std::string> jwt_issuer;
  std::optional<std::string> jwt_audience;
  std::optional<std::string> jwt_roles;
  duration_range election{milliseconds{150}, milliseconds{300}};
  milliseconds heartbeat{50};
};

/// One row of the table.
struct setting {
  std::string_view name;         ///< `addr` for --addr, LITHAIR_ADDR and `addr = ...`
  std::string_view group;        ///< the heading in --help; empty: not shown
  std::string_view placeholder;  ///< of the value in --help; empty: a switch
  std::string_view help;         ///< one line; says the default
  /// Takes the text into the draft; empty, or what is wrong with it.
  std::string (*take)(draft& into, std::string_view text);
  /// The flag may come several times, which is the same as a list with commas.
  bool repeats = false;
};

/// All settings, in the order of --help.
std::span<const setting> all_settings();

/// Judges the settings together and fills in what follows from them. Empty, or one line.
std::string complete(draft& given);

/// One setting as some source gave it.
struct told {
  std::string name;
  std::string text;
  std::string where;  ///< "--addr", "LITHAIR_ADDR", "node.toml:3:8: addr"
};

using sources = tl::expected<std::vector<told>, early_exit>;

/// From the command line; help and version are early exits.
sources read_flags(const program& self, std::span<const char* const> arguments);
/// From a TOML file.
sources read_config_file(const std::string& path);

/// What --help prints.
std::string help_text(const program& self);

}  // namespace lithair::apps
