// Projections that a program folds itself, read over HTTP.

#include <atomic>
#include <map>
#include <memory>
#include <stdexcept>
#include <vector>

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include "actors/embedded/publication.hpp"
#include "http/openapi.hpp"
#include "http/server.hpp"
#include "models/schema/projection.hpp"
#include "models/typed/json_of.hpp"
#include "models/typed/projection_declaration.hpp"
#include "test/actors/embedded.hpp"
#include "test/http/client.hpp"

struct parcel {
  std::int64_t number;
  std::string town;
};

template <>
struct lithair::model<parcel> : lithair::attributes {
  static constexpr auto declaration =
      declare("parcels", field<&parcel::number>("number", primary_key, replicate),
              field<&parcel::town>("town", replicate));
  static constexpr auto projections = lithair::projections(project("counted").count("parcels"));
};

namespace lithair::http::test {

namespace {

/// The parcels by town.
struct by_town {
  using item = parcel;
  static constexpr std::string_view name = "by-town";

  std::map<std::string, std::int64_t> parcels;

  void fold(const event<parcel>& x) {
    if (x.before && --parcels[x.before->town] == 0) parcels.erase(x.before->town);
    if (x.after) ++parcels[x.after->town];
  }
  std::string to_json() const { return json_of(parcels); }
};

/// One that stands as the test says.
struct odd_one final : actors::published {
  explicit odd_one(const models::schema& s) : schema(s) {}

  std::string_view name() const override { return "odd"; }
  const models::collection& from() const override { return *schema.find("parcels"); }
  std::uint64_t applied() const override { return at; }
  bool has_ended() const override { return ended; }
  void hurry() const override {}
  picture read() const override { throw std::runtime_error("it is odd"); }

  const models::schema& schema;
  std::atomic<std::uint64_t> at{0};
  std::atomic<bool> ended{false};
};

/// Nodes with a server each that publishes the projection.
struct publishing_nodes : lithair::test::embedded_nodes {
  explicit publishing_nodes(std::uint64_t count) : embedded_nodes(*schema_of<parcel>(), count) {
    for (std::uint64_t id = 1; id <= count; ++id) {
      server_options options;
      options.published.push_back(publish(std::make_shared<projection<by_town>>(at(id))));
      options.published.push_back(odd.emplace_back(std::make_shared<odd_one>(at(id).schema())));
      servers.push_back(std::make_unique<server>(at(id), options));
      servers.back()->start();
      clients.push_back(std::make_unique<client>(at(id).config().self.http_port));
      while (clients.back()->ask("GET", "/api/projections/by-town").status != 200) continue;
    }
  }
  ~publishing_nodes() {
    clients.clear();
    for (auto& each : servers) each->stop();
    servers.clear();
  }

  reply ask(std::size_t node, std::string_view method, std::string_view target,
            std::string_view headers = {}, std::string_view body = {}) {
    return clients.at(node - 1)->ask(method, target, headers, body);
  }
  reply send(std::size_t node, std::int64_t number, const std::string& town) {
    return ask(node, "POST", "/api/parcels", {},
               "{\"number\":" + std::to_string(number) + ",\"town\":\"" + town + "\"}");
  }

