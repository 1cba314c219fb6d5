#include "apps/lithair/options.hpp"

#include <algorithm>
#include <map>

#include "apps/lithair/setting.hpp"

namespace lithair::apps {
namespace {

using settings_told = std::map<std::string, told, std::less<>>;

std::string variable_of(std::string_view name) {
  std::string made = "LITHAIR_";
  for (const char c : name) {
    made += c == '-' ? '_' : (c >= 'a' && c <= 'z') ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return made;
}

/// Adds what the environment says where no flag did. A variable that is no setting may be somebody
/// else's (service discovery makes such names), so it only earns a warning.
void add_environment(const environment& variables, settings_told& into,
                     std::vector<std::string>& warnings) {
  for (const auto& [variable, text] : variables) {
    if (!variable.starts_with("LITHAIR_")) continue;
    const auto& known = all_settings();
    const auto found = std::ranges::find_if(
        known, [&variable](const setting& each) { return variable_of(each.name) == variable; });
    if (found == known.end()) {
      warnings.push_back(variable + " is not a setting and has no effect");
    } else {
      into.try_emplace(std::string(found->name), told{std::string(found->name), text, variable});
    }
  }
}

tl::expected<void, early_exit> add_file(settings_told& into) {
  const auto config = into.find("config");
  if (config == into.end()) return {};
  auto file = read_config_file(config->second.text);
  if (!file) {
    auto error = std::move(file.error());
    error.text = config->second.where + ": " + error.text;
    return tl::unexpected(std::move(error));
  }
  for (auto& x : *file) into.try_emplace(x.name, x);
  return {};
}

/// The first thing that is wrong, in the order of the table.
std::string take_all(const settings_told& all, draft& into) {
  for (const auto& x : all_settings()) {
    const auto found = all.find(x.name);
    if (found == all.end()) continue;
    if (auto problem = x.take(into, found->second.text); !problem.empty()) {
      return found->second.where + ": " + problem;
    }
  }
  return {};
}

}  // namespace

tl::expected<settings, early_exit> read_options(const program& self,
                                                std::span<const char* const> arguments,
                                                const environment& variables) {
  const auto refused = [&self](std::string text) {
    return tl::unexpected(early_exit{2, self.name + ": " + text});
  };
  auto flags = read_flags(self, arguments);
  if (!flags) return tl::unexpected(std::move(flags.error()));
  settings_told all;
  for (auto& x : *flags) all.emplace(x.name, x);
  draft made;
  add_environment(variables, all, made.made.warnings);
  if (const auto file = add_file(all); !file) return refused(file.error().text);
  if (auto wrong = take_all(all, made); !wrong.empty()) return refused(std::move(wrong));
  if (auto wrong = complete(made); !wrong.empty()) return refused(std::move(wrong));
  const bool has_models = !made.made.models_file.empty();
  if (self.compiled_models && has_models) {
    return refused(all.at("models").where + ": the models of this program are compiled in");
  }
  const bool restores = !made.made.restore_file.empty();
  if (!self.compiled_models && !has_models && !restores) {
    return refused("--models: name the TOML file with your models");
  }
  return std::move(made.made);
}

}  // namespace lithair::apps
