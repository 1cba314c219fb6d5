#include "apps/lithairctl/page_text.hpp"

#include "apps/lithairctl/failure.hpp"

namespace lithair::ctl {
namespace {

failure no_page() { return {exit_status::failed, "The answer is no page of a list."}; }

/// Behind the value that begins at `at`, which is well formed.
std::size_t end_of_value(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  bool quoted = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted) {
      if (c == '\\')
        ++at;
      else if (c == '"')
        quoted = false;
      if (!quoted && depth == 0) return at + 1;
      continue;
    }
    if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return at;
      if (--depth == 0) return at + 1;
    } else if (c == ',' && depth == 0) {
      return at;
    }
  }
  throw no_page();
}

}  // namespace

page_text read_page(std::string_view page) {
  constexpr std::string_view begin = "{\"data\":[";
  constexpr std::string_view mark = "\"next\":";
  if (!page.starts_with(begin)) throw no_page();
  page_text made;
  auto at = begin.size();
  while (at < page.size() && page[at] != ']') {
    const auto end = end_of_value(page, at);
    made.items.push_back(page.substr(at, end - at));
    at = end;
    if (at < page.size() && page[at] == ',') ++at;
  }
  // Behind the items: a mark within one of them is none.
  const auto next = page.find(mark, at);
  if (next == std::string_view::npos) throw no_page();
  const auto value = next + mark.size();
  if (page.substr(value).starts_with('"'))
    made.next = page.substr(value + 1, end_of_value(page, value) - value - 2);
  return made;
}

}  // namespace lithair::ctl
