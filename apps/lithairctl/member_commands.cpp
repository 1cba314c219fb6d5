#include <CLI/CLI.hpp>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <memory>
#include <ostream>

#include <spdlog/fmt/fmt.h>

#include "apps/lithair/values.hpp"
#include "apps/lithairctl/commands.hpp"
#include "apps/lithairctl/document.hpp"
#include "apps/lithairctl/table.hpp"
#include "apps/lithairctl/units.hpp"

namespace lithair::ctl {
namespace {

namespace json = boost::json;

constexpr auto force_help =
    "also where a majority of old or new voters is not there:\n"
    "the change may never be complete, and no write confirmed meanwhile";

struct member_options {
  std::string member;  ///< ID or ID=HOST:PORT[/PEER_PORT]
  std::uint64_t id = 0;
  bool yes = false;
  bool force = false;
  bool learner = false;
  bool move = false;
};

/// Changes of members take as long as the members need.
calling patiently(const session& s) {
  auto how = s.how();
  how.timeout = std::max(how.timeout, milliseconds{60'000});
  return how;
}

exit_status change(session& s, request what, const std::string& done) {
  what.headers.clear();
  caller by(patiently(s));
  const auto got = by.expect(what);
  if (s.json()) {
    s.at().out << got.body << '\n';
    return exit_status::ok;
  }
  s.at().out << done << '\n';
  if (const auto risk = text_in(object_of(got), "risk"); !risk.empty())
    s.at().err << s.at().in_colour(colour::yellow, "Risk: ") << risk << '\n';
  return exit_status::ok;
}

std::string forced(bool force) { return force ? "?force=true" : ""; }

exit_status show_members(session& s) {
  const auto got = s.cluster().expect({.target = "/cluster"});
  const auto page = object_of(got);
  if (s.json()) {
    s.at().out << pretty(page) << '\n';
    return exit_status::ok;
  }
  table rows(
      {"ID", "ADDRESS", "PEER ADDRESS", "ROLE", "VOTER", "CONNECTED", "MATCH", "LAG", "CONTACT"});
  for (const auto& each : array_in(page, "members")) {
    const auto& x = each.as_object();
    const auto duration = [&x](std::string_view name) {
      return is_null_in(x, name) ? std::string{"-"} : human_duration(number_in(x, name));
    };
    rows.add({text_in(x, "id"), text_in(x, "addr"), text_in(x, "peer_addr"), text_in(x, "role"),
              flag_in(x, "voter") ? "yes" : "no", flag_in(x, "connected") ? "yes" : "no",
              human_count(number_in(x, "match_index")), human_count(number_in(x, "lag_entries")),
              duration("last_contact_ms")});
  }
  s.at().out << rows.text(s.at().width);
  return exit_status::ok;
}

exit_status add_member(session& s, const member_options& chosen) {
  const auto read = apps::read_members(chosen.member);
  if (!read || read->size() != 1)
    throw failure(exit_status::usage,
                  "add: " + (read ? "name one member" : read.error()) + "; write 4=10.0.0.4:8080");
  const auto& x = read->front();
  // The host as it was written: a name stays one.
  const auto after = chosen.member.substr(chosen.member.find('=') + 1);
  json::object body{
      {"id", x.id.value}, {"addr", after.substr(0, after.find('/'))}, {"peer_port", x.peer_port}};
  if (chosen.move) body["move"] = true;
  if (chosen.learner) body["promote"] = false;
  return change(s,
                {.method = "POST",
                 .target = "/cluster/members" + forced(chosen.force),
                 .body = json::serialize(body)},
                chosen.move      ? fmt::format("Node {} is found at {} now.", x.id.value, after)
                : chosen.learner ? fmt::format("Node {} is a member, and learns.", x.id.value)
                                 : fmt::format("Node {} is a member. It votes once it has caught "
                                               "up: see lithairctl members.",
                                               x.id.value));
}

exit_status remove_member(session& s, const member_options& chosen) {
  const auto id = std::to_string(chosen.id);
  if (!chosen.yes)
    s.at().must_type(id, "Node " + id +
                             " will be no member any more, and serve nobody. To come back it has "
                             "to join with an empty data directory.");
  return change(s, {.method = "DELETE", .target = "/cluster/members/" + id + forced(chosen.force)},
                "Node " + id + " is no member any more; it may be stopped.");
}

std::shared_ptr<member_options> with_id(CLI::App* made) {
  auto options = std::make_shared<member_options>();
  made->add_option("ID", options->id, "the member's node id")->required();
  made->add_flag("--force", options->force, force_help);
  return options;
}

void add_changes(command_line& to) {
  auto* add = add_command(to, "add", "Make a node a member: it learns, then votes",
                          "  lithairctl add 4=10.0.0.4:8080\n"
                          "  lithairctl add 4=10.0.0.4:8080/9080 --learner\n"
                          "  lithairctl add 3=10.0.0.9:8080 --move\n");
  auto options = std::make_shared<member_options>();
  add->add_option("MEMBER", options->member, "ID=HOST:PORT, and /PEER_PORT if it is not 1000 more")
      ->required();
  add->add_flag("--learner", options->learner, "it is not to vote");
  add->add_flag("--move", options->move, "it is a member already, and found there from now on");
  add->add_flag("--force", options->force, force_help);
  add->callback([options, &chosen = to.chosen] {
    chosen = [options](session& s) { return add_member(s, *options); };
  });

  auto* remove = add_command(to, "remove", "Make a member none any more",
                             "  lithairctl remove 4\n  lithairctl remove 4 --yes\n");
  auto removed = with_id(remove);
  remove->add_flag("--yes", removed->yes, "don't ask");
  remove->callback([removed, &chosen = to.chosen] {
    chosen = [removed](session& s) { return remove_member(s, *removed); };
  });

  auto* promote = add_command(to, "promote", "Let a learner vote", "  lithairctl promote 4\n");
  auto promoted = with_id(promote);
  promote->callback([promoted, &chosen = to.chosen] {
    chosen = [promoted](session& s) {
      const auto id = std::to_string(promoted->id);
      return change(s,
                    {.method = "POST",
                     .target = "/cluster/members/" + id + "/promote" + forced(promoted->force)},
                    "Node " + id + " votes.");
    };
  });
}

}  // namespace

void add_members(command_line& to) {
  auto* members = add_command(to, "members", "The members, and how far they are",
                              "  lithairctl members\n  lithairctl members --json\n");
  members->callback([&chosen = to.chosen] { chosen = show_members; });
  add_changes(to);

  auto* transfer = add_command(to, "transfer", "Hand leadership over",
                               "  lithairctl transfer\n  lithairctl transfer --to 2\n");
  auto options = std::make_shared<member_options>();
  transfer->add_option("--to", options->id, "a voter; else the leader chooses")->type_name("ID");
  transfer->callback([options, &chosen = to.chosen] {
    chosen = [options](session& s) {
      json::object body;
      if (options->id != 0) body["to"] = options->id;
      return change(
          s, {.method = "POST", .target = "/cluster/transfer", .body = json::serialize(body)},
          options->id != 0 ? fmt::format("Node {} leads.", options->id) : "Another node leads.");
    };
  });
}

}  // namespace lithair::ctl
