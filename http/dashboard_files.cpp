#include "http/dashboard_files.hpp"

#include <algorithm>

namespace lithair::http {

namespace {

// Everything comes from this node, as files: nothing within a page runs or is styled by it, so that
// text which found its way into one stays text.
constexpr std::string_view policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' "
    "data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

// Whether a list of entity tags has this one (RFC 9110 §13.1.2: by weak comparison).
bool names_tag(std::string_view list, std::string_view tag) {
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    auto one = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    one.remove_prefix(std::min(one.find_first_not_of(" \t"), one.size()));
    one = one.substr(0, one.find_last_not_of(" \t") + 1);
    if (one == "*") return true;
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one.size() == tag.size() + 2 && one.front() == '"' && one.back() == '"' &&
        one.substr(1, tag.size()) == tag)
      return true;
  }
  return false;
}

}  // namespace

const dashboard_file* find_dashboard_file(std::string_view name) {
  const auto all = dashboard_files();
  const auto at = std::ranges::find(all, name, &dashboard_file::name);
  return at == all.end() ? nullptr : &*at;
}

response dashboard_answer(std::string_view name, const request& r) {
  const auto* found = find_dashboard_file(name);
  if (found == nullptr) return not_found();
  const auto& file = *found;
  response result;
  result.page_policy = policy;
  result.entity_tag = file.tag;
  // Each start of another program may have other files, and they must fit each other.
  result.asks_again = true;
  const bool has_it = std::ranges::any_of(r.headers, [&file](const header& each) {
    return same_name(each.name, "If-None-Match") && names_tag(each.value, file.tag);
  });
  if (has_it) {
    result.status = 304;
    return result;
  }
  result.content_type = file.type;
  result.body = file.content.text();
  return result;
}

}  // namespace lithair::http
