#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

#include "http/packed_json.hpp"
#include "models/declaration/model_file.hpp"
#include "models/encoding/base64.hpp"
#include "models/service.hpp"
#include "test/http/served.hpp"

namespace raft_test {

using lithair::http::bearer_token;
using lithair::http::pack;
using lithair::http::server_options;
using lithair::http::unpack;
using namespace lithair::http::test;
namespace models = lithair::models;
namespace json = boost::json;
namespace data = boost::unit_test::data;

namespace {

const std::string secret = "a-token-for-these-tests";
const std::string right = "Authorization: Bearer " + secret + "\r\n";
const std::string as_json = right + "Content-Type: application/json\r\n";
const std::string as_msgpack = right + "Content-Type: application/msgpack\r\n";

server_options with_token() {
  server_options result;
  result.cluster_token.emplace(secret);
  return result;
}

struct raft_server : served {
  raft_server() : served(with_token()) {}
  reply post(const std::string& route, const std::string& headers, const std::string& body) {
    return client{port()}.ask("POST", "/raft/" + route, headers, body);
  }
};

const std::string envelope = R"({"cluster":"00000000000000ff","group":1,"from":2,"to":1,)";

// Deletes a product. Collections are known by their names, whatever schema they stand in.
std::string some_command() {
  const auto schema = models::parse_model_text(
      "[models.products.fields]\n"
      "id = { type = \"string\", primary_key = true, replicate = true }\n",
      "test");
  models::write_request request;
  request.op = models::operation::remove;
  request.target = schema->find("products");
  request.key = "p1";
  return models::to_base64(*models::prepare(*schema, request, {}));
}

json::value parsed(const std::string& text) {
  return json::parse(json::string_view{text.data(), text.size()});
}

std::string error_of(const reply& x) { return std::string{parsed(x.body).at("error").as_string()}; }

struct message_case {
  std::string route;
  std::string fields;
  std::string seen;    // what reached the core, behind the envelope
  std::string answer;  // behind the envelope of the answer
};
std::ostream& operator<<(std::ostream& out, const message_case& x) {
  return out << x.route << ' ' << x.fields;
}

const std::vector<message_case> messages{
    {"vote", R"("term":3,"last_index":7,"last_term":2})", "vote? term=3 last=7@2",
     R"("term":3,"granted":true,"pre":false})"},
    {"vote", R"("term":3,"last_index":7,"last_term":2,"pre":true})", "pre-vote? term=3 last=7@2",
     R"("term":3,"granted":true,"pre":true})"},
    {"append-entries", R"("term":3,"commit":5})", "heartbeat term=3 commit=5 round=1",
     R"("term":3,"match":4,"round":1})"},
    {"append-entries",
     R"("term":3,"prev_index":4,"prev_term":2,"commit":5,"round":8,"entries":[]})",
     "append term=3 prev=4@2 commit=5 round=8",
     R"("term":3,"success":true,"match":4,"rejected":0,"hint_index":0,"hint_term":0,"round":8})"},
    {"append-entries",
     R"("term":3,"prev_index":4,"prev_term":2,"entries":[{"index":5,"term":3,"time_us":1764000000000000,"kind":"noop"},)"
     R"({"index":6,"term":3,"kind":"command","node":2,"serial":9,"run":"fedcba9876543210","data":")" +
         some_command() +
         R"("},{"index":7,"term":3,"kind":"configuration",)"
         R"("members":[{"id":1,"address":"a"},{"id":2,"voter":false,"address":"b"}]}]})",
     "append term=3 prev=4@2",
     R"("term":3,"success":true,"match":7,"rejected":0,"hint_index":0,"hint_term":0,"round":0})"},
    {"install-snapshot",
     R"("term":3,"snapshot":{"index":9,"term":2,"members":[{"id":1,"address":"a"}],"size":6,)"
     R"("checksum":"00000000000000aa"},"offset":2,"data":"AAEC","done":false})",
     "snapshot", R"("term":3,"index":9,"offset":5,"installed":false,"rejected":false})"},
};

