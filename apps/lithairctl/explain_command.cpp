#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>
#include <ostream>
#include <set>

#include "apps/lithairctl/all_nodes.hpp"
#include "apps/lithairctl/commands.hpp"
#include "apps/lithairctl/document.hpp"
#include "apps/lithairctl/entry_story.hpp"

namespace lithair::ctl {
namespace {

/// The id of a member that does not tell it itself; 0: nobody names one there.
std::uint64_t id_at(const std::string& addr, const std::vector<node_view>& views) {
  for (const auto& view : views)
    for (const auto& each : array_in(view.status, "members"))
      if (each.is_object() && text_in(each.get_object(), "addr") == addr)
        return number_in(each.get_object(), "id");
  return 0;
}

/// All nodes of the cluster, each once; who can't be asked says why.
std::vector<node_told> nodes_of(const calling& how) {
  const auto views = look_at_all(how);
  std::set<std::string> clusters;
  std::set<std::uint64_t> seen;
  std::vector<node_told> made;
  for (const auto& view : views) {
    if (!view.why_not.empty()) continue;
    clusters.insert(text_in(view.status, "cluster_id"));
    const auto id = number_in(view.status, "node_id");
    if (seen.insert(id).second) made.push_back({id, view.addr, {}, {}});
  }
  if (clusters.size() > 1)
    throw failure(exit_status::usage, "These nodes are of different clusters: ask one at a time.");
  for (const auto& view : views) {
    if (view.why_not.empty()) continue;
    const auto id = id_at(view.addr, views);
    if (id == 0 || seen.insert(id).second) made.push_back({id, view.addr, view.why_not + '.', {}});
  }
  return made;
}

/// Asks those that can be asked. What they refuse all alike, as who may not ask, ends it.
std::vector<node_told> ask(const calling& how, const std::string& target) {
  auto made = nodes_of(how);
  std::vector<endpoint> nodes;
  for (const auto& x : made)
    if (x.why_not.empty()) nodes.push_back(read_endpoint(x.addr, how.endpoints.front().tls));
  const auto answers = ask_each(nodes, target, how);
  auto answer = answers.begin();
  for (auto& x : made) {
    if (!x.why_not.empty()) continue;
    const auto& got = *answer++;
    if (got.status == 200)
      x.page = object_of(got);
    else if (got.status == 0)
      x.why_not = got.why + '.';
    else if (got.status == 404 || got.status >= 500)
      x.why_not = failure_of(got, {}).what();
    else
      throw failure_of(got, x.addr);
  }
  if (std::ranges::none_of(made, [](const auto& x) { return x.why_not.empty(); })) {
    std::string why;
    for (const auto& x : made) why += (why.empty() ? "" : "\n") + x.addr + ": " + x.why_not;
    const bool is_unknown =
        std::ranges::any_of(answers, [](const auto& x) { return x.status == 404; });
    throw failure(is_unknown ? exit_status::not_found : exit_status::unavailable, why);
  }
  put_in_order(made);
  return made;
}

exit_status explain(session& s, std::uint64_t index, std::uint64_t group) {
  auto target = "/_admin/explain/" + std::to_string(index);
  if (group != 0) target += "?group=" + std::to_string(group);
  const auto told = ask(s.how(), target);
  if (s.json())
    s.at().out << pretty(story_json(index, told)) << '\n';
  else
    s.at().out << story_of(told);
  return exit_status::ok;
}

}  // namespace

void add_explain(command_line& to) {
  auto* made =
      add_command(to, "explain", "What became of an index of the log: what each member saw of it",
                  "  lithairctl explain 4711\n"
                  "  lithairctl explain 4711 --group 2 --json\n");
  struct words {
    std::uint64_t index = 0;
    std::uint64_t group = 0;
  };
  auto said = std::make_shared<words>();
  made->add_option("INDEX", said->index, "as X-Raft-Index and ETag tell it")->required();
  made->add_option("--group", said->group, "whose log, of models that have one of their own")
      ->type_name("N");
  made->callback([said, &chosen = to.chosen] {
    chosen = [said](session& s) { return explain(s, said->index, said->group); };
  });
}

}  // namespace lithair::ctl
