#include "apps/lithair/run.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "actors/embedded/publication.hpp"
#include "actors/host.hpp"
#include "actors/node/node.hpp"
#include "actors/runtime/listen_check.hpp"
#include "apps/lithair/access_keeper.hpp"
#include "apps/lithair/authority_command.hpp"
#include "apps/lithair/banner.hpp"
#include "apps/lithair/https.hpp"
#include "apps/lithair/identity_keeper.hpp"
#include "apps/lithair/join.hpp"
#include "apps/lithair/join_tokens.hpp"
#include "apps/lithair/log.hpp"
#include "apps/lithair/memory.hpp"
#include "apps/lithair/open_office.hpp"
#include "apps/lithair/options.hpp"
#include "apps/lithair/own_address.hpp"
#include "apps/lithair/restore.hpp"
#include "apps/lithair/secure.hpp"
#include "apps/lithair/signals.hpp"
#include "apps/lithair/supervisor.hpp"
#include "apps/lithair/verify_command.hpp"
#include "apps/lithair/wall_time.hpp"
#include "http/published_projections.hpp"
#include "http/server.hpp"
#include "models/declaration/model_file.hpp"
#include "models/declaration/model_text.hpp"
#include "models/query/unserved_rules.hpp"
#include "persistence/data_directory.hpp"
#include "persistence/storage_error.hpp"

