#include <CLI/CLI.hpp>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <memory>
#include <ostream>

#include <spdlog/fmt/fmt.h>

#include "apps/lithair/values.hpp"
#include "apps/lithairctl/commands.hpp"
#include "apps/lithairctl/document.hpp"
#include "apps/lithairctl/table.hpp"
#include "apps/lithairctl/units.hpp"
#include "persistence/files.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::ctl {
namespace {

namespace json = boost::json;

struct token_options {
  std::string name;
  std::string role = "read";
  std::vector<std::string> collections;
  std::uint64_t days = 0;
  std::string out;
  std::uint64_t number = 0;
  bool yes = false;
};

std::string names_in(const json::array& all) {
  std::string made;
  for (const auto& each : all) made += (made.empty() ? "" : ",") + cell_of(each);
  return made;
}

std::string time_in(const json::object& from, std::string_view name) {
  const auto seconds = number_in(from, name);
  return seconds == 0 ? "never" : human_time(static_cast<std::int64_t>(seconds));
}

exit_status create_token(session& s, const token_options& chosen) {
  json::object body{{"name", chosen.name}, {"role", chosen.role}};
  if (!chosen.collections.empty())
    body["collections"] = json::array(chosen.collections.begin(), chosen.collections.end());
  if (chosen.days != 0) body["expires_in"] = chosen.days * 86'400;
  const auto got = s.cluster().expect(
      {.method = "POST", .target = "/_admin/tokens", .body = json::serialize(body)});
  auto made = object_of(got);
  const auto token = text_in(made, "token");
  if (!chosen.out.empty()) {
    try {
      persistence::replace_file(chosen.out, token + '\n');
    } catch (const persistence::storage_error& error) {
      // It is told once: whoever can't keep it here must see it all the same.
      s.at().err << error.what() << '\n';
      s.at().out << token << '\n';
      return exit_status::failed;
    }
    made.erase("token");
  }
  if (s.json())
    s.at().out << json::serialize(made) << '\n';
  else if (chosen.out.empty())
    s.at().out << token << '\n';
  if (!s.json())
    s.at().err << fmt::format("Token {} of {}, role {}.{}\n", text_in(made, "number"),
                              text_in(made, "name"), text_in(made, "role"),
                              chosen.out.empty() ? " It is told this once." : "");
  return exit_status::ok;
}

exit_status list_tokens(session& s, const token_options&) {
  const auto got = s.cluster().expect({.target = "/_admin/tokens"});
  if (s.json()) {
    s.at().out << got.body << '\n';
    return exit_status::ok;
  }
  table rows({"NUMBER", "NAME", "ROLE", "COLLECTIONS", "MADE", "ENDS"});
  const auto page = object_of(got);
  for (const auto& each : array_in(page, "tokens")) {
    if (!each.is_object()) continue;
    const auto& x = each.get_object();
    const auto limited = names_in(array_in(x, "collections"));
    rows.add({text_in(x, "number"), text_in(x, "name"), text_in(x, "role"),
              limited.empty() ? "all" : limited, time_in(x, "made"), time_in(x, "expires")});
  }
  s.at().out << rows.text(s.at().width);
  return exit_status::ok;
}

exit_status revoke_token(session& s, const token_options& chosen) {
  const auto number = std::to_string(chosen.number);
  if (!chosen.yes)
    s.at().must_type(number, "Whoever shows token " + number + " will be served no more.");
  const auto got = s.cluster().expect({.method = "DELETE", .target = "/_admin/tokens/" + number});
  if (s.json())
    s.at().out << got.body << '\n';
  else
    s.at().out << fmt::format("Token {} of {} counts no more.\n", number,
                              text_in(object_of(got), "name"));
  return exit_status::ok;
}

using token_action = exit_status (*)(session&, const token_options&);

std::shared_ptr<token_options> begin_token(CLI::App* made, action& chosen, token_action what) {
  auto options = std::make_shared<token_options>();
  made->callback([options, what, &chosen] {
    chosen = [options, what](session& s) { return what(s, *options); };
  });
  return options;
}

}  // namespace

void add_token(command_line& to) {
  auto* tokens = add_command(to, "token", "Access tokens: make, list, revoke",
                             "  lithairctl token create me --role admin --out me.token\n"
                             "  lithairctl token create shop --role write "
                             "--collection orders --collection products --days 30\n"
                             "  lithairctl token list --token-file me.token\n"
                             "  lithairctl token revoke 2 --token-file me.token\n");
  tokens->require_subcommand(1);
  auto* creating = tokens->add_subcommand("create", "Make one; the first must be an admin's");
  auto options = begin_token(creating, to.chosen, create_token);
  creating->add_option("NAME", options->name, "who is to have it")->required();
  creating->add_option("--role", options->role, "read, write, admin, or one of access rules (read)")
      ->type_name("ROLE");
  creating->add_option("--collection", options->collections, "for this one alone; may be repeated")
      ->type_name("NAME");
  creating->add_option("--days", options->days, "until it ends (never)")->type_name("N");
  creating->add_option("--out", options->out, "keep it in a file that only you can read")
      ->type_name("FILE");

  auto* listing = tokens->add_subcommand("list", "Those that there are");
  (void)begin_token(listing, to.chosen, list_tokens);

  auto* revoking = tokens->add_subcommand("revoke", "Let one count no more, at once");
  options = begin_token(revoking, to.chosen, revoke_token);
  revoking->add_option("NUMBER", options->number, "as the list tells it")->required();
  revoking->add_flag("--yes", options->yes, "don't ask");
}

}  // namespace lithair::ctl
