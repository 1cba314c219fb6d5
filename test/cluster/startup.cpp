#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <algorithm>
#include <array>
#include <fstream>

#include "test/cluster/fixture.hpp"

namespace startup_test {

namespace data = boost::unit_test::data;
namespace fs = std::filesystem;
using namespace lithair::test;

namespace {

/// Three nodes in the order in which they start.
struct order {
  std::array<std::size_t, 3> of;
};
std::ostream& operator<<(std::ostream& out, const order& x) {
  return out << x.of[0] + 1 << " then " << x.of[1] + 1 << " then " << x.of[2] + 1;
}
const std::vector<order> orders{{{0, 1, 2}}, {{0, 2, 1}}, {{1, 0, 2}},
                                {{1, 2, 0}}, {{2, 0, 1}}, {{2, 1, 0}}};

/// What a program did that should have refused to start.
struct refusal {
  int status = 0;
  std::string said;
};

refusal run_in(const fs::path& directory, std::vector<std::string> words) {
  const auto output = directory.parent_path() / "said";
  fs::remove(output);
  words.insert(words.begin(), LITHAIR_NODE);
  process started({words, output, directory, {}});
  const auto how = started.wait(cluster::patience);
  BOOST_REQUIRE_MESSAGE(how, "it went on instead of refusing");
  return {how->status, read_file(output)};
}

/// Status 2, every line says who speaks, `word` is named, and nothing was created.
void require_refusal(const fs::path& directory, const std::vector<std::string>& words,
                     const std::string& word, std::ptrdiff_t lines = 1) {
  const std::vector<fs::path> before(fs::recursive_directory_iterator{directory}, {});
  const auto x = run_in(directory, words);
  BOOST_TEST(x.status == 2);
  BOOST_TEST(std::ranges::count(x.said, '\n') == lines);
  BOOST_TEST(x.said.starts_with("lithair_node: "));
  BOOST_TEST(x.said.find(word) != std::string::npos, x.said << " does not name " << word);
  const std::vector<fs::path> after(fs::recursive_directory_iterator{directory}, {});
  BOOST_TEST((before == after));
}

const std::string shop = LITHAIR_SOURCE "/apps/examples/shop.toml";

struct wrong_start {
  std::vector<std::string> words;
  std::string named;
};
std::ostream& operator<<(std::ostream& out, const wrong_start& x) { return out << x.named; }
const std::vector<wrong_start> wrong_starts{
    {{}, "--models"},
    {{"--models", "nowhere.toml"}, "nowhere.toml"},
    {{"--models", "."}, "."},
    {{"--models", shop, "--colour", "red"}, "--colour"},
    {{"--models", shop, "--node-id", "zero"}, "--node-id"},
    {{"--models", shop, "--addr", "127.0.0.1"}, "--addr"},
    {{"--models", shop, "--addr", "203.0.113.77:8080", "--insecure"}, "203.0.113.77:8080"},
    {{"--models", shop, "--addr", "0.0.0.0:8080"}, "--insecure"},
    {{"--models", shop, "--cluster", "2=127.0.0.1:x", "--node-id", "1"}, "--cluster"},
    {{"--models", shop, "--election-timeout", "300-150ms"}, "--election-timeout"},
    {{"--models", shop, "--config", "nowhere.toml"}, "nowhere.toml"},
    {{"--models", shop, "--join", "127.0.0.1:8080"}, "--join"},
    {{"--models", shop, "--tls-cert", "cert.pem"}, "--tls-cert"},
    {{"--models", shop, "--tls-cert", "nowhere.pem", "--tls-key", "nowhere.key"}, "nowhere.pem"},
    {{"--models", shop, "--tls-cert", LITHAIR_SOURCE "/README.md", "--tls-key",
      LITHAIR_SOURCE "/README.md"},
     "--tls-key"},
    {{"--models", shop, "--cluster-token", "nowhere.token"}, "--cluster-token"},
    {{"--models", shop, "--cluster-token", LITHAIR_SOURCE "/README.md"}, "--cluster-token"},
    {{"--models", shop, "--data-dir", "/dev/null"}, "/dev/null"},
    {{"--models", shop, "--data-dir", "/proc/nowhere/data"}, "--data-dir"},
};

struct wrong_model {
  std::string text;
  std::string named;
  std::ptrdiff_t mistakes = 1;  ///< each is said on a line of its own
};
std::ostream& operator<<(std::ostream& out, const wrong_model& x) { return out << x.named; }
const std::vector<wrong_model> wrong_models{
    {"[models.a.fields]\nid = { type = \"uuid\", replicate = true }\n", "models.toml:1"},
    {"[models.a.fields]\nid = { type = \"guid\", primary_key = true, replicate = true }\n",
     "models.toml:2:8: a.id"},
    {"[models.a.fields]\nid = { type = \"uuid\", primary_key = true, replicate = true, shiny = 1 "
     "}\n",
     "shiny"},
    {"[models.a.fields]\nid = { type = \"guid\", primary_key = true, replicate = true }\n"
     "at = { type = \"date\", replicate = true }\n",
     "models.toml:3:8: a.at", 2},
    {"[models.a.fields\n", "models.toml:1"},
    {"", "models.toml"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_startup)

BOOST_DATA_TEST_CASE(nodes_meet_whichever_starts_first_and_again_after_each_restart,
                     data::make(orders)) {
  shop_cluster nodes;
  for (const auto i : sample.of) {
    nodes.start(i);
    auto started = nodes.client(i, 2000ms);
    nodes.await("it lives", [&started] { return started.get("/livez").status == 200; });
  }
  nodes.await_all_ready();
  auto first = nodes.client(0);
  create(first, "tea");
  for (const auto i : sample.of) {
    nodes.kill(i);
    nodes.start(i);
    nodes.await_ready(i);
    auto again = nodes.client(i);
    create(again, "tea " + std::to_string(i));
  }
  nodes.await_leader();
  BOOST_TEST(json_at(nodes.client(1).get(products).body, "/total") == "4");
}

BOOST_DATA_TEST_CASE(a_wrong_start_is_one_line_and_leaves_nothing, data::make(wrong_starts)) {
  const temporary_directory place;
  fs::create_directory(place.path() / "here");
  require_refusal(place.path() / "here", sample.words, sample.named);
}

BOOST_DATA_TEST_CASE(a_wrong_model_file_is_named_with_its_line, data::make(wrong_models)) {
  const temporary_directory place;
  const auto here = place.path() / "here";
  fs::create_directory(here);
  std::ofstream(here / "models.toml") << sample.text;
  require_refusal(here, {"--models", "models.toml"}, sample.named, sample.mistakes);
}

BOOST_AUTO_TEST_CASE(a_taken_port_is_named_and_nothing_is_created) {
  shop_cluster node({.nodes = 1});
  node.start_and_await();
  const temporary_directory place;
  fs::create_directory(place.path() / "here");
  const auto address = "127.0.0.1:" + std::to_string(node.port(0));
  require_refusal(place.path() / "here", {"--models", shop, "--addr", address}, address);
}

BOOST_AUTO_TEST_CASE(a_data_directory_has_one_process_at_a_time) {
  shop_cluster node({.nodes = 1});
  node.start_and_await();
  const port_block ports;
  const auto second = run_in(
      node.directory(), {"--models", shop, "--addr", "127.0.0.1:" + std::to_string(ports.http(0)),
                         "--data-dir", node.data_directory(0)});
  BOOST_TEST(second.status == 2);
  BOOST_TEST(second.said.find(node.data_directory(0).string()) != std::string::npos, second.said);
  auto through = node.client(0);
  create(through, "tea");
}

BOOST_AUTO_TEST_CASE(a_data_directory_belongs_to_one_node_id) {
  shop_cluster node({.nodes = 1});
  node.start_and_await();
  BOOST_TEST((node.stop(0) == ending{0}));
  const auto address = "127.0.0.1:" + std::to_string(node.port(0));
  const auto second = run_in(node.directory(), {"--models", shop, "--addr", address, "--node-id",
                                                "7", "--data-dir", node.data_directory(0)});
  BOOST_TEST(second.status == 2);
  BOOST_TEST(std::ranges::count(second.said, '\n') == 1, second.said);
  node.start(0);
  node.await_ready(0);
}

BOOST_AUTO_TEST_CASE(the_banner_names_what_is_served_and_what_to_try) {
  shop_cluster nodes;
  nodes.start_and_await();
  const auto said = nodes.log(1);
  const auto base = "http://127.0.0.1:" + std::to_string(nodes.port(1));
  for (const auto& line : {base + "/api/products", base + "/_admin\n", "curl " + base + "/status",
                           std::string("node 2 of 3")}) {
    BOOST_TEST(said.find(line) != std::string::npos, said);
  }
}

BOOST_AUTO_TEST_CASE(a_program_with_compiled_models_serves_the_same) {
  const port_block ports;
  const temporary_directory place;
  process shop_program({{LITHAIR_SHOP, "--port", std::to_string(ports.http(0))},
                        place.path() / "log",
                        place.path(),
                        {}});
  http_client through(ports.http(0));
  while (through.get("/readyz").status != 200) BOOST_REQUIRE(!shop_program.wait(5ms));
  const auto path = item_path(create(through, "tea"));
  BOOST_TEST(json_at(through.get(path).body, "/state") == "draft");
  BOOST_TEST(through.post(products, R"({"name":"","price":"0.00"})").status == 422);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace startup_test
