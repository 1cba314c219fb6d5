#include <cctype>
#include <charconv>

#include "test/cluster/run_commands.hpp"

namespace sensors_test {

using namespace lithair::test;

namespace {

const std::string example = LITHAIR_SOURCE "/apps/examples/iot_sensor_cluster";

std::string address(const cluster& nodes, std::size_t i) {
  return "127.0.0.1:" + std::to_string(nodes.port(i));
}

/// The number before these words.
std::uint64_t number_before(const std::string& text, const std::string& words) {
  auto end = text.find(words);
  BOOST_REQUIRE_MESSAGE(end != std::string::npos, text);
  auto begin = end;
  while (begin > 0 && std::isdigit(static_cast<unsigned char>(text[begin - 1])) != 0) --begin;
  std::uint64_t made = 0;
  std::from_chars(text.data() + begin, text.data() + end, made);
  return made;
}

std::uint64_t counted(const cluster& nodes, std::size_t i) {
  return number_at(nodes.client(i).get("/api/projections/all").body, "/data/0/readings")
      .value_or(0);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_sensors)

BOOST_AUTO_TEST_CASE(each_reading_is_counted_once_though_two_of_three_nodes_are_killed_meanwhile) {
  shop_cluster nodes({.models = example + "/sensors.toml", .flags = {"--leader-wait", "200ms"}});
  nodes.start_and_await();
  const auto log = nodes.directory() / "gateways";
  process gateways({{"/usr/bin/env", "python3", example + "/gateways.py", "--rate", "1500",
                     "--seconds", "6", "--gateways", "3", "--batch", "50", address(nodes, 0),
                     address(nodes, 1), address(nodes, 2)},
                    log,
                    {},
                    {}});
  nodes.await("readings are there", [&] { return counted(nodes, 0) > 0; });
  nodes.kill(1);
  nodes.kill(2);
  // There is no majority: but the buffer is the node's own.
  nodes.await("a batch waits", [&] {
    return number_at(nodes.client(0).get("/api/buffer/count").body, "/count").value_or(0) > 0;
  });
  nodes.start(1);
  nodes.start(2);
  const auto how = gateways.wait(cluster::patience * 2);
  const auto said = read_file(log);
  BOOST_REQUIRE_MESSAGE(how, said);
  BOOST_REQUIRE_MESSAGE(how->status == 0, said);
  BOOST_TEST(number_before(said, " readings in") == 9000u);
  BOOST_TEST(number_before(said, " were in a buffer") > 0u);
  for (std::size_t i = 0; i < 3; ++i) {
    BOOST_TEST(counted(nodes, i) == 9000u);
    BOOST_TEST(json_at(nodes.client(i).get("/api/readings/count").body, "/count") == "9000");
    BOOST_TEST(json_at(nodes.client(i).get("/api/buffer/count").body, "/count") == "0");
  }
}

BOOST_AUTO_TEST_CASE(the_chart_follows_one_sensor_live) {
  shop_cluster nodes({.models = example + "/sensors.toml"});
  nodes.start_and_await();
  const auto log = nodes.directory() / "page";
  process page({{"/usr/bin/env", "node", LITHAIR_SOURCE "/test/cluster/pages/watch.mjs",
                 example + "/chart.html", "http://" + address(nodes, 2)},
                log,
                {},
                {}});
  const auto how = page.wait(cluster::patience * 2);
  BOOST_REQUIRE_MESSAGE(how, read_file(log));
  BOOST_TEST(how->status == 0, read_file(log));
}

BOOST_AUTO_TEST_CASE(the_commands_of_its_readme_work_as_written) {
  const port_block ports;
  const temporary_directory place;
  document_commands commands{read_file(example + "/README.md")};
  move_ports(commands, ports, 8081, 3);
  const auto log = run_commands(commands, place.path());
  BOOST_TEST(log.find("were in a buffer") != std::string::npos, log);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sensors_test
