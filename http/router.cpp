#include "http/router.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "http/target.hpp"

namespace lithair::http {

namespace {

// Deeper paths lead nowhere.
constexpr std::size_t max_depth = 8;
constexpr std::string_view entries_path = "/_admin/explain";

// A path cut at its slashes: `ends[i]` is where segment i ends in `text`.
struct cut_path {
  std::string_view text;
  std::array<std::size_t, max_depth> ends{};
  std::size_t depth = 0;

  std::string_view up_to(std::size_t n) const { return text.substr(0, ends[n - 1]); }
  std::string_view segment(std::size_t n) const {
    const auto begin = n > 1 ? ends[n - 2] + 1 : 1;
    return text.substr(begin, ends[n - 1] - begin);
  }
};

// Without anything encoded the path is its own text. False when it is too deep.
bool cut_plain(std::string_view path, cut_path& out) {
  out.text = path;
  for (std::size_t begin = 0; begin < path.size();) {
    if (out.depth == max_depth) return false;
    const auto end = std::min(path.find('/', begin + 1), path.size());
    out.ends[out.depth++] = end;
    begin = end;
  }
  return true;
}

bool cut_decoded(const std::vector<std::string>& segments, std::string& text, cut_path& out) {
  // Too deep for any route.
  if (segments.size() > max_depth) return false;
  for (const auto& segment : segments) {
    text.append("/").append(segment);
    out.ends[out.depth++] = text.size();
  }
  out.text = text;
  return true;
}

std::size_t depth_of(std::string_view path) {
  return static_cast<std::size_t>(std::ranges::count(path, '/'));
}

// The endpoint of this name below such a path; nowhere when there is none.
endpoint named(root below, std::string_view name) {
  for (std::size_t i = 0; !name.empty() && i < endpoint_count; ++i) {
    const auto what = static_cast<endpoint>(i);
    if (facts_of(what).at == below && facts_of(what).below == name) return what;
  }
  return endpoint::nowhere;
}

}  // namespace

router::router(const models::schema& schema) {
  // Ours first: a collection can't take one of these paths.
  for (std::size_t i = 0; i < endpoint_count; ++i) {
    const auto what = static_cast<endpoint>(i);
    for (auto path : facts_of(what).paths)
      if (!path.empty()) add(path, what, nullptr);
  }
  // It leads nowhere itself, and to the entries below it.
  add(entries_path, endpoint::nowhere, nullptr);
  for (const auto& x : schema.collections()) add(x.path, endpoint::items, &x);
}

void router::add(std::string_view path, endpoint what, const models::collection* target) {
  const bool fresh = places_.emplace(path, place{what, target, depth_of(path)}).second;
  if (!fresh)
    throw std::runtime_error("the path " + std::string{path} + " of a collection is already taken");
}

const router::place* router::find(std::string_view path, std::size_t depth) const {
  const auto at = places_.find(path);
  // The depth differs when a decoded segment holds a slash.
  return at != places_.end() && at->second.depth == depth ? &at->second : nullptr;
}

matched router::match(std::string_view path) const {
  // RFC 9112 §3.2.4.
  if (path == "*") return {endpoint::server, nullptr, {}};
  cut_path cut;
  std::string decoded;
  // Most paths have nothing encoded and need no memory.
  if (path.find('%') == std::string_view::npos) {
    if (!cut_plain(path, cut)) return {};
  } else {
    const auto segments = path_segments(path);
    if (!segments) return {endpoint::malformed, nullptr, {}};
    if (!cut_decoded(*segments, decoded, cut)) return {};
  }
  // An exact path counts more: /cluster/members/abort is no member.
  if (const auto* exact = find(cut.text, cut.depth)) return {exact->what, exact->target, {}};
  // An empty name is no id: a slash at the end leads nowhere.
  if (cut.depth < 2 || cut.segment(cut.depth).empty()) return {};
  if (const auto* parent = find(cut.up_to(cut.depth - 1), cut.depth - 1))
    return below(*parent, cut.segment(cut.depth));
  if (cut.depth < 3 || cut.segment(cut.depth - 1).empty()) return {};
  const auto* above = find(cut.up_to(cut.depth - 2), cut.depth - 2);
  if (above == nullptr) return {};
  return below(*above, cut.segment(cut.depth - 1), cut.segment(cut.depth));
}

// One segment below a collection, the members or the projections.
matched router::below(const place& parent, std::string_view name) const {
  if (parent.what == endpoint::members) return {endpoint::member, nullptr, std::string{name}};
  if (parent.what == endpoint::access_tokens)
    return {endpoint::access_token, nullptr, std::string{name}};
  if (parent.what == endpoint::nowhere) return {endpoint::explained, nullptr, std::string{name}};
  if (parent.what == endpoint::docs) return {endpoint::docs_part, nullptr, std::string{name}};
  if (parent.what == endpoint::dashboard)
    return {endpoint::dashboard_file, nullptr, std::string{name}};
  if (parent.what == endpoint::projections)
    return {endpoint::projection, nullptr, std::string{name}};
  if (parent.target == nullptr) return {};
  // `check_key` keeps items from having these names.
  if (const auto child = named(root::collection, name); child != endpoint::nowhere)
    return {child, parent.target, {}};
  return {endpoint::item, parent.target, std::string{name}};
}

// Two segments below a collection or the members.
matched router::below(const place& above, std::string_view name, std::string_view detail) const {
  const auto kind = above.what == endpoint::members ? root::member : root::item;
  if (kind == root::item && above.target == nullptr) return {};
  const auto child = named(kind, detail);
  if (child == endpoint::nowhere) return {};
  return {child, above.target, std::string{name}};
}

}  // namespace lithair::http
