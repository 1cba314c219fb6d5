#include "http/router.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "http/target.hpp"

namespace lithair::http {

namespace {

constexpr method_set reading = set_of(method::get);
constexpr method_set posting = set_of(method::post);
constexpr method_set removing = set_of(method::remove);
constexpr method_set replacing = set_of(method::put) | set_of(method::patch);

enum class body : bool { usual, bulk };

/// All that is fixed about an endpoint.
struct endpoint_facts {
  std::string_view name;
  method_set methods = 0;
  body takes = body::usual;
  std::array<std::string_view, 2> paths{};  ///< that lead there as they are
  std::string_view below_collection{};      ///< the name of a child of a collection's path
  std::string_view below_id{};              ///< the name of a child of an item's or a member's
};

// In the order of the enum; its name is what metrics and logs say.
constexpr std::array<endpoint_facts, endpoint_count> facts{{
    {"nowhere"},
    {"malformed"},
    {"server"},
    {"index", reading, body::usual, {"/"}},
    {"livez", reading, body::usual, {"/livez", "/health"}},
    {"readyz", reading, body::usual, {"/readyz", "/ready"}},
    {"status", reading, body::usual, {"/status"}},
    {"cluster", reading, body::usual, {"/cluster"}},
    {"leader", reading, body::usual, {"/raft/leader"}},
    {"members", reading | posting, body::usual, {"/cluster/members"}},
    {"member", removing},
    {"promote", posting, body::usual, {}, {}, "promote"},
    {"abort", posting, body::usual, {"/cluster/members/abort"}},
    {"transfer", posting, body::usual, {"/cluster/transfer"}},
    {"raft_vote", posting, body::usual, {"/raft/vote"}},
    {"raft_append", posting, body::bulk, {"/raft/append-entries"}},
    {"raft_install", posting, body::bulk, {"/raft/install-snapshot"}},
    {"admin_snapshot", posting, body::usual, {"/_admin/snapshot"}},
    {"admin_backup", reading, body::usual, {"/_admin/backup"}},
    {"metrics", reading, body::usual, {"/metrics"}},
    {"openapi", reading, body::usual, {"/openapi.json"}},
    {"docs", reading, body::usual, {"/docs"}},
    {"items", reading | posting},
    {"item", reading | replacing | removing},
    {"count", reading, body::usual, {}, "count"},
    {"random_id", reading, body::usual, {}, "random-id"},
    {"history", reading, body::usual, {}, {}, "history"},
    {"bulk", posting, body::bulk, {}, "_bulk"},
    {"transaction", posting, body::bulk, {"/api/_txn"}},
    {"projections", reading, body::usual, {"/api/projections"}},
    {"projection", reading},
    {"stream", reading, body::usual, {}, "stream"},
}};

const endpoint_facts& facts_of(endpoint where) { return facts[static_cast<std::size_t>(where)]; }

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

std::string_view name_of(endpoint where) { return facts_of(where).name; }

method_set methods_of(endpoint where) { return facts_of(where).methods; }

bool takes_bulk(endpoint where) { return facts_of(where).takes == body::bulk; }

router::router(const models::schema& schema) {
  // Ours first: a collection can't take one of these paths.
  for (std::size_t i = 0; i < facts.size(); ++i)
    for (auto path : facts[i].paths)
      if (!path.empty()) add(path, static_cast<endpoint>(i), nullptr);
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
  for (std::size_t i = 0; i < facts.size(); ++i)
    if (facts[i].below_collection == name) return {static_cast<endpoint>(i), parent.target, {}};
  return {endpoint::item, parent.target, std::string{name}};
}

// Two segments below a collection or the members.
matched router::below(const place& above, std::string_view name, std::string_view detail) const {
  if (above.what == endpoint::members && detail == facts_of(endpoint::promote).below_id)
    return {endpoint::promote, nullptr, std::string{name}};
  if (above.target != nullptr && detail == facts_of(endpoint::history).below_id)
    return {endpoint::history, above.target, std::string{name}};
  return {};
}

}  // namespace lithair::http
