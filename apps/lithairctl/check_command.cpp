#include <CLI/CLI.hpp>

#include <boost/json/array.hpp>

#include <memory>
#include <ostream>

#include <spdlog/fmt/fmt.h>

#include "apps/lithairctl/commands.hpp"
#include "apps/lithairctl/document.hpp"
#include "apps/lithairctl/model_changes.hpp"
#include "apps/lithairctl/model_mistakes.hpp"
#include "models/declaration/compatibility.hpp"
#include "models/declaration/model_file.hpp"
#include "models/query/unserved_rules.hpp"
#include "persistence/files.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::ctl {
namespace {

namespace json = boost::json;

struct check_options {
  std::string file;
  std::string against;
};

std::string text_of_file(const std::string& file) {
  try {
    auto text = persistence::read_file(file);
    if (text) return std::move(*text);
  } catch (const persistence::storage_error&) {
    // As if it were not there: what matters is that it can't be read.
  }
  throw failure(exit_status::usage, "check: " + file + " can't be read");
}

exit_status tell_mistakes(session& s, const std::vector<models::declaration_error>& wrong) {
  json::array all;
  for (const auto& x : wrong) {
    if (!s.json()) s.at().out << to_string(x) << '\n';
    all.push_back(json::object{{"file", x.where.file},
                               {"line", x.where.line},
                               {"column", x.where.column},
                               {"subject", x.subject},
                               {"message", x.message}});
  }
  if (s.json())
    s.at().out << pretty(json::object{{"fine", false}, {"mistakes", std::move(all)}}) << '\n';
  else
    s.at().out << fmt::format("{} mistake{}.\n", wrong.size(), wrong.size() == 1 ? "" : "s");
  return exit_status::failed;
}

/// The models that the cluster serves.
models::schema served_models(session& s, const std::string& endpoint) {
  auto how = s.how();
  how.endpoints = read_endpoints(endpoint, how.endpoints.front().tls);
  caller by(how);
  const auto got = by.call({.target = "/_admin/models"});
  if (got.status == 404)
    throw failure(exit_status::not_found, by.current().authority +
                                              " does not tell its models: it is of an earlier "
                                              "version.");
  if (got.status >= 400) throw failure_of(got, by.current().authority);
  auto read = models::parse_model_text(got.body, "the models of " + by.current().authority);
  if (!read)
    throw failure(exit_status::failed, "This version can't read the models of the cluster: " +
                                           to_string(read.error().front()));
  return std::move(*read);
}

json::array to_array(const std::vector<std::string>& all) {
  return json::array(all.begin(), all.end());
}

exit_status compare_served(session& s, const check_options& chosen, const models::schema& now) {
  const auto before = served_models(s, chosen.against);
  const auto changes = changes_between(before, now);
  const auto wrong = models::incompatibilities(before, now);
  const auto joins = wrong.empty() ? models::why_not_join(before, now) : std::string{};
  if (s.json()) {
    s.at().out << pretty(json::object{{"fine", wrong.empty()},
                                      {"changes", to_array(changes)},
                                      {"refused", to_array(wrong)},
                                      {"new_members_refused", joins}})
               << '\n';
    return wrong.empty() ? exit_status::ok : exit_status::failed;
  }
  auto& out = s.at().out;
  if (changes.empty()) {
    out << "The cluster serves the same.\n";
    return exit_status::ok;
  }
  out << "Against " << chosen.against << ":\n";
  for (const auto& each : changes) out << "  " << each << '\n';
  if (!wrong.empty()) {
    out << s.at().in_colour(colour::red, "Nodes would refuse to start with it:") << '\n';
    for (const auto& each : wrong) out << "  " << each << '\n';
    return exit_status::failed;
  }
  out << "It may be: restart one node after the other with it, and use what is new once all have "
         "it.\n";
  if (!joins.empty()) out << "Until then no node joins with it: " << joins << '\n';
  return exit_status::ok;
}

exit_status check_file(session& s, const check_options& chosen) {
  const auto made = judge_models(text_of_file(chosen.file), chosen.file);
  if (!made) return tell_mistakes(s, made.error());
  if (!s.json()) {
    s.at().out << fmt::format("{}: {} models, {} projections, no mistakes.\n", chosen.file,
                              made->collections().size(), made->projections().size());
    for (const auto& name : models::rules_without_index(*made))
      s.at().out << fmt::format(
          "Lists of {} look at every item where its rule for reading binds: no index serves it.\n",
          name);
  }
  if (!chosen.against.empty()) return compare_served(s, chosen, *made);
  if (s.json()) s.at().out << "{\"fine\": true}\n";
  return exit_status::ok;
}

}  // namespace

void add_check(command_line& to) {
  auto* made = add_command(to, "check", "All mistakes of a model file, and what it would change",
                           "  lithairctl check shop.toml\n"
                           "  lithairctl check shop.toml --against 10.0.0.1:8080\n");
  auto options = std::make_shared<check_options>();
  made->add_option("FILE", options->file, "models, in TOML")->required();
  made->add_option("--against", options->against, "compare with what this cluster serves")
      ->type_name("HOST:PORT");
  made->callback([options, &chosen = to.chosen] {
    chosen = [options](session& s) { return check_file(s, *options); };
  });
}

}  // namespace lithair::ctl
