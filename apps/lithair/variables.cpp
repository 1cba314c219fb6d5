#include "apps/lithair/variables.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace lithair::apps {
namespace {

constexpr std::string_view prefix = "LITHAIR_";

bool are_digits(std::string_view word) {
  return !word.empty() && std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
}

/// Takes a suffix away, if the word has it.
bool take_suffix(std::string_view& word, std::string_view suffix) {
  if (!word.ends_with(suffix)) return false;
  word.remove_suffix(suffix.size());
  return true;
}

/// `…_PORT_8080_TCP`, also with `_PROTO`, `_PORT` or `_ADDR` behind it.
bool is_link_to_port(std::string_view name) {
  for (const auto part : {"_PROTO", "_PORT", "_ADDR"}) {
    if (take_suffix(name, part)) break;
  }
  if (!take_suffix(name, "_TCP") && !take_suffix(name, "_UDP") && !take_suffix(name, "_SCTP"))
    return false;
  const auto at = name.rfind("_PORT_");
  return at != std::string_view::npos && are_digits(name.substr(at + 6));
}

// What the kubelet sets for each service of a namespace, and Docker's links before it, see
// https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables.
bool is_service_link(std::string_view name, std::string_view value) {
  if (name.ends_with("_SERVICE_HOST") || name.ends_with("_SERVICE_PORT") ||
      name.find("_SERVICE_PORT_") != std::string_view::npos || is_link_to_port(name))
    return true;
  return name.ends_with("_PORT") && value.find("://") != std::string_view::npos;
}

/// How many letters are to be added, taken away or replaced (Levenshtein), or neighbours swapped,
/// to make one text of the other.
std::size_t distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> before_last(to.size() + 1);
  std::vector<std::size_t> last(to.size() + 1);
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= from.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t changed = from[i - 1] == to[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + changed});
      const bool swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last.back();
}

/// The setting that a wrong name is a slip of: one letter, or two in a longer name.
std::string_view meant_by(std::string_view name, std::span<const std::string_view> settings) {
  constexpr std::size_t longest = 40;
  if (name.size() > longest) return {};
  for (const auto each : settings) {
    const auto limit = each.size() < 6 ? 1u : 2u;
    if (distance(name, variable_of(each)) <= limit) return each;
  }
  return {};
}

}  // namespace

std::string variable_of(std::string_view setting) {
  std::string made{prefix};
  for (const char c : setting) {
    made += c == '-' ? '_' : (c >= 'a' && c <= 'z') ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return made;
}

variable_meaning meaning_of(std::string_view name, std::string_view value,
                            std::span<const std::string_view> settings) {
  // Who looks after a cluster may start a node from the same shell.
  const bool is_of_ctl = name == "LITHAIR_ENDPOINTS" || name == "LITHAIR_TOKEN_FILE";
  if (!name.starts_with(prefix) || is_of_ctl) return {variable_kind::foreign, {}};
  if (is_service_link(name, value)) return {variable_kind::platform, {}};
  const auto found =
      std::ranges::find_if(settings, [name](auto each) { return variable_of(each) == name; });
  if (found != settings.end()) return {variable_kind::setting, *found};
  if (const auto meant = meant_by(name, settings); !meant.empty())
    return {variable_kind::typo, meant};
  return {variable_kind::unknown, {}};
}

}  // namespace lithair::apps