struct refused_case {
  std::string route;
  std::string body;
  int status;
  std::string error;
  std::string field;  // named in errors; empty: not looked at
};
std::ostream& operator<<(std::ostream& out, const refused_case& x) {
  return out << x.route << ' ' << x.body;
}

const std::string append_head = envelope + R"("term":3,"prev_index":4,"prev_term":2,"entries":[)";
const std::string snapshot_head = envelope + R"("term":3,"offset":0,"snapshot":)";

const std::vector<refused_case> refusals{
    {"vote", "", 400, "malformed_json", ""},
    {"vote", "{", 400, "malformed_json", ""},
    {"vote", "[]", 422, "impossible_message", "body"},
    {"vote", "{}", 422, "impossible_message", "cluster"},
    {"vote", R"({"cluster":"ff","group":1,"from":2,"to":1})", 422, "impossible_message", "cluster"},
    {"vote", R"({"cluster":255,"group":1,"from":2,"to":1})", 422, "impossible_message", "cluster"},
    {"vote", envelope + R"("term":-1,"last_index":7,"last_term":2})", 422, "impossible_message",
     "term"},
    {"vote", envelope + R"("term":18446744073709551616,"last_index":7,"last_term":2})", 422,
     "impossible_message", "term"},
    {"vote", envelope + R"("term":1.5,"last_index":7,"last_term":2})", 422, "impossible_message",
     "term"},
    {"vote", envelope + R"("term":"3","last_index":7,"last_term":2})", 422, "impossible_message",
     "term"},
    {"vote", envelope + R"("term":3,"last_term":2})", 422, "impossible_message", "last_index"},
    {"vote", envelope + R"("term":3,"last_index":7,"last_term":2,"pre":1})", 422,
     "impossible_message", "pre"},
    {"vote", envelope + R"("term":3,"last_index":7,"last_term":2,"colour":1})", 422,
     "impossible_message", "colour"},
    {"append-entries", append_head + R"(7]})", 422, "impossible_message", "entries[0]"},
    {"append-entries", append_head + R"({"index":5,"term":3,"kind":"wish"}]})", 422,
     "impossible_message", "entries[0].kind"},
    {"append-entries",
     append_head + R"({"index":5,"term":3,"kind":"command","node":2,"serial":1,"data":"?"}]})", 422,
     "impossible_message", "entries[0].data"},
    {"append-entries",
     append_head + R"({"index":5,"term":3,"kind":"command","node":2,"serial":1,"data":"AAEC"}]})",
     422, "impossible_message", "entries[0].data"},
    {"append-entries",
     append_head + R"({"index":5,"term":3,"kind":"configuration","members":[]}]})", 422,
     "impossible_message", "entries[0].members"},
    {"append-entries", envelope + R"("term":3,"entries":[{"index":5,"term":3,"kind":"noop"}]})",
     422, "impossible_message", "prev_index"},
    {"install-snapshot", snapshot_head + "7}", 422, "impossible_message", "snapshot"},
    {"install-snapshot",
     snapshot_head + R"({"index":9,"term":2,"members":[{"id":1,"address":"a"}],"size":2,)"
                     R"("checksum":"00000000000000aa"},"data":"AAEC"})",
     422, "impossible_message", "data"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(raft_over_http)

BOOST_AUTO_TEST_CASE(every_message_reaches_the_core_and_its_answer_the_client_in_json_and_msgpack) {
  raft_server server;
  for (const auto& each : messages) {
    const auto body = envelope + each.fields;
    const auto expected =
        parsed(R"({"cluster":"00000000000000ff","group":1,"from":1,"to":2,)" + each.answer);
    const auto text = server.post(each.route, as_json, body);
    BOOST_TEST(text.status == 200, each << ": " << text.body);
    BOOST_TEST(server.node().last_call().starts_with("255 1 2 1: " + each.seen),
               each << ": " << server.node().last_call());
    BOOST_TEST(parsed(text.body) == expected, each << ": " << text.body);

    const auto packed = server.post(each.route, as_msgpack, pack(parsed(body)));
    BOOST_TEST(packed.status == 200, each << ": " << packed.body);
    BOOST_TEST(packed.header("content-type") == "application/msgpack");
    const auto document = unpack(packed.body);
    BOOST_TEST((document && *document == expected), each);
  }
}

BOOST_AUTO_TEST_CASE(the_client_chooses_how_it_is_answered) {
  raft_server server;
  const auto body = envelope + messages.front().fields;
  const auto type = [&](const std::string& headers) {
    return server.post("vote", headers, body).header("content-type");
  };
  BOOST_TEST(type(as_json) == "application/json");
  BOOST_TEST(type(as_json + "Accept: application/msgpack\r\n") == "application/msgpack");
  BOOST_TEST(type(as_json + "Accept: application/x-msgpack, text/html\r\n") ==
             "application/msgpack");
  BOOST_TEST(type(as_json + "Accept: */*\r\n") == "application/json");
  BOOST_TEST(type(as_json + "Accept: application/json, application/msgpack;q=0\r\n") ==
             "application/json");
}

BOOST_AUTO_TEST_CASE(what_is_no_message_is_refused_by_name_and_never_reaches_the_core) {
  raft_server server;
  for (const auto& each : refusals) {
    const auto got = server.post(each.route, as_json, each.body);
    BOOST_TEST(got.status == each.status, each << ": " << got.body);
    BOOST_TEST(error_of(got) == each.error, each);
    if (each.field.empty()) continue;
    BOOST_TEST(parsed(got.body).at("errors").at(0).at("field").as_string() == each.field, each);
    BOOST_TEST(server.node().last_call().empty(), each);
  }
  BOOST_TEST(error_of(server.post("vote", as_msgpack, "\x81")) == "malformed_msgpack");
  const auto far =
      server.post("vote", as_json, envelope + R"("term":10,"last_index":7,"last_term":2})");
  BOOST_TEST(far.status == 422);
  BOOST_TEST(error_of(far) == "impossible_message");
  BOOST_TEST(server.post("vote", right + "Content-Type: text/plain\r\n", "{}").status == 415);
  BOOST_TEST(client{server.port()}.ask("GET", "/raft/vote", right).status == 405);
}

BOOST_AUTO_TEST_CASE(only_the_holder_of_the_token_is_heard) {
  raft_server server;
  const auto body = envelope + messages.front().fields;
  const std::string type = "Content-Type: application/json\r\n";
  const auto none = server.post("vote", type, body);
  BOOST_TEST(none.status == 401);
  BOOST_TEST(none.header("www-authenticate") == "Bearer");
  for (const auto& wrong :
       {"Bearer " + secret + "x", "Bearer " + secret.substr(1), std::string{"Bearer "},
        std::string{"Bearer"}, "Basic " + secret, secret}) {
    const auto got = server.post("vote", type + "Authorization: " + wrong + "\r\n", body);
    BOOST_TEST(got.status == 403, wrong);
    BOOST_TEST(got.body.find(secret) == std::string::npos);
  }
  BOOST_TEST(server.node().last_call().empty());
  BOOST_TEST(
      server.post("vote", type + "authorization: bearer   " + secret + "\r\n", body).status == 200);
}

BOOST_AUTO_TEST_CASE(without_a_token_configured_nobody_speaks_raft) {
  served server;
  const auto got =
      client{server.port()}.ask("POST", "/raft/vote", as_json, envelope + messages.front().fields);
  BOOST_TEST(got.status == 403);
  BOOST_TEST(got.body.find("--cluster-token") != std::string::npos);
  BOOST_TEST(server.node().last_call().empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace raft_test
