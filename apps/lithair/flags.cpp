#include <CLI/CLI.hpp>

#include <algorithm>
#include <map>

#include "apps/lithair/setting.hpp"

namespace lithair::apps {
namespace {

early_exit wrong(const program& self, std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return {2, self.name + ": " + text};
}

bool offered(const program& self, const setting& each) {
  return !(self.compiled_models && each.name == "models");
}

void append_padded(std::string& out, std::string_view text, std::size_t width) {
  out += text;
  out.append(width > text.size() ? width - text.size() : 1, ' ');
}

}  // namespace

sources read_flags(const program& self, std::span<const char* const> arguments) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  std::map<std::string_view, std::string> values;
  bool help = false;
  bool version = false;
  app.add_flag("--help,-h", help);
  app.add_flag("--version", version);
  for (const auto& x : all_settings()) {
    if (!offered(self, x)) continue;
    const auto flag = "--" + std::string(x.name);
    if (x.placeholder.empty()) {
      app.add_flag(flag, values[x.name]);
    } else {
      auto* const option = app.add_option(flag, values[x.name]);
      option->type_name(std::string(x.placeholder));
      if (x.repeats) option->join(',');
    }
  }
  try {
    app.parse(static_cast<int>(arguments.size()), arguments.data());
  } catch (const CLI::ParseError& error) {
    return tl::unexpected(wrong(self, error.what()));
  }
  if (help) return tl::unexpected(early_exit{0, help_text(self)});
  if (version) return tl::unexpected(early_exit{0, self.name + " " + self.version});
  if (const auto extras = app.remaining(); !extras.empty()) {
    return tl::unexpected(wrong(self, extras.front() + ": there is no such flag; see --help"));
  }
  std::vector<told> made;
  for (const auto& [name, value] : values) {
    const auto flag = "--" + std::string(name);
    if (app.count(flag) > 0) made.push_back({std::string(name), value, flag});
  }
  return made;
}

std::string help_text(const program& self) {
  constexpr std::size_t column = 48;
  std::string out =
      self.name + " " + self.version +
      ": a replicated HTTP/JSON service from one declaration of your models.\n\n" +
      "Usage: " + self.name + (self.compiled_models ? "" : " --models FILE") + " [flags]\n" +
      "       " + self.name +
      " token --data-dir DIR [--expires 1h] [--uses 1]   with --secure: others join by it\n" +
      "       " + self.name + " token --data-dir DIR --list | --revoke NUMBER | --revoke all\n" +
      "       " + self.name + " authority --data-dir DIR [--rotate | --finish | --cancel]\n";
  std::string_view group;
  for (const auto& x : all_settings()) {
    if (x.group.empty() || !offered(self, x)) continue;
    if (x.group != group) out += "\n" + std::string(group = x.group) + "\n";
    const auto flag = "  --" + std::string(x.name) + (x.placeholder.empty() ? "" : " ");
    append_padded(out, flag + std::string(x.placeholder), column);
    out += std::string(x.help) + "\n";
  }
  return out + R"(
  --help                                        this text
  --version                                     the version

In parentheses: the default. A flag wins over the environment (--node-id is LITHAIR_NODE_ID), that over
the file of --config (node-id = 1), that over the default. Durations: 50ms, 2s. Sizes: 64KiB, 1MiB.)";
}

}  // namespace lithair::apps
