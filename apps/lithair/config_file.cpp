#include <algorithm>
#include <filesystem>

#include "apps/lithair/setting.hpp"
#include "models/declaration/toml.hpp"

namespace lithair::apps {
namespace {

/// A value as a flag would spell it; arrays become lists with commas. None: it is neither.
std::optional<std::string> as_text(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return *text;
  if (const auto number = node.value_exact<std::int64_t>()) return std::to_string(*number);
  if (const auto flag = node.value_exact<bool>()) return *flag ? "true" : "false";
  const auto* const list = node.as_array();
  if (list == nullptr) return std::nullopt;
  std::string joined;
  for (const auto& element : *list) {
    const auto text = element.is_array() ? std::nullopt : as_text(element);
    if (!text) return std::nullopt;
    joined += (joined.empty() ? "" : ",") + *text;
  }
  return joined;
}

std::string place(const std::string& path, const toml::source_region& at) {
  return path + ":" + std::to_string(at.begin.line) + ":" + std::to_string(at.begin.column) + ": ";
}

}  // namespace

sources read_config_file(const std::string& path) {
  if (std::error_code ignored; !std::filesystem::is_regular_file(path, ignored)) {
    return tl::unexpected(early_exit{2, "there is no file " + path});
  }
  const auto file = toml::parse_file(path);
  if (!file) {
    const auto& error = file.error();
    return tl::unexpected(
        early_exit{2, place(path, error.source()) + std::string(error.description())});
  }
  std::vector<told> made;
  for (const auto& [key, node] : file.table()) {
    const auto name = std::string(key.str());
    const auto where = place(path, key.source()) + name;
    if (std::ranges::find(all_settings(), name, &setting::name) == all_settings().end()) {
      return tl::unexpected(early_exit{2, where + ": there is no such setting"});
    }
    auto text = as_text(node);
    if (!text) return tl::unexpected(early_exit{2, where + ": is not a text, number or switch"});
    made.push_back({name, std::move(*text), where});
  }
  return made;
}

}  // namespace lithair::apps
