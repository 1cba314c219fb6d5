#include <fstream>
#include <sstream>

#include "test/cluster/ctl_cluster.hpp"

namespace ctl_files_cluster_test {

namespace fs = std::filesystem;
using namespace lithair::test;

namespace {

/// So many products, a line each.
void write_products(const fs::path& to, int count) {
  std::ofstream out(to);
  for (int i = 0; i < count; ++i)
    out << R"({"name":"product )" << i << R"(","price":")" << i % 90 + 1 << R"(.50","stock":)" << i
        << "}\n";
}

struct importing : shop_cluster {
  explicit importing(std::size_t count) : shop_cluster({.nodes = count}) {}

  ctl_runner ctl() const {
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < size(); ++i) all.push_back(i);
    return {directory(), endpoints_of(*this, all)};
  }
  std::uint64_t count(std::size_t through) const {
    const auto got = client(through).get("/api/products/count?consistency=local");
    return number_at(got.body, "/count").value_or(0);
  }
  fs::path file(const std::string& name) const { return directory() / name; }
};

const std::vector<std::string> slowly{"--batch", "100", "--connections", "2"};

std::vector<std::string> operator+(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_ctl_files)

BOOST_AUTO_TEST_CASE(an_import_goes_on_when_its_node_dies_and_nothing_is_lost_or_twice) {
  importing nodes(3);
  nodes.start_and_await();
  constexpr int count = 60'000;
  write_products(nodes.file("p.ndjson"), count);
  auto running = nodes.ctl().begin(
      "import", std::vector<std::string>{"import", "products", "p.ndjson"} + slowly);
  nodes.await("some are there", [&] { return nodes.count(1) > 1000; });
  BOOST_REQUIRE(running.running());
  nodes.kill(0);
  const auto how = running.wait(cluster::patience * 3);
  BOOST_TEST((how == ending{0}), nodes.ctl().said("import"));
  BOOST_TEST(has(nodes.ctl().said("import"), "Imported 60,000 items"), nodes.ctl().said("import"));
  BOOST_TEST(nodes.ctl().run({"list", "products", "--count"}) == "60000\n");
  BOOST_TEST(!fs::exists(nodes.file("p.ndjson.position")));
}

BOOST_AUTO_TEST_CASE(an_import_that_was_killed_goes_on_where_it_was) {
  importing nodes(1);
  nodes.start_all();
  nodes.await_ready(0);
  constexpr int count = 60'000;
  // Without a name of their own nothing but the import's keys keeps them from being there twice.
  std::ofstream models(nodes.file("m.toml"));
  models << "[models.products.fields]\nid = { type = \"uuid\", primary_key = true, replicate = "
            "true }\n"
            "name = { type = \"string\", replicate = true }\n"
            "price = { type = \"money\", replicate = true }\n"
            "stock = { type = \"integer\", replicate = true }\n";
  models.close();
  nodes.kill(0);
  nodes.told().models = nodes.file("m.toml");
  fs::remove_all(nodes.data_directory(0));
  nodes.start_all();
  nodes.await_ready(0);
  write_products(nodes.file("p.ndjson"), count);
  const std::vector<std::string> words{"import", "products", "p.ndjson"};
  for (int again = 0; again < 3; ++again) {
    const auto before = nodes.count(0);
    auto running = nodes.ctl().begin("import", words + slowly);
    nodes.await("some more are there", [&] { return nodes.count(0) > before + 2000; });
    BOOST_REQUIRE(running.running());
    running.kill();
    BOOST_TEST(fs::exists(nodes.file("p.ndjson.position")));
  }
  const auto said = nodes.ctl().run(words);
  BOOST_TEST(has(said, "Goes on at line"), said);
  BOOST_TEST(nodes.ctl().run({"list", "products", "--count"}) == "60000\n");
}

BOOST_AUTO_TEST_CASE(what_is_exported_is_imported_elsewhere_as_it_was) {
  importing here(1);
  importing there(1);
  here.start_all();
  there.start_all();
  here.await_ready(0);
  there.await_ready(0);
  write_products(here.file("p.ndjson"), 2500);
  (void)here.ctl().run({"import", "products", "p.ndjson"});
  const auto odd = here.client(0).post(
      products, R"({"name":"a \"b\", c\n d","price":"0.10","stock":0,"state":"live"})");
  BOOST_TEST(odd.status == 201);
  (void)here.ctl().run({"export", "products", "-o", "a.ndjson"});
  (void)here.ctl().run({"export", "products", "-o", "a.csv"});
  (void)here.ctl().run({"export", "products", "-o", "a.csv"}, 4);
  BOOST_TEST(!fs::exists(here.file("a.csv.partial")));

  (void)there.ctl().run({"import", "products", here.file("a.csv")});
  (void)there.ctl().run({"export", "products", "-o", "b.ndjson"});
  (void)there.ctl().run({"export", "products", "-o", "b.csv"});
  BOOST_TEST(read_file(there.file("b.ndjson")) == read_file(here.file("a.ndjson")));
  BOOST_TEST(read_file(there.file("b.csv")) == read_file(here.file("a.csv")));
  const auto some = there.ctl().run({"export", "products", "stock<2", "state!=live", "--fields",
                                     "stock,name", "--format", "csv"});
  BOOST_TEST(has(some, "stock,name\r\n"), some);
  BOOST_TEST(has(some, "1,product 1\r\n"), some);
  BOOST_TEST(!has(some, "product 2"), some);
}

