#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

#include "test/http/served.hpp"

namespace backup_test {

using namespace lithair::http::test;
namespace json = boost::json;

namespace {

/// Bytes in which every place is told from its neighbours.
std::string numbered_bytes(std::size_t size) {
  std::string result;
  for (std::uint32_t i = 0; result.size() < size; ++i)
    for (const int shift : {0, 8, 16, 24}) result += static_cast<char>(i >> shift);
  result.resize(size);
  return result;
}

struct shop : served {
  std::string bytes = numbered_bytes(3'000'001);
  shop() { node().set_backup(bytes); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(backups_over_http)

BOOST_AUTO_TEST_CASE(a_backup_comes_whole_with_its_index_name_and_tag) {
  shop server;
  const auto got = client{server.port()}.ask("GET", "/_admin/backup");
  BOOST_TEST(got.status == 200);
  BOOST_TEST((got.body == server.bytes));
  BOOST_TEST(got.header("content-length") == "3000001");
  BOOST_TEST(got.header("content-type") == "application/octet-stream");
  BOOST_TEST(got.header("etag") == "\"0000000000000abc\"");
  BOOST_TEST(got.header("x-applied-index") == "41");
  BOOST_TEST(got.header("content-disposition") ==
             "attachment; filename=\"lithair-00000000000000ff-41.backup\"");
}

BOOST_AUTO_TEST_CASE(answers_to_requests_behind_a_backup_come_after_it) {
  shop server;
  client c{server.port()};
  c.send(request_text("GET", "/livez") + request_text("GET", "/_admin/backup") +
         request_text("GET", "/raft/leader") + request_text("HEAD", "/_admin/backup") +
         request_text("GET", "/livez"));
  BOOST_TEST(c.read()->status == 200);
  BOOST_TEST((c.read()->body == server.bytes));
  BOOST_TEST(c.read()->body.find("leader_id") != std::string::npos);
  const auto head = c.read(true);
  BOOST_TEST(head->header("content-length") == "3000001");
  BOOST_TEST(c.read()->body.find("alive") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_backup_of_nothing_but_a_byte_and_one_that_ends_the_connection) {
  shop server;
  server.node().set_backup("x");
  client c{server.port()};
  BOOST_TEST(c.ask("GET", "/_admin/backup").body == "x");
  BOOST_TEST(c.ask("GET", "/_admin/backup", "Connection: close\r\n").body == "x");
  BOOST_TEST(c.ended());
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_away_in_the_middle_leaves_nothing) {
  shop server;
  server.node().set_backup(numbered_bytes(30'000'000));
  {
    client c{server.port(), 4096};
    c.send(request_text("GET", "/_admin/backup"));
  }
  BOOST_TEST(server.deserted());
}

BOOST_AUTO_TEST_CASE(a_checkpoint_tells_what_it_holds) {
  shop server;
  const auto got = client{server.port()}.ask("POST", "/_admin/snapshot");
  BOOST_TEST(got.status == 200);
  const auto expected = json::parse(R"({"cluster_id":"00000000000000ff","index":41,"term":3,)"
                                    R"("bytes":3000001,"checksum":"0000000000000abc"})");
  BOOST_TEST(json::parse(json::string_view{got.body.data(), got.body.size()}) == expected);
}

BOOST_AUTO_TEST_CASE(a_backup_that_can_not_be_made_is_refused_with_the_reason) {
  served server;
  for (const auto* method : {"GET", "POST"}) {
    const std::string path = method == std::string{"GET"} ? "/_admin/backup" : "/_admin/snapshot";
    const auto got = client{server.port()}.ask(method, path);
    BOOST_TEST(got.status == 503);
    BOOST_TEST(got.body.find("the disk is full") != std::string::npos);
    BOOST_TEST(got.header("content-disposition").empty());
  }
  BOOST_TEST(client{server.port()}.ask("POST", "/_admin/backup").status == 405);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace backup_test