  std::vector<std::shared_ptr<odd_one>> odd;
  std::vector<std::unique_ptr<server>> servers;
  std::vector<std::unique_ptr<client>> clients;
};

struct one_publishing_node : publishing_nodes {
  one_publishing_node() : publishing_nodes(1) {}
};
struct three_publishing_nodes : publishing_nodes {
  three_publishing_nodes() : publishing_nodes(3) {}
};

constexpr auto path = "/api/projections/by-town";

}  // namespace

BOOST_AUTO_TEST_SUITE(published_projections)

BOOST_FIXTURE_TEST_CASE(what_one_node_was_told_every_node_shows_at_once, three_publishing_nodes) {
  for (std::int64_t n = 1; n <= 30; ++n) {
    const auto sent = send(static_cast<std::size_t>(n % 3) + 1, n, "Bonn");
    BOOST_REQUIRE_EQUAL(sent.status, 201);
    const auto read = ask(static_cast<std::size_t>(n + 1) % 3 + 1, "GET", path);
    BOOST_TEST(read.status == 200);
    BOOST_TEST(read.body == "{\"data\":{\"Bonn\":" + std::to_string(n) + "}}");
    BOOST_TEST(std::stoull(read.header("x-applied-index")) >=
               std::stoull(sent.header("x-raft-index")));
  }
}

BOOST_FIXTURE_TEST_CASE(a_local_read_waits_for_the_index_that_its_client_has_seen,
                        three_publishing_nodes) {
  const auto sent = send(1, 1, "Bonn");
  for (std::size_t node = 1; node <= 3; ++node) {
    const auto read =
        ask(node, "GET", path, "X-Min-Index: " + sent.header("x-raft-index") + "\r\n");
    BOOST_TEST(read.body == R"({"data":{"Bonn":1}})");
    BOOST_TEST(ask(node, "GET", std::string(path) + "?consistency=local").status == 200);
    BOOST_TEST(ask(node, "GET", path, "X-Consistency: leader\r\n").body ==
               R"({"data":{"Bonn":1}})");
  }
  const auto never = ask(2, "GET", path, "X-Min-Index: 1000000\r\n");
  BOOST_TEST(never.status == 504);
  BOOST_TEST(never.body.find("has not come to index 1000000") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(it_is_one_of_the_projections_that_are_served, one_publishing_node) {
  const auto all = boost::json::parse(ask(1, "GET", "/api/projections").body).at("data").as_array();
  BOOST_TEST(all.size() == 3u);
  BOOST_TEST(boost::json::serialize(all.at(1)) ==
             R"({"name":"by-town","path":"/api/projections/by-town","from":"parcels"})");
  BOOST_TEST(ask(1, "GET", "/api/projections/counted").body.starts_with("{\"data\":["));
  const auto api = boost::json::parse(ask(1, "GET", "/openapi.json").body);
  BOOST_TEST(api.at("paths").as_object().contains(path));
  BOOST_TEST(ask(1, "GET", "/api/projections/nobody").status == 404);
  const auto refused = ask(1, "POST", path, {}, "{}");
  BOOST_TEST(refused.status == 405);
  BOOST_TEST(refused.header("allow").find("GET") != std::string::npos);
  BOOST_TEST(ask(1, "GET", std::string(path) + "?take=1").status == 400);
  BOOST_TEST(ask(1, "GET", path, "X-Consistency: hearsay\r\n").status == 400);
}

BOOST_FIXTURE_TEST_CASE(
    it_is_refused_while_it_is_built_when_it_has_ended_and_when_it_can_not_be_told,
    one_publishing_node) {
  const auto built = ask(1, "GET", "/api/projections/odd");
  BOOST_TEST(built.status == 503);
  BOOST_TEST(built.header("retry-after") != "");
  BOOST_TEST(built.body.find("is being built") != std::string::npos);
  odd.front()->ended = true;
  BOOST_TEST(ask(1, "GET", "/api/projections/odd").body.find("is not kept up any more") !=
             std::string::npos);
  odd.front()->at = 1'000'000;
  const auto told = ask(1, "GET", "/api/projections/odd");
  BOOST_TEST(told.status == 503);
  BOOST_TEST(told.body.find("it is odd") == std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(two_of_one_name_are_refused_before_anything_is_served,
                        one_publishing_node) {
  server_options twice;
  const auto of = publish(std::make_shared<projection<by_town>>(at(1)));
  twice.published = {of, of};
  BOOST_CHECK_THROW(server(at(1), twice), std::invalid_argument);
  BOOST_TEST(why_not_publish(at(1).schema(), {"counted"}) ==
             "a projection is to be served as counted, which the models declare already");
  BOOST_TEST(why_not_publish(at(1).schema(), {"a", "b"}) == "");
}

BOOST_AUTO_TEST_CASE(json_of_tells_what_fields_may_be_structs_ranges_and_maps) {
  BOOST_TEST(json_of(std::map<std::string, std::vector<int>>{{"a\"b", {1, 2}}, {"c", {}}}) ==
             R"({"a\"b":[1,2],"c":[]})");
  BOOST_TEST(json_of(std::vector<parcel>{{1, "Bonn"}}) == R"([{"number":1,"town":"Bonn"}])");
  BOOST_TEST(json_of(std::map<std::string, int>{}) == "{}");
  BOOST_TEST(json_of(std::optional<std::string>{}) == "null");
  BOOST_TEST(json_of(true) == "true");
  BOOST_TEST(json_of(0.5) == "0.5");
  BOOST_TEST(json_of(std::uint64_t{18446744073709551615u}) == "18446744073709551615");
  BOOST_TEST(json_of(*models::parse_money("0.10")) == R"("0.10")");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lithair::http::test