BOOST_AUTO_TEST_CASE(an_export_that_was_cut_off_goes_on_where_it_was) {
  importing nodes(1);
  nodes.start_all();
  nodes.await_ready(0);
  write_products(nodes.file("p.ndjson"), 5000);
  const auto ctl = nodes.ctl();
  (void)ctl.run({"import", "products", "p.ndjson"});
  (void)ctl.run({"export", "products", "-o", "whole"});
  const auto whole = read_file(nodes.file("whole"));
  // As one leaves it that ended behind its second page, in the middle of the third.
  const auto first = nodes.client(0).get("/api/products?take=1000&total=false");
  const auto second = nodes.client(0).get("/api/products?take=1000&total=false&after=" +
                                          json_at(first.body, "/next"));
  std::size_t bytes = 0;
  for (int i = 0; i < 2000; ++i) bytes = whole.find('\n', bytes) + 1;
  std::ofstream(nodes.file("part.partial")) << whole.substr(0, bytes + 77);
  std::ofstream(nodes.file("part.position"))
      << R"({"query":"/api/products?take=1000&total=false","next":")"
      << json_at(second.body, "/next") << R"(","bytes":)" << bytes << R"(,"items":2000})";
  const auto said = ctl.run({"export", "products", "-o", "part"});
  BOOST_TEST(has(said, "Goes on behind 2,000 items"), said);
  BOOST_TEST((read_file(nodes.file("part")) == whole));
  BOOST_TEST(!fs::exists(nodes.file("part.position")));
}

BOOST_AUTO_TEST_CASE(what_is_wrong_in_a_file_is_named_with_line_and_field) {
  importing nodes(1);
  nodes.start_all();
  nodes.await_ready(0);
  const auto ctl = nodes.ctl();
  std::ofstream(nodes.file("bad.ndjson")) << R"({"name":"a","price":"1.00"}
{"name":"b","price":"0.00"}
{"name":"c","price":"1.00","stok":3}
not JSON
{"name":"d","price":"1.00"}
{"name":"a","price":"2.00"}
{"name":"e","price":"1.00","price":"1.00"}
{"name":"f","price":"1.00"}
)";
  auto said = ctl.run({"import", "products", "bad.ndjson"}, 1);
  BOOST_TEST(has(said, "Line 4: "), said);
  BOOST_TEST(nodes.count(0) == 0u);
  said = ctl.run({"import", "products", "bad.ndjson", "--skip-errors", "--restart"}, 1);
  for (const auto* part : {"Line 2: price: ", "Line 3: stok: ", "Line 4: ", "Line 6: name: ",
                           "Line 7: ", "Imported 3 items", "5 rejected, see bad.ndjson.rejected"})
    BOOST_TEST(has(said, part), said);
  const auto rejected = read_file(nodes.file("bad.ndjson.rejected"));
  BOOST_TEST(std::ranges::count(rejected, '\n') == 5);
  BOOST_TEST(rejected.starts_with(R"({"name":"b","price":"0.00"})"));

  std::ofstream(nodes.file("bad.csv"))
      << "name,price,stock\nx,1.00,3\ny,1.00,many\n\"z,z\",1.00,\n";
  said = ctl.run({"import", "products", "bad.csv", "--skip-errors"}, 1);
  BOOST_TEST(has(said, "Line 3: stock: \"many\" must be a whole number."), said);
  BOOST_TEST(read_file(nodes.file("bad.csv.rejected")) == "name,price,stock\ny,1.00,many\n");
  BOOST_TEST(nodes.count(0) == 5u);

  // All of it is there already.
  std::ofstream(nodes.file("twice.ndjson")) << product("a") << '\n' << product("new") << '\n';
  BOOST_TEST(has(ctl.run({"import", "products", "twice.ndjson"}, 4), "Line 1: name: "));
  (void)ctl.run({"import", "products", "twice.ndjson", "--skip-errors"}, 1);
  BOOST_TEST(nodes.count(0) == 6u);
}

BOOST_AUTO_TEST_CASE(what_was_imported_behind_a_bad_line_must_stay_as_it_is) {
  importing nodes(1);
  nodes.start_all();
  nodes.await_ready(0);
  const auto write = [&](const std::string& third, bool shorter) {
    std::ofstream out(nodes.file("p.ndjson"));
    for (int i = 0; i < 40; ++i)
      if (i != 30 || !shorter) out << (i == 3 ? third : product("p" + std::to_string(i))) << '\n';
  };
  const std::vector<std::string> words{"import", "products",      "p.ndjson", "--batch",
                                       "2",      "--connections", "8"};
  write(R"({"name":"p3","price":"0.00"})", false);
  BOOST_TEST(has(nodes.ctl().run(words, 1), "Line 4: price: "));
  const auto position = read_file(nodes.file("p.ndjson.position"));
  BOOST_REQUIRE(has(position, "\"offset\""));
  write(product("p3"), false);
  BOOST_TEST(has(nodes.ctl().run(words), "Imported 40 items"));
  BOOST_TEST(nodes.count(0) == 40u);
}

BOOST_AUTO_TEST_CASE(an_import_of_another_file_or_into_another_place_is_not_gone_on_with) {
  importing nodes(1);
  nodes.start_all();
  nodes.await_ready(0);
  const auto ctl = nodes.ctl();
  const std::vector<std::string> words{"import", "products",      "p.ndjson", "--batch",
                                       "1",      "--connections", "1"};
  std::ofstream(nodes.file("p.ndjson")) << product("a") << "\nwrong\n";
  (void)ctl.run(words, 1);
  BOOST_TEST(nodes.count(0) == 1u);
  BOOST_TEST(has(ctl.run({"import", "orders", "p.ndjson"}, 4), "--restart"));
  std::ofstream(nodes.file("p.ndjson")) << product("b") << "\n" << product("c") << '\n';
  BOOST_TEST(has(ctl.run(words, 4), "another than the one"));
  (void)ctl.run({"import", "products", "p.ndjson", "--restart"});
  BOOST_TEST(nodes.count(0) == 3u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ctl_files_cluster_test
