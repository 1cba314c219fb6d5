#include <boost/json.hpp>

#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "test/cluster/secured_cluster.hpp"

namespace operations_test {

namespace fs = std::filesystem;
namespace json = boost::json;
using namespace lithair::test;

namespace {

const fs::path ops = LITHAIR_SOURCE "/apps/ops";
const std::string manual = read_file(LITHAIR_SOURCE "/docs/operations.md");
const std::string alerts = read_file(ops / "alerts.yml");
const std::string dashboard = read_file(ops / "dashboard.json");

std::string promtool() {
  for (const fs::path each :
       {LITHAIR_SOURCE "/.deps/prometheus/usr/bin/promtool", "/usr/bin/promtool"})
    if (fs::exists(each)) return each;
  throw std::runtime_error("there is no promtool; .ci/packages gets it");
}

/// What promtool makes of these words in `where`, and what it says.
void passes(const std::string& words, const fs::path& where) {
  const temporary_directory place;
  process shell(
      {{"/bin/sh", "-c", "exec " + promtool() + " " + words}, place.path() / "said", where, {}});
  const auto how = shell.wait(cluster::patience * 6);
  BOOST_TEST((how == ending{0}), words << ": " << read_file(place.path() / "said"));
}

std::set<std::string> found(const std::string& in, const std::string& pattern) {
  const std::regex wanted{pattern};
  std::set<std::string> made;
  for (auto at = std::sregex_iterator{in.begin(), in.end(), wanted}; at != std::sregex_iterator{};
       ++at)
    made.insert((*at)[1]);
  return made;
}

/// All of a node's page, which promtool reads, too.
std::string page_of(const cluster& nodes, std::size_t i, const headers& as = {}) {
  const auto got = nodes.client(i).get("/metrics", as);
  BOOST_REQUIRE(got.status == 200);
  const temporary_directory place;
  std::ofstream(place.path() / "page") << got.body;
  passes("check metrics <page", place.path());
  return got.body;
}

/// Metrics that are named there, without what histograms add to their names.
std::set<std::string> metrics_in(const std::string& text) {
  std::set<std::string> made;
  for (const auto& each : found(text, "\\b(lithair_[a-z_]+)"))
    made.insert(std::regex_replace(each, std::regex{"_(bucket|sum|count)$"}, ""));
  made.erase("lithair_node");
  made.erase("lithair_programs");
  return made;
}

/// What all nodes together may tell: three with links, and one where all is under TLS.
std::set<std::string> metrics_told() {
  std::string pages;
  {
    shop_cluster nodes;
    const auto leader = nodes.start_and_await();
    auto through = nodes.client(leader);
    create(through, "tea");
    pages += page_of(nodes, leader) + page_of(nodes, (leader + 1) % 3);
    BOOST_TEST(pages.find("le=\"0.0001\"") != std::string::npos);
    BOOST_TEST((found(pages, "[{,]le=\"([^\"]*e[^\"]*)\"").empty()));
  }
  secured_cluster secured{1};
  secured.found();
  pages += page_of(secured, 0);
  return found(pages, "# TYPE (\\S+) ");
}

/// The expressions of all panels, as Prometheus would be asked.
std::vector<std::string> expressions() {
  std::vector<std::string> made;
  const auto whole = json::parse(dashboard);
  for (const auto& panel : whole.at("panels").as_array()) {
    const auto* targets = panel.as_object().if_contains("targets");
    if (targets == nullptr) continue;
    for (const auto& each : targets->as_array()) {
      const std::string text{each.at("expr").as_string()};
      made.push_back(std::regex_replace(text, std::regex{"\\$__rate_interval"}, "1m"));
    }
  }
  return made;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_operations)

BOOST_AUTO_TEST_CASE(each_alert_is_silent_while_all_is_well_and_fires_when_it_should) {
  passes("check rules alerts.yml", ops);
  passes("test rules alerts_test.yml", ops);
  const auto names = found(alerts, "- alert: (\\w+)");
  BOOST_TEST(names.size() > 10);
  BOOST_TEST((names == found(read_file(ops / "alerts_test.yml"), "\n +alertname: (\\w+)\n")));
}

BOOST_AUTO_TEST_CASE(each_alert_has_an_entry_in_the_manual) {
  const auto names = found(alerts, "- alert: (\\w+)");
  BOOST_TEST((names == found(manual, "\n### (Lithair\\w+)\n")));
}

BOOST_AUTO_TEST_CASE(what_the_dashboard_asks_prometheus_understands) {
  const auto all = expressions();
  BOOST_TEST(all.size() > 20);
  const temporary_directory place;
  json::array rules;
  for (std::size_t i = 0; i < all.size(); ++i)
    rules.push_back({{"record", "panel_" + std::to_string(i)}, {"expr", all[i]}});
  // JSON is YAML, too.
  std::ofstream(place.path() / "rules.yml")
      << json::value{{"groups", json::array{{{"name", "panels"}, {"rules", rules}}}}};
  passes("check rules rules.yml", place.path());
}

BOOST_AUTO_TEST_CASE(metrics_and_flags_that_are_named_for_operators_exist) {
  const auto told = metrics_told();
  for (const auto* text : {&alerts, &dashboard, &manual})
    for (const auto& each : metrics_in(*text)) BOOST_TEST(told.contains(each), each);
  const temporary_directory place;
  process asked({{LITHAIR_NODE, "--help"}, place.path() / "help", {}, {}});
  BOOST_REQUIRE(asked.wait(cluster::patience));
  const auto flags = found(read_file(place.path() / "help"), "\n +(--[a-z0-9-]+)");
  const auto named = found(manual, "(--[a-z][a-z0-9-]*)");
  BOOST_TEST(named.size() > 10);
  for (const auto& each : named) BOOST_TEST(flags.contains(each), each);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace operations_test
