#include <filesystem>

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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace readme_test