namespace lithair {
namespace {

using models::declared;
using models::schema;

constexpr std::uint32_t stop_limit_ms = 5000;

int say(const apps::early_exit& exit) {
  std::fprintf(exit.status == 0 ? stdout : stderr, "%s\n", exit.text.c_str());
  return exit.status;
}

apps::early_exit refuse(const apps::program& self, const std::string& text, int status = 2) {
  return {status, self.name + ": " + text};
}

apps::environment environment_of_process() {
  apps::environment made;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    made.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return made;
}

/// Somewhere else, and there: a disk that is not mounted must not be taken for its mount point.
std::string why_no_backups(const apps::settings& chosen) {
  namespace fs = std::filesystem;
  const auto& at = chosen.node.backups.directory;
  if (at.empty()) return {};
  std::error_code ignored;
  if (!fs::is_directory(at, ignored)) return "--backup-dir: " + at + " is not a directory";
  // What may be written shows when it is.
  const auto probe = at + "/lithair-" + std::to_string(::getpid()) + ".new";
  const int made = ::open(probe.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (made < 0) return "--backup-dir: " + at + " can't be written: " + std::strerror(errno);
  ::close(made);
  ::unlink(probe.c_str());
  const auto of_data = fs::weakly_canonical(chosen.node.data_dir, ignored);
  const auto inside = fs::weakly_canonical(at, ignored).lexically_relative(of_data);
  if (!inside.empty() && *inside.begin() != "..")
    return "--backup-dir: " + at + " is in the data directory, and would be lost with it";
  return {};
}

/// Taken ports and a data directory that is no directory, before anything is created.
std::string why_no_place(const apps::settings& chosen) {
  const auto& at = chosen.node.listening();
  if (auto wrong = actors::why_not_listen(at.host, at.http_port); !wrong.empty()) {
    return "--addr: " + wrong;
  }
  if (auto wrong = actors::why_not_listen(at.host, at.peer_port);
      chosen.node.lets_others_in() && !wrong.empty()) {
    return "--peer-addr: " + wrong;
  }
  std::error_code ignored;
  const auto kind = std::filesystem::status(chosen.node.data_dir, ignored).type();
  if (kind != std::filesystem::file_type::not_found &&
      kind != std::filesystem::file_type::directory) {
    return "--data-dir: " + chosen.node.data_dir + " is not a directory";
  }
  return why_no_backups(chosen);
}

std::string why_not_start(const apps::settings& chosen) {
  auto wrong = chosen.node.validate();
  return wrong.empty() ? why_no_place(chosen) : wrong;
}

/// Empty, or one line that names the flag.
std::string open_access(apps::settings& chosen, const schema& models) {
  const std::filesystem::path in = chosen.node.data_dir;
  std::set<std::string, std::less<>> names;
  for (const auto& each : models.collections()) names.insert(each.name);
  try {
    chosen.access = std::make_shared<apps::access_keeper>(apps::access_keeper::setup{
        chosen.protect, chosen.join && !persistence::holds_data(in), chosen.auth_file,
        [names](std::string_view name) { return names.contains(name); }, in / "guarded",
        in / "admin.token", apps::now_s});
  } catch (const std::exception& error) {
    return std::string("--auth: ") + error.what();
  }
  chosen.http.access = chosen.access;
  return {};
}

void greet(const apps::program& self, const apps::settings& chosen, const schema& models,
           apps::program_log& log) {
  for (const auto& warning : chosen.warnings) spdlog::warn("{}", warning);
  for (const auto& remark : chosen.remarks) spdlog::debug("{}", remark);
  if (chosen.insecure)
    spdlog::warn("--insecure: whoever reaches this node may read and change everything");
  else if (!actors::is_loopback(chosen.node.listening().host) && !chosen.tls->authorities &&
           !chosen.access->table()->is_guarded() && !chosen.identities)
    spdlog::warn(
        "clients need no certificate (--tls-client-ca) and no access token (--protect): whoever "
        "reaches this node may read and change everything");
  const auto has_rules = [](const auto& each) { return each.access != nullptr; };
  if (std::ranges::any_of(models.collections(), has_rules) && chosen.access->table()->is_open() &&
      !chosen.identities)
    spdlog::warn(
        "the models' access rules bind nobody until there is an access token (POST "
        "/_admin/tokens), or with --jwt-keys or --protect");
  for (const auto& name : models::rules_without_index(models))
    spdlog::warn(
        "lists of {} look at every item where its rule for reading binds: no index serves it",
        name);
  auto shown = chosen;
  // Logs are kept and sent elsewhere: no secret is for them.
  if (chosen.log == apps::log_format::json) shown.new_token.clear();
  const auto text = apps::banner(shown, models, self.version);
  if (chosen.log == apps::log_format::text) {
    log.show(text);
  } else {
    spdlog::info("{}", text);
  }
}

/// Runs the node from start to graceful stop. Throws when it can't start.
void serve(const apps::program& self, apps::settings chosen, schema models,
           const std::vector<publication>& published) {
  const auto supervisor = apps::supervisor::of_process();
  // Who supervises may say "reload" whatever there is to be read again.
  const apps::stop_signals signals{supervisor.is_there() || chosen.tls || chosen.peer_tls ||
                                   !chosen.auth_file.empty() || chosen.jwt};
  apps::program_log log{chosen.log, chosen.log_level, chosen.node.self.id.value};
  const auto stops_within = [&signals](apps::milliseconds time) {
    return signals.come_within(time);
  };
  if (chosen.join && !apps::find_members(chosen, stops_within)) return;
  actors::node node{chosen.node, std::move(models)};
  apps::open_office office{chosen, node};
  auto options = chosen.http;
  for (const auto& each : published) options.published.push_back(each.make(node));
  options.log_lines_dropped = [&log] { return log.dropped(); };
  http::server server{node, options};
  server.start();
  greet(self, chosen, node.schema(), log);
  std::optional<apps::joining> joining;
  if (chosen.join) joining.emplace(chosen, models::to_model_text(node.schema()));
  apps::certificate_keeper keepers[]{{chosen.http.tls, "connections"},
                                     {chosen.node.peer_tls, "links between nodes"}};
  for (auto& each : keepers) each.look();
  supervisor.tell("READY=1");
  const int signal =
      signals.wait([&keepers, &office, &chosen, started = false](bool replaced) mutable {
        if (!std::exchange(started, true)) apps::let_go_of_the_start();
        const bool renewed = office.renew_certificate();
        if (replaced) chosen.access->read_file_again();
        if (replaced && chosen.identities) chosen.identities->read_file_again();
        for (auto& each : keepers) {
          if (replaced || renewed)
            each.reload();
          else
            each.look();
        }
      });
  supervisor.tell("STOPPING=1");
  joining.reset();
  spdlog::info("{}: finishing what is under way", signal == SIGTERM ? "SIGTERM" : "SIGINT");
  if (chosen.drain.count() > 0) {
    // First clients learn that they should go elsewhere, and have the time to.
    server.leave();
    node.step_aside();
    spdlog::info("sending clients elsewhere for up to {} ms; another signal ends it at once",
                 chosen.drain.count());
    // Whoever sits at a terminal has no balancer in front that looks only now and then.
    server.await_departures(chosen.drain, signal == SIGINT);
  }
  server.drain(stop_limit_ms);
  office.close();
  server.stop();
  node.stop(stop_limit_ms);
  spdlog::info("stopped");
}

/// The directory is not one that this node can use, as opposed to a disk that fails or is full.
bool is_wrong_directory(persistence::storage_errc code) {
  using persistence::storage_errc;
  return code != storage_errc::io && code != storage_errc::full && code != storage_errc::stopped;
}

/// `models`: none where no model file was named.
int run_restore(const apps::program& self, const apps::settings& chosen, const schema* models) {
  try {
    return say({0, apps::restore(self, chosen, models)});
  } catch (const persistence::storage_error& error) {
    using persistence::storage_errc;
    const bool disk = error.code() == storage_errc::full || error.code() == storage_errc::io;
    return say(refuse(self, std::string("--restore: ") + error.what(), disk ? 1 : 2));
  } catch (const std::exception& error) {
    return say(refuse(self, std::string("--restore: ") + error.what()));
  }
}

using schema_source = std::function<declared<schema>(const apps::settings&)>;

std::string why_not_serve(const schema& models, const std::vector<publication>& published) {
  std::vector<std::string_view> names;
  names.reserve(published.size());
  for (const auto& each : published) names.emplace_back(each.name);
  return http::why_not_publish(models, names);
}

int run_program(const apps::program& self, std::span<const char* const> arguments,
                const schema_source& source, const std::vector<publication>& published = {}) {
  apps::keep_memory_small();
  if (arguments.size() > 1 && std::string_view{arguments[1]} == "token")
    return say(apps::manage_tokens(self, arguments.subspan(2)));
  if (arguments.size() > 1 && std::string_view{arguments[1]} == "authority")
    return say(apps::manage_authority(self, arguments.subspan(2)));
  if (arguments.size() > 1 && std::string_view{arguments[1]} == "verify")
    return say(apps::verify_backups(self, arguments.subspan(2)));
  auto options = apps::read_options(self, arguments, environment_of_process());
  if (!options) return say(options.error());
  if (const auto wrong = apps::settle_address(*options, apps::addresses_of_machine());
      !wrong.empty())
    return say(refuse(self, wrong));
  const bool restores = !options->restore_file.empty();
  if (restores && !self.compiled_models && options->models_file.empty())
    return run_restore(self, *options, nullptr);
  auto models = source(*options);
  if (!models) {
    for (const auto& error : models.error()) say(refuse(self, to_string(error)));
    return 2;
  }
  if (restores) return run_restore(self, *options, &*models);
  if (const auto wrong = why_not_serve(*models, published); !wrong.empty())
    return say(refuse(self, wrong));
  if (const auto wrong = apps::open_identities(*options); !wrong.empty())
    return say(refuse(self, wrong));
  // Else nothing is made before all is judged.
  if (const auto wrong = options->secure ? why_no_place(*options) : ""; !wrong.empty())
    return say(refuse(self, wrong));
  if (const auto wrong = apps::settle_security(*options); !wrong.empty())
    return say(refuse(self, wrong));
  if (const auto wrong = apps::load_certificates(*options); !wrong.empty())
    return say(refuse(self, wrong));
  if (const auto wrong = open_access(*options, *models); !wrong.empty())
    return say(refuse(self, wrong));
  if (const auto wrong = why_not_start(*options); !wrong.empty()) return say(refuse(self, wrong));
  try {
    serve(self, *options, std::move(*models), published);
  } catch (const persistence::storage_error& error) {
    if (!is_wrong_directory(error.code())) return say(refuse(self, error.what(), 1));
    return say(refuse(self, std::string("--data-dir: ") + error.what()));
  } catch (const std::exception& error) {
    return say(refuse(self, error.what(), 1));
  }
  return 0;
}

apps::program program_of(const char* const* argv, bool compiled_models) {
  const std::string name = std::filesystem::path(argv[0] != nullptr ? argv[0] : "").filename();
  return {name.empty() ? "lithair" : name, LITHAIR_VERSION, compiled_models};
}

}  // namespace

int run_models(int argc, const char* const* argv, declared<schema> schema) {
  return run_models(argc, argv, std::move(schema), {});
}

int run_models(int argc, const char* const* argv, declared<schema> schema,
               const std::vector<publication>& published) {
  return run_program(
      program_of(argv, true), {argv, static_cast<std::size_t>(argc)},
      [&schema](const apps::settings&) { return std::move(schema); }, published);
}

int run_model_file(int argc, const char* const* argv) {
  return run_program(
      program_of(argv, false), {argv, static_cast<std::size_t>(argc)},
      [](const apps::settings& settings) { return models::load_model_file(settings.models_file); });
}

}  // namespace lithair
