#include <algorithm>
#include <map>
#include <set>

#include "test/tidy/rules.hpp"

// Who may include whom.
namespace lithair::tidy {

namespace {

std::string_view room_of(std::string_view path) { return path.substr(0, path.find_last_of('/')); }

/// The rule of a folder, or of the nearest one above it that has one.
const room_rule* rule_of(std::string_view room, std::span<const room_rule> rules) {
  for (;;) {
    const auto found = std::ranges::find(rules, room, &room_rule::room);
    if (found != rules.end()) return &*found;
    const auto slash = room.find_last_of('/');
    if (slash == std::string_view::npos) return nullptr;
    room = room.substr(0, slash);
  }
}

bool allows(const room_rule& rule, std::string_view room) {
  return room == rule.room || std::ranges::any_of(rule.may_include, [room](std::string_view x) {
           return x.ends_with('/') ? (std::string(room) + '/').starts_with(x) : room == x;
         });
}

using graph = std::map<std::string_view, std::set<std::string_view>>;

/// Tarjan's algorithm: the components that reach each other.
class cycle_finder {
 public:
  explicit cycle_finder(const graph& edges) : edges_(edges) {
    for (const auto& [from, to] : edges)
      if (!seen_.contains(from)) visit(from);
  }
  const std::vector<std::vector<std::string_view>>& found() const { return found_; }

 private:
  struct mark {
    std::size_t number = 0;
    std::size_t lowest = 0;
    bool open = true;
  };

  void visit(std::string_view x) {
    auto& here = seen_[x] = {seen_.size(), seen_.size(), true};
    path_.push_back(x);
    if (const auto to = edges_.find(x); to != edges_.end()) {
      for (const auto next : to->second) {
        if (!seen_.contains(next)) visit(next);
        if (const auto& there = seen_[next]; there.open)
          here.lowest = std::min(here.lowest, there.lowest);
      }
    }
    if (here.lowest != here.number) return;
    const auto from = std::ranges::find(path_, x);
    for (auto each = from; each != path_.end(); ++each) seen_[*each].open = false;
    if (path_.end() - from > 1) found_.emplace_back(from, path_.end());
    path_.erase(from, path_.end());
  }

  const graph& edges_;
  std::map<std::string_view, mark> seen_;
  std::vector<std::string_view> path_;
  std::vector<std::vector<std::string_view>> found_;
};

}  // namespace

std::vector<finding> check_directions(sources all, std::span<const room_rule> rules) {
  std::vector<finding> made;
  for (const auto& each : all) {
    const auto* rule = rule_of(each.room(), rules);
    if (rule == nullptr) {
      made.push_back({each.path, "the law says nothing about this room"});
      continue;
    }
    for (const auto& [line, path] : inclusions_of(each)) {
      const auto to = room_of(path);
      if (to == each.room() || allows(*rule, to)) continue;
      made.push_back({each.path + ':' + std::to_string(line),
                      std::string(rule->room) + " may not include " + path});
    }
  }
  return made;
}

std::vector<finding> check_first_includes(sources all) {
  std::set<std::string_view> headers;
  for (const auto& each : all)
    if (each.is_header()) headers.insert(each.component());
  std::vector<finding> made;
  for (const auto& each : all) {
    if (each.is_header() || !headers.contains(each.component())) continue;
    const auto first = std::ranges::find_if(
        each.lines, [](const auto& line) { return line.starts_with("#include"); });
    const auto own = "#include \"" + std::string(each.component()) + ".hpp\"";
    if (first == each.lines.end() || *first != own)
      made.push_back({each.path, "it does not begin with its own header"});
  }
  return made;
}

std::vector<finding> check_cycles(sources all, exceptions but) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& each : all)
    for (const auto& [line, path] : inclusions_of(each))
      if (auto to = path.substr(0, path.find_last_of('.')); to != each.component())
        pairs.emplace_back(each.component(), std::move(to));
  graph edges;
  for (const auto& [from, to] : pairs) edges[from].insert(to);
  std::vector<finding> made;
  const cycle_finder finder(edges);
  for (auto cycle : finder.found()) {
    std::ranges::sort(cycle);
    std::string names;
    for (const auto name : cycle) names += (names.empty() ? "" : ", ") + std::string(name);
    // One that has grown is another one.
    if (std::ranges::find(but, names, &exception::of) != but.end()) continue;
    made.push_back({std::string(cycle.front()), "these include each other: " + names});
  }
  return made;
}

}  // namespace lithair::tidy
