#include "apps/lithair/options.hpp"

#include <map>

#include "apps/lithair/setting.hpp"
#include "apps/lithair/variables.hpp"

namespace lithair::apps {
namespace {

using settings_told = std::map<std::string, told, std::less<>>;

/// Adds what the environment says where no flag did. Empty, or what is wrong with a name: a slip in
/// one of ours would be a setting that is quietly left out. Names that are like none of ours may be
/// somebody else's and only earn a warning, those that platforms make not even that.
std::string add_environment(const environment& variables, settings_told& into, settings& made) {
  std::vector<std::string_view> names;
  for (const auto& each : all_settings()) names.push_back(each.name);
  for (const auto& [variable, text] : variables) {
    const auto meaning = meaning_of(variable, text, names);
    std::string name{meaning.setting};
    switch (meaning.kind) {
      case variable_kind::foreign:
        break;
      case variable_kind::setting:
        into.try_emplace(name, told{name, text, variable});
        break;
      case variable_kind::platform:
        made.remarks.push_back(variable + " is a service link of the platform and not a setting");
        break;
      case variable_kind::typo:
        return variable + ": there is no such setting; " + variable_of(name) + " may be meant";
      case variable_kind::unknown:
        made.warnings.push_back(variable + " is not a setting and has no effect");
        break;
    }
  }
  return {};
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
  const auto refused = [&self](const std::string& text) {
    return tl::unexpected(early_exit{2, self.name + ": " + text});
  };
  auto flags = read_flags(self, arguments);
  if (!flags) return tl::unexpected(std::move(flags.error()));
  settings_told all;
  for (auto& x : *flags) all.emplace(x.name, x);
  draft made;
  if (auto wrong = add_environment(variables, all, made.made); !wrong.empty())
    return refused(wrong);
  if (const auto file = add_file(all); !file) return refused(file.error().text);
  if (auto wrong = take_all(all, made); !wrong.empty()) return refused(wrong);
  if (auto wrong = complete(made); !wrong.empty()) return refused(wrong);
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
