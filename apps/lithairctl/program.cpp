#include "apps/lithairctl/program.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <ostream>

#include "apps/lithair/values.hpp"
#include "apps/lithairctl/commands.hpp"

namespace lithair::ctl {
namespace {

constexpr auto about = "lithairctl " LITHAIR_VERSION
                       ": looks after a Lithair cluster, and works with its data.\n\n"
                       "Each option stands before or behind the command. Several endpoints are "
                       "tried in turn: the next\n"
                       "one when one can't be reached or is not ready.";

std::string value_of(const environment& variables, std::string_view name) {
  const auto found =
      std::ranges::find(variables, name, [](const auto& x) { return std::string_view(x.first); });
  return found == variables.end() ? std::string{} : found->second;
}

/// Those that every command takes.
void add_common(CLI::App& to, common_options& into) {
  to.add_option("--endpoints", into.endpoints,
                "HOST:PORT of nodes, with commas between; https:// in front for HTTPS\n"
                "(LITHAIR_ENDPOINTS, else 127.0.0.1:8080)")
      ->type_name("LIST")
      ->group("Options everywhere");
  const auto add_text = [&to](const std::string& flag, std::string& place, const char* type,
                              const char* help) {
    to.add_option(flag, place, help)->type_name(type)->group("Options everywhere");
  };
  add_text("--ca", into.as.authorities, "FILE", "trust this authority, in PEM; means HTTPS");
  add_text("--cert", into.as.certificate, "FILE", "show this certificate, in PEM");
  add_text("--key", into.as.key, "FILE", "its key");
  add_text("--token-file", into.as.token_file, "FILE",
           "an access or cluster token on its first line (LITHAIR_TOKEN_FILE)");
  to.add_option("--consistency", into.consistency, "of reads: linearizable, leader or local")
      ->check(CLI::IsMember({"linearizable", "leader", "local"}))
      ->type_name("LEVEL")
      ->group("Options everywhere");
  to.add_option_function<std::string>(
        "--timeout",
        [&into](const std::string& text) {
          const auto read = apps::read_duration(text);
          if (!read) throw CLI::ValidationError("--timeout", read.error());
          into.timeout = *read;
        },
        "for one answer, all attempts together (10s)")
      ->type_name("TIME")
      ->group("Options everywhere");
  to.add_flag("--json", into.json, "for programs: JSON instead of tables")
      ->group("Options everywhere");
}

/// What is wrong with the command line, as one line for people.
std::string sentence_of(const CLI::ParseError& error, const CLI::App& root) {
  std::string text = error.what();
  std::ranges::replace(text, '\n', ' ');
  const auto chosen = root.get_subcommands();
  if (const auto more = root.remaining(); chosen.empty() && !more.empty())
    text = more.front() + ": there is no such command";
  const auto whose = chosen.empty() ? std::string{} : " " + chosen.front()->get_name();
  return text + "; see lithairctl" + whose + " --help";
}

int tell(const failure& why, const console& at, bool json) {
  const auto& document = why.document();
  at.out.flush();
  if (json && !document.empty())
    at.err << document << std::endl;
  else
    at.err << "lithairctl: " << why.what() << std::endl;
  return static_cast<int>(why.status());
}

void add_all(command_line& to) {
  add_status(to);
  add_members(to);
  add_reading(to);
  add_writing(to);
  add_backups(to);
  add_watch(to);
  add_import(to);
  add_export(to);
  add_token(to);
  add_explain(to);
  add_bench(to);
  add_new(to);
  add_check(to);
  add_completion(to);
}

}  // namespace

CLI::App* add_command(command_line& to, const std::string& name, const std::string& about_it,
                      const std::string& examples) {
  auto* const made = to.root.add_subcommand(name, about_it);
  made->footer("\nExamples:\n" + examples + "\nOptions everywhere: see lithairctl --help.");
  made->get_formatter()->column_width(34);
  return made;
}

int run(std::span<const char* const> arguments, const environment& variables, const console& at) {
  common_options options;
  if (auto text = value_of(variables, "LITHAIR_ENDPOINTS"); !text.empty()) options.endpoints = text;
  options.as.token_file = value_of(variables, "LITHAIR_TOKEN_FILE");
  CLI::App root(about, "lithairctl");
  root.set_help_flag("--help,-h", "this text");
  root.set_version_flag("--version", "lithairctl " LITHAIR_VERSION);
  root.footer(std::string("\n") + exit_status_help);
  root.require_subcommand(1);
  root.fallthrough();
  root.get_formatter()->column_width(34);
  root.get_formatter()->label("SUBCOMMAND", "COMMAND");
  root.get_formatter()->label("Subcommands", "Commands");
  add_common(root, options);
  action chosen;
  command_line line{root, chosen};
  add_all(line);
  try {
    root.parse(static_cast<int>(arguments.size()), arguments.data());
    session made(options, at);
    // What is wrong with these is told before anything is done.
    (void)made.how();
    const auto status = chosen(made);
    at.out.flush();
    return static_cast<int>(status);
  } catch (const CLI::CallForHelp&) {
    const auto asked = root.get_subcommands();
    at.out << (asked.empty() ? root.help() : asked.front()->help(root.get_name())) << std::flush;
    return 0;
  } catch (const CLI::CallForVersion& text) {
    at.out << text.what() << std::endl;
    return 0;
  } catch (const CLI::ParseError& error) {
    return tell({exit_status::usage, sentence_of(error, root)}, at, false);
  } catch (const failure& why) {
    return tell(why, at, options.json);
  } catch (const std::exception& error) {
    return tell({exit_status::failed, error.what()}, at, false);
  }
}

}  // namespace lithair::ctl
