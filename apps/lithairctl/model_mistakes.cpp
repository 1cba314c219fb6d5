#include "apps/lithairctl/model_mistakes.hpp"

#include <algorithm>
#include <utility>

#include "models/declaration/model_file.hpp"
#include "models/declaration/toml.hpp"

namespace lithair::ctl {
namespace {

constexpr std::size_t most_mistakes = 100;

/// Takes the line away, and leaves its number. False: it is a part of something, whose rest would
/// be wrong without it.
bool blank(std::string& text, std::uint32_t line) {
  std::size_t begin = 0;
  for (std::uint32_t i = 1; i < line; ++i) {
    begin = text.find('\n', begin);
    if (begin == std::string::npos) return false;
    ++begin;
  }
  const auto end = std::min(text.find('\n', begin), text.size());
  const auto first = text.find_first_not_of(" \t", begin);
  // Without its head a table would be a part of the one before.
  if (first >= end || text[first] == '[') return false;
  std::fill(text.begin() + static_cast<std::ptrdiff_t>(begin),
            text.begin() + static_cast<std::ptrdiff_t>(end), ' ');
  return true;
}

std::vector<models::declaration_error> syntax_errors(std::string text, std::string_view filename) {
  std::vector<models::declaration_error> made;
  while (made.size() < most_mistakes) {
    const auto parsed = toml::parse(text, filename);
    if (parsed) break;
    const auto& error = parsed.error();
    const auto& at = error.source().begin;
    // What a line gone wrong leaves behind is no mistake of its own.
    if (!made.empty() && at.line <= made.back().where.line) break;
    made.push_back(
        {{std::string(filename), at.line, at.column}, "", std::string(error.description()) + "."});
    if (!blank(text, at.line)) break;
  }
  return made;
}

}  // namespace

models::declared<models::schema> judge_models(std::string_view text, std::string_view filename) {
  if (auto wrong = syntax_errors(std::string(text), filename); !wrong.empty())
    return tl::make_unexpected(std::move(wrong));
  return models::parse_model_text(text, filename);
}

}  // namespace lithair::ctl
