#include <filesystem>
#include <set>
#include <string>

#include "test/cluster/run_commands.hpp"

namespace documentation_test {

namespace fs = std::filesystem;
using namespace lithair::test;

namespace {

/// These need certificates, machines or programs of their own: `cluster_peer_tls`,
/// `cluster_secure`, `cluster_access` and `cluster_ctl` run their commands.
const std::set<std::string> run_elsewhere{"links.md", "secure.md", "security.md", "lithairctl.md"};

void run_page(const std::string& name) {
  document_commands commands{read_file(LITHAIR_SOURCE "/docs/" + name)};
  const port_block ports;
  for (int i = 0; i < 10; ++i) {
    const auto port = std::to_string(8080 + i);
    if (commands.text().find(port) != std::string::npos)
      commands.replace(port, std::to_string(ports.http(static_cast<std::size_t>(i))));
  }
  const temporary_directory place;
  BOOST_TEST_MESSAGE("runs docs/" << name);
  run_commands(commands, place.path());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_documentation)

BOOST_AUTO_TEST_CASE(the_tutorial_works_as_written) { run_page("tutorial.md"); }

BOOST_AUTO_TEST_CASE(the_commands_of_all_other_pages_work_as_written) {
  std::size_t pages = 0;
  for (const auto& each : fs::directory_iterator(LITHAIR_SOURCE "/docs")) {
    const auto name = each.path().filename().string();
    if (name == "tutorial.md" || run_elsewhere.contains(name)) continue;
    if (read_file(each.path()).find("<!-- run -->") == std::string::npos) continue;
    run_page(name);
    ++pages;
  }
  BOOST_TEST(pages >= 3u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace documentation_test
