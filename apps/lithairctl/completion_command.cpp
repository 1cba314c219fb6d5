#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>
#include <ostream>

#include "apps/lithairctl/commands.hpp"

namespace lithair::ctl {
namespace {

struct known_option {
  std::string flag;
  std::string about;
};

/// The long options of a command, or of what stands before it.
std::vector<known_option> options_of(const CLI::App& of) {
  std::vector<known_option> made;
  for (const auto* each : of.get_options()) {
    if (each->get_lnames().empty()) continue;
    auto about = each->get_description();
    made.push_back({"--" + each->get_lnames().front(), about.substr(0, about.find('\n'))});
  }
  return made;
}

std::vector<const CLI::App*> commands_of(const CLI::App& of) {
  return of.get_subcommands([](const CLI::App*) { return true; });
}

std::string words_of(const CLI::App& root, const CLI::App& command) {
  std::string made;
  for (const auto* each : commands_of(command)) made += each->get_name() + ' ';
  for (const auto& each : options_of(command)) made += each.flag + ' ';
  // Of `token` those of what is below it, of the root those of no command.
  for (const auto* below : commands_of(command))
    for (const auto& each : options_of(*below))
      if (&command != &root && made.find(each.flag + ' ') == std::string::npos)
        made += each.flag + ' ';
  for (const auto& each : options_of(root))
    if (made.find(each.flag + ' ') == std::string::npos) made += each.flag + ' ';
  made.pop_back();
  return made;
}

std::string names_of(const CLI::App& root) {
  std::string made;
  for (const auto* each : commands_of(root)) made += (made.empty() ? "" : " ") + each->get_name();
  return made;
}

std::string bash_text(const CLI::App& root) {
  std::string made =
      "# lithairctl completion bash\n"
      "_lithairctl() {\n"
      "  local current=${COMP_WORDS[COMP_CWORD]} command= word words\n"
      "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
      "    case \" " +
      names_of(root) +
      " \" in *\" $word \"*) command=$word; break;; esac\n"
      "  done\n"
      "  case $command in\n";
  for (const auto* each : commands_of(root))
    made += "    " + each->get_name() + ") words='" + words_of(root, *each) + "';;\n";
  made += "    *) words='" + words_of(root, root) +
          "';;\n"
          "  esac\n"
          "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
          "}\n"
          "complete -o default -F _lithairctl lithairctl\n";
  return made;
}

/// Within single quotes of a shell.
std::string quoted(std::string text) {
  for (auto at = text.find('\''); at != std::string::npos; at = text.find('\'', at + 4))
    text.replace(at, 1, "'\\''");
  return '\'' + text + '\'';
}

/// NAME:ABOUT, as _describe takes it.
std::string described(const std::string& name, std::string about) {
  std::ranges::replace(about, ':', ' ');
  return quoted(name + ':' + about);
}

std::string zsh_text(const CLI::App& root) {
  std::string made =
      "#compdef lithairctl\n"
      "_lithairctl() {\n"
      "  local -a commands options\n"
      "  local word command=\n"
      "  commands=(";
  for (const auto* each : commands_of(root))
    made += "\n    " + described(each->get_name(), each->get_description());
  made += ")\n  for word in ${words[2,CURRENT-1]}; do\n    case $word in\n";
  for (const auto* each : commands_of(root))
    made += "      " + each->get_name() + ") command=$word; break;;\n";
  made += "    esac\n  done\n  case $command in\n";
  const auto add = [&made](const CLI::App& of) {
    for (const auto& each : options_of(of)) made += ' ' + described(each.flag, each.about);
  };
  for (const auto* each : commands_of(root)) {
    made += "    " + each->get_name() + ") options=(";
    for (const auto* below : commands_of(*each))
      made += ' ' + described(below->get_name(), below->get_description());
    add(*each);
    made += ");;\n";
  }
  made += "    *) _describe command commands;;\n  esac\n  options+=(";
  add(root);
  made +=
      ")\n"
      "  _describe option options\n"
      "  _files\n"
      "}\n"
      "compdef _lithairctl lithairctl\n";
  return made;
}

std::string fish_text(const CLI::App& root) {
  std::string made = "# lithairctl completion fish\n";
  const auto add = [&made](const CLI::App& of, const std::string& when) {
    for (const auto& each : options_of(of))
      made += "complete -c lithairctl" + when + " -l " + each.flag.substr(2) + " -d " +
              quoted(each.about) + '\n';
  };
  add(root, "");
  for (const auto* each : commands_of(root)) {
    made += "complete -c lithairctl -n __fish_use_subcommand -a " + each->get_name() + " -d " +
            quoted(each->get_description()) + '\n';
    const auto when = " -n '__fish_seen_subcommand_from " + each->get_name() + "'";
    for (const auto* below : commands_of(*each))
      made += "complete -c lithairctl" + when + " -a " + below->get_name() + '\n';
    add(*each, when);
  }
  return made;
}

}  // namespace

void add_completion(command_line& to) {
  auto* made =
      add_command(to, "completion", "What a shell needs to complete commands and options",
                  "  lithairctl completion bash > /etc/bash_completion.d/lithairctl\n"
                  "  lithairctl completion zsh > ~/.zfunc/_lithairctl\n"
                  "  lithairctl completion fish > ~/.config/fish/completions/lithairctl.fish\n");
  auto shell = std::make_shared<std::string>();
  made->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  made->callback([shell, &root = to.root, &chosen = to.chosen] {
    chosen = [shell, &root](session& s) {
      s.at().out << (*shell == "bash"  ? bash_text(root)
                     : *shell == "zsh" ? zsh_text(root)
                                       : fish_text(root));
      return exit_status::ok;
    };
  });
}

}  // namespace lithair::ctl
