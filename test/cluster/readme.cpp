#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "test/cluster/run_commands.hpp"

namespace readme_test {

namespace fs = std::filesystem;
using namespace lithair::test;

namespace {

const std::string readme = read_file(LITHAIR_SOURCE "/README.md");

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_readme)

BOOST_AUTO_TEST_CASE(the_commands_for_three_nodes_by_hand_work_as_written) {
  const port_block ports;
  const temporary_directory place;
  document_commands commands{readme};
  move_ports(commands, ports, 8081, 3);
  BOOST_REQUIRE(commands.text().find("DELETE") != std::string::npos);
  const auto log = run_commands(commands, place.path());
  BOOST_TEST(log.find(R"("stock":12)") != std::string::npos, log);
}

BOOST_AUTO_TEST_CASE(the_demo_goes_through_and_leaves_nothing_behind) {
  const temporary_directory place;
  fs::create_directory(place.path() / "tmp");
  process shell({{"/bin/bash", LITHAIR_SOURCE "/apps/demo", fs::path(LITHAIR_NODE).parent_path()},
                 place.path() / "log",
                 place.path(),
                 {"TMPDIR=" + (place.path() / "tmp").string()}});
  const auto how = shell.wait(cluster::patience * 2);
  const auto log = read_file(place.path() / "log");
  BOOST_REQUIRE_MESSAGE(how, log);
  BOOST_TEST(how->status == 0, log);
  BOOST_TEST(log.find("Done in") != std::string::npos, log);
  // Each node's stream told of both writes: of the second one to whom was there, and then to all.
  const auto count = [&log](const std::string& what) {
    std::size_t found = 0;
    for (auto at = log.find(what); at != std::string::npos; at = log.find(what, at + 1)) ++found;
    return found;
  };
  BOOST_TEST(count("tea create, index") == 3u, log);
  BOOST_TEST(count("coffee create, index") == 5u, log);
  BOOST_TEST(fs::is_empty(place.path() / "tmp"));
}

BOOST_AUTO_TEST_CASE(the_program_in_the_readme_is_one_that_is_built) {
  BOOST_TEST(readme.find("```cpp\n" + read_file(LITHAIR_SOURCE "/apps/examples/notes.cpp") +
                         "```") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_readme_shows_the_files_and_flags_that_exist) {
  // Code may look like links, and is none.
  std::string prose;
  bool code = false;
  std::istringstream lines(readme);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) code = !code;
    if (!code) prose += line + '\n';
  }
  const std::regex link(R"(\]\(([^)]+)\))");
  for (auto at = std::sregex_iterator(prose.begin(), prose.end(), link);
       at != std::sregex_iterator(); ++at) {
    BOOST_TEST(fs::exists(fs::path(LITHAIR_SOURCE) / (*at)[1].str()), (*at)[1].str());
  }
  const temporary_directory place;
  process asked({{LITHAIR_NODE, "--help"}, place.path() / "help", {}, {}});
  BOOST_REQUIRE(asked.wait(cluster::patience));
  const auto help = read_file(place.path() / "help");
  for (const std::string flag : {"--port", "--peers", "--node-id", "--addr", "--cluster",
                                 "--models", "--config", "--insecure"}) {
    BOOST_TEST(readme.find(flag) != std::string::npos, flag);
    BOOST_TEST(help.find(flag) != std::string::npos, flag);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace readme_test
