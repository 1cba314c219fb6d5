#include <CLI/CLI.hpp>

#include <boost/json/array.hpp>

#include <ctime>
#include <ostream>

#include <spdlog/fmt/fmt.h>

#include "apps/lithairctl/all_nodes.hpp"
#include "apps/lithairctl/cluster_report.hpp"
#include "apps/lithairctl/commands.hpp"
#include "apps/lithairctl/document.hpp"
#include "apps/lithairctl/table.hpp"
#include "apps/lithairctl/units.hpp"

namespace lithair::ctl {
namespace {

namespace json = boost::json;

json::value or_null(const std::optional<std::uint64_t>& x) {
  return x ? json::value(*x) : json::value(nullptr);
}

json::object report_json(const cluster_report& of) {
  json::array members;
  for (const auto& x : of.members)
    members.push_back(json::object{{"id", x.id},
                                   {"addr", x.addr},
                                   {"role", x.role},
                                   {"voter", x.voter},
                                   {"answers", x.answers},
                                   {"ready", x.ready},
                                   {"term", x.term},
                                   {"applied", x.applied},
                                   {"lag_entries", or_null(x.lag_entries)},
                                   {"lag_ms", or_null(x.lag_ms)},
                                   {"last_contact_ms", or_null(x.last_contact_ms)},
                                   {"uptime_ms", or_null(x.uptime_ms)},
                                   {"data_bytes", or_null(x.data_bytes)}});
  json::array findings;
  for (const auto& x : of.findings)
    findings.push_back(json::object{{"gravity", x.how == gravity::problem ? "problem" : "note"},
                                    {"sentence", x.sentence},
                                    {"advice", x.advice}});
  return {{"well", of.is_well()},
          {"cluster_id", of.cluster_id},
          {"leader_id", or_null(of.leader)},
          {"term", of.term},
          {"commit", of.commit},
          {"voters", of.voters},
          {"voters_there", of.voters_there},
          {"members", std::move(members)},
          {"findings", std::move(findings)}};
}

std::string or_dash(const std::optional<std::uint64_t>& x, std::string (*how)(std::uint64_t)) {
  return x ? how(*x) : "-";
}

void show_report(const cluster_report& of, const console& at) {
  at.out << fmt::format("cluster {}  {}  term {}  commit {}  {} of {} voters  version {}\n\n",
                        of.cluster_id,
                        of.leader ? fmt::format("leader {}", *of.leader) : "no leader", of.term,
                        human_count(of.commit), of.voters_there, of.voters, of.version);
  table rows({"ID", "ADDRESS", "ROLE", "STATE", "TERM", "APPLIED", "LAG", "CONTACT", "UP", "DATA"});
  for (const auto& x : of.members) {
    const bool leads = x.role == "leader";
    rows.add({std::to_string(x.id), x.addr, x.voter || !x.answers ? x.role : "learner",
              !x.answers ? "no answer"
              : x.ready  ? "ready"
                         : "not ready",
              x.answers ? std::to_string(x.term) : "-", x.answers ? human_count(x.applied) : "-",
              leads ? "-" : or_dash(x.lag_entries, human_count),
              leads ? "-" : or_dash(x.last_contact_ms, human_duration),
              or_dash(x.uptime_ms, human_duration), or_dash(x.data_bytes, human_bytes)});
  }
  at.out << rows.text(at.width) << '\n';
  for (const auto& x : of.findings) {
    const bool is_problem = x.how == gravity::problem;
    at.out << at.in_colour(is_problem ? colour::red : colour::yellow, is_problem ? "! " : "- ")
           << printable(x.sentence) << '\n';
    if (!x.advice.empty()) at.out << "  -> " << printable(x.advice) << ".\n";
  }
  if (of.is_well()) at.out << at.in_colour(colour::green, "All is well.") << '\n';
}

}  // namespace

void add_status(command_line& to) {
  auto* const made = add_command(
      to, "status", "How the cluster stands, what is wrong and what to do; exit 1 if anything is",
      "  lithairctl status\n"
      "  lithairctl status --endpoints 10.0.0.1:8080,10.0.0.2:8080 --json\n");
  made->callback([&chosen = to.chosen] {
    chosen = [](session& s) {
      const auto report = judge(look_at_all(s.how()), std::time(nullptr));
      if (s.json())
        s.at().out << pretty(report_json(report)) << '\n';
      else
        show_report(report, s.at());
      return report.is_well() ? exit_status::ok : exit_status::failed;
    };
  });
}

}  // namespace lithair::ctl
