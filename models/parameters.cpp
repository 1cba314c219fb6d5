#include "models/parameters.hpp"

#include <charconv>

#include "models/problems.hpp"

namespace lithair::models {

std::optional<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t made = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), made);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole ? std::optional(made) : std::nullopt;
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto comma = text.find(',');
    parts.push_back(text.substr(0, comma));
    if (comma == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(comma + 1);
  }
}

std::optional<problem> read_wanted(const collection& c, std::string_view text,
                                   std::vector<bool>& wanted) {
  wanted.assign(c.fields.size(), false);
  for (const auto name : split(text)) {
    const std::size_t at = c.position(name);
    if (at == c.fields.size() || !c.fields[at].exposed) {
      return bad_parameter("fields", "The collection has no such field.");
    }
    wanted[at] = true;
  }
  return std::nullopt;
}

}  // namespace lithair::models
