#include <boost/test/unit_test.hpp>

#include <string>

#include "test/http/one_node.hpp"
#include "test/http/prometheus_text.hpp"

namespace node_test {

using namespace lithair::http::test;

namespace {

// The number behind `"name":` in a page.
std::uint64_t number_in(const std::string& page, const std::string& name) {
  const auto at = page.find('"' + name + "\":");
  BOOST_REQUIRE(at != std::string::npos);
  return std::stoull(page.substr(at + name.size() + 3));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_node_suite)

BOOST_AUTO_TEST_CASE(a_node_serves_its_models_and_keeps_them_over_a_restart) {
  one_node s;
  const auto created = s.ask("POST", "/api/products", "", R"({"name":"tea","price":"0.10"})");
  BOOST_REQUIRE(created.status == 201);
  const auto at = created.header("location");
  const auto tag = created.header("etag");
  BOOST_TEST(s.ask("GET", at).body == created.body);
  BOOST_TEST(s.ask("POST", "/api/products", "", R"({"name":"tea","price":"1.00"})").status == 409);
  BOOST_TEST(s.ask("PATCH", at, "If-Match: \"1\"\r\n", R"({"price":"0.20"})").status == 412);
  const auto changed = s.ask("PATCH", at, "If-Match: " + tag + "\r\n", R"({"price":"0.20"})");
  BOOST_TEST(changed.status == 200);
  BOOST_TEST(changed.header("etag") != tag);
  const auto gone = s.ask("POST", "/api/products", "", R"({"name":"gone","price":"1.00"})");
  BOOST_TEST(s.ask("DELETE", gone.header("location")).status == 204);

  s.stop();
  s.start();
  const auto again = s.ask("GET", at);
  BOOST_TEST(again.body == changed.body);
  BOOST_TEST(again.header("etag") == changed.header("etag"));
  BOOST_TEST(s.ask("GET", gone.header("location")).status == 404);
  BOOST_TEST(s.ask("GET", "/api/products/count").body == R"({"count":1})");
}

BOOST_AUTO_TEST_CASE(reads_of_every_consistency_see_what_was_written) {
  one_node s;
  const auto created = s.ask("POST", "/api/products", "", R"({"name":"tea","price":"0.10"})");
  const auto at = created.header("location");
  for (const auto* level : {"linearizable", "leader", "local"})
    BOOST_TEST(s.ask("GET", at, "X-Consistency: " + std::string{level} + "\r\n").status == 200);
  BOOST_TEST(s.ask("GET", at, "X-Min-Index: " + created.header("x-raft-index") + "\r\n").status ==
             200);
}

BOOST_AUTO_TEST_CASE(what_is_refused_leaves_no_trace_in_the_log) {
  one_node s;
  BOOST_REQUIRE(s.ask("POST", "/api/products", "", R"({"name":"tea","price":"0.10"})").status ==
                201);
  const auto before = number_in(s.ask("GET", "/status").body, "last_index");
  const auto absent = "/api/products/00000000-0000-7000-8000-000000000000";
  BOOST_TEST(s.ask("POST", "/api/products", "", "{").status == 400);
  BOOST_TEST(s.ask("POST", "/api/products", "", R"({"name":"","price":"1.00"})").status == 422);
  BOOST_TEST(s.ask("POST", "/api/products", "", R"({"name":"x","price":"0.00"})").status == 422);
  BOOST_TEST(s.ask("POST", "/api/products", "Content-Type: text/plain\r\n", "{}").status == 415);
  BOOST_TEST(s.ask("PATCH", "/api/products", "", "{}").status == 405);
  BOOST_TEST(s.ask("GET", absent).status == 404);
  BOOST_TEST(s.ask("GET", "/api/products?colour=red").status == 400);
  BOOST_TEST(number_in(s.ask("GET", "/status").body, "last_index") == before);
}

BOOST_AUTO_TEST_CASE(the_pages_of_a_single_node_tell_that_it_leads) {
  one_node s;
  BOOST_REQUIRE(s.ask("POST", "/api/products", "", R"({"name":"tea","price":"0.10"})").status ==
                201);
  BOOST_TEST(s.ask("GET", "/readyz").status == 200);
  const auto status = s.ask("GET", "/status").body;
  // As the file system has it that tests are run on.
  BOOST_TEST((status.find(R"("journal":"direct")") != std::string::npos ||
              status.find(R"("journal":"synced")") != std::string::npos));
  BOOST_TEST(status.find(R"("role":"leader")") != std::string::npos);
  BOOST_TEST(number_in(status, "node_id") == 1u);
  BOOST_TEST(number_in(s.ask("GET", "/raft/leader").body, "leader_id") == 1u);
  BOOST_TEST(s.ask("GET", "/cluster").body.find(R"("members":[{"id":1)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(metrics_tell_of_every_stage_of_a_write) {
  one_node s;
  client c{s.port};
  while (c.ask("GET", "/readyz").status != 200) continue;
  const std::string id = "018f3c5e-7a10-7000-8000-000000000001";
  const auto made = c.ask("POST", "/api/products", "Content-Type: application/json\r\n",
                          R"({"id":")" + id + R"(","name":"tea","price":"1.00"})");
  BOOST_TEST(made.status == 201);
  BOOST_TEST(c.ask("GET", "/api/products/" + id).status == 200);
  BOOST_TEST(c.ask("POST", "/_admin/snapshot").status == 200);
  const prometheus_text page{c.ask("GET", "/metrics").body};
  const std::string group = R"({group="1"})";
  for (const auto* stage : {"raft_append_seconds", "raft_commit_seconds", "raft_apply_seconds",
                            "raft_batch_entries", "checkpoint_seconds"}) {
    const auto name = std::string{"lithair_"} + stage;
    BOOST_TEST(page.type(name) == "histogram");
    BOOST_TEST(page.at(name + "_count" + group) >= 1, name);
    BOOST_TEST(page.at(name + "_sum" + group) > 0, name);
  }
  BOOST_TEST(page.at("lithair_proposals_total" + group) == 1);
  BOOST_TEST(page.at("lithair_reads_total" + group) >= 1);
  BOOST_TEST(page.at("lithair_proposals_in_flight" + group) == 0);
  BOOST_TEST(page.at("lithair_raft_elections_total" + group) >= 1);
  BOOST_TEST(page.at("lithair_log_sync_seconds_count") >= 2);
  BOOST_TEST(page.at("lithair_log_writes_per_sync_count") >= 2);
  for (const auto* labels : {R"({environment="log"})", R"({environment="state",group="1"})"}) {
    const auto used = page.at(std::string{"lithair_map_used_bytes"} + labels);
    BOOST_TEST(used > 0);
    BOOST_TEST(page.at(std::string{"lithair_map_bytes"} + labels) > used);
  }
  BOOST_TEST(page.type("lithair_loop_turn_seconds") == "histogram");
  BOOST_TEST(page.at(R"(lithair_loop_turn_seconds_count{loop="0"})") >= 1);
  BOOST_TEST(page.at(R"(lithair_loop_turn_max_seconds{loop="0"})") > 0);
  BOOST_TEST(page.at(R"(lithair_loop_turn_max_cpu_seconds{loop="0"})") > 0);
  BOOST_TEST(page.at("lithair_process_private_bytes") > 0);
  BOOST_TEST(page.at("lithair_process_resident_bytes") >= page.at("lithair_process_private_bytes"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace node_test
