#include "models/query/parameters.hpp"

#include <utility>

#include "models/problem/problems.hpp"

namespace lithair::models {

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto comma = text.find(',');
    // An empty text is one empty part, which is refused as an unknown name.
    parts.push_back(text.substr(0, comma));
    if (comma == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(comma + 1);
  }
}

rights_to_ask rights_to_ask_for(const schema& s, const collection& c, const subject* who) {
  if (who == nullptr || c.access == nullptr) return nullptr;
  return std::make_shared<const reading_rights>(rights_to_read(s, c, *who));
}

std::vector<bool> shown_fields(const collection& c, const rights_to_ask& rights) {
  if (rights) {
    return rights->shown;
  }
  std::vector<bool> shown;
  shown.reserve(c.fields.size());
  for (const auto& f : c.fields) {
    shown.push_back(f.exposed);
  }
  return shown;
}

std::optional<problem> read_wanted(const collection& c, std::string_view text,
                                   std::vector<bool>& shown) {
  // Only what is named is shown: the fields that a list would show are off.
  std::vector<bool> wanted(c.fields.size());
  for (const auto name : split(text)) {
    const std::size_t at = c.position(name);
    if (at == c.fields.size() || !shown[at]) {
      return bad_parameter("fields", "The collection has no such field.");
    }
    wanted[at] = true;
  }
  shown = std::move(wanted);
  return std::nullopt;
}

}  // namespace lithair::models
