#include "http/router.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "http/target.hpp"

namespace lithair::http {

namespace {

constexpr method_set reading = set_of(method::get);

struct endpoint_facts {
  std::string_view name;
  method_set methods;
};

// In the order of the enum; its name is what metrics and logs say.
constexpr std::array<endpoint_facts, endpoint_count> facts{{
    {"nowhere", 0},
    {"malformed", 0},
    {"server", 0},
    {"index", reading},
    {"livez", reading},
    {"readyz", reading},
    {"status", reading},
    {"cluster", reading},
    {"leader", reading},
    {"members", reading | set_of(method::post)},
    {"member", set_of(method::remove)},
    {"promote", set_of(method::post)},
    {"abort", set_of(method::post)},
    {"transfer", set_of(method::post)},
    {"raft_vote", set_of(method::post)},
    {"raft_append", set_of(method::post)},
    {"raft_install", set_of(method::post)},
    {"admin_snapshot", set_of(method::post)},
    {"admin_backup", reading},
    {"metrics", reading},
    {"openapi", reading},
    {"docs", reading},
    {"items", reading | set_of(method::post)},
    {"item", reading | set_of(method::put) | set_of(method::patch) | set_of(method::remove)},
    {"count", reading},
    {"random_id", reading},
    {"history", reading},
    {"bulk", set_of(method::post)},
    {"transaction", set_of(method::post)},
    {"projections", reading},
    {"projection", reading},
    {"stream", reading},
}};

struct fixed_path {
  std::string_view path;
  endpoint what;
};

constexpr fixed_path fixed_paths[] = {
    {"/", endpoint::index},
    {"/livez", endpoint::livez},
    {"/health", endpoint::livez},
    {"/readyz", endpoint::readyz},
    {"/ready", endpoint::readyz},
    {"/status", endpoint::status},
    {"/cluster", endpoint::cluster},
    {"/raft/leader", endpoint::leader},
    {"/cluster/members", endpoint::members},
    {"/cluster/members/abort", endpoint::abort},
    {"/cluster/transfer", endpoint::transfer},
    {"/raft/vote", endpoint::raft_vote},
    {"/raft/append-entries", endpoint::raft_append},
    {"/raft/install-snapshot", endpoint::raft_install},
    {"/_admin/snapshot", endpoint::admin_snapshot},
    {"/_admin/backup", endpoint::admin_backup},
    {"/metrics", endpoint::metrics},
    {"/openapi.json", endpoint::openapi},
    {"/docs", endpoint::docs},
    {"/api/_txn", endpoint::transaction},
    {"/api/projections", endpoint::projections},
};

// Names below a collection that are no ids. Some belong to routes of their own.
struct reserved_name {
  std::string_view name;
  endpoint what;
};

constexpr reserved_name reserved_names[] = {
    {"count", endpoint::count},
    {"random-id", endpoint::random_id},
    {"stream", endpoint::stream},
    {"_bulk", endpoint::bulk},
};

// Deeper paths lead nowhere.
constexpr std::size_t max_depth = 8;

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

}  // namespace

std::string_view name_of(endpoint x) { return facts[static_cast<std::size_t>(x)].name; }

method_set methods_of(endpoint x) { return facts[static_cast<std::size_t>(x)].methods; }

router::router(const models::schema& schema) {
  // Ours first: a collection can't take one of these paths.
  for (const auto& x : fixed_paths) add(x.path, x.what, nullptr);
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
  if (parent.what == endpoint::projections)
    return {endpoint::projection, nullptr, std::string{name}};
  if (parent.target == nullptr) return {};
  // `check_key` keeps items from having these names.
  for (const auto& x : reserved_names)
    if (x.name == name) return {x.what, parent.target, {}};
  return {endpoint::item, parent.target, std::string{name}};
}

// Two segments below a collection or the members.
matched router::below(const place& above, std::string_view name, std::string_view detail) const {
  if (above.what == endpoint::members && detail == "promote")
    return {endpoint::promote, nullptr, std::string{name}};
  if (above.target != nullptr && detail == "history")
    return {endpoint::history, above.target, std::string{name}};
  return {};
}

}  // namespace lithair::http
