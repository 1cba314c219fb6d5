#include <CLI/CLI.hpp>

#include <boost/json/array.hpp>

#include <memory>
#include <ostream>

#include "apps/lithairctl/commands.hpp"
#include "apps/lithairctl/document.hpp"
#include "apps/lithairctl/table.hpp"

namespace lithair::ctl {
namespace {

/// What each endpoint knows of the index, since a node tells what it saw itself: the first that
/// knows anything.
exit_status explain(session& s, std::uint64_t index) {
  const auto how = s.how();
  http_client client(how.as);
  reply refused;
  std::string why;
  for (const auto& node : how.endpoints) {
    const auto got =
        client.send(node, {.target = "/_admin/explain/" + std::to_string(index)}, how.timeout);
    if (got.status == 200) {
      const auto said = object_of(got);
      if (s.json()) {
        s.at().out << pretty(said) << '\n';
        return exit_status::ok;
      }
      for (const auto& line : boost::json::array(array_in(said, "story")))
        s.at().out << printable(cell_of(line)) << '\n';
      return exit_status::ok;
    }
    if (got.status == 0)
      why += node.authority + ": " + got.why + '\n';
    else if (got.status == 404)
      refused = got;
    else
      throw failure_of(got, node.authority);
  }
  if (refused.status == 404)
    throw failure(exit_status::not_found,
                  "Nobody of these knows anything of index " + std::to_string(index) +
                      ", or they can't explain: " + failure_of(refused, {}).what());
  if (why.ends_with('\n')) why.pop_back();
  throw failure(exit_status::unavailable, why);
}

}  // namespace

void add_explain(command_line& to) {
  auto* made = add_command(to, "explain", "What became of an index of the log, as a story",
                           "  lithairctl explain 4711\n");
  auto index = std::make_shared<std::uint64_t>(0);
  made->add_option("INDEX", *index, "as X-Raft-Index and ETag tell it")->required();
  made->callback([index, &chosen = to.chosen] {
    chosen = [index](session& s) { return explain(s, *index); };
  });
}

}  // namespace lithair::ctl
